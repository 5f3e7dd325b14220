"""Refusals about codes of the classification."""

from shared.errors import NotFound


class RegionUnknown(NotFound):
    code, title, title_zh = "region_unknown", "There is no such region", "没有此行政区划"


class IndustryUnknown(NotFound):
    code, title, title_zh = (
        "industry_unknown",
        "The classification has no such industry",
        "没有此行业分类",
    )
