"""Refusals about measures of the catalogue."""

from shared.errors import Invalid, NotFound


class MeasureUnknown(NotFound):
    code, title, title_zh = "measure_unknown", "No measure of the catalogue has this code", "惩戒措施目录中没有此措施"


class MeasureNotInForce(Invalid):
    code, title, title_zh = "measure_not_in_force", "The measure has no basis on this day", "该措施在此日期没有依据"
