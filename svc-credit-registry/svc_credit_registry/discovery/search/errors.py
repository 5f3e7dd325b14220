"""Refusals of a search."""

from shared.errors import Invalid, NotFound


class SearchTooShort(Invalid):
    code, title, title_zh = "search_too_short", "Search for two characters or more", "请输入至少两个字"


class SearchTooLong(Invalid):
    code, title, title_zh = "search_too_long", "Search for a hundred characters at most", "最多可以输入一百个字"


class FilterUnknown(NotFound):
    code, title, title_zh = "filter_unknown", "There is nothing of the kind to filter by", "没有此项筛选条件"
