"""Refusals of a search."""

from shared.errors import Invalid, NotFound


class SearchTooShort(Invalid):
    code, title, title_zh = "search_too_short", "Search for two characters or more", "请输入至少两个字"


class FilterUnknown(NotFound):
    code, title, title_zh = "filter_unknown", "There is no such region or industry", "没有此行政区划或者行业"
