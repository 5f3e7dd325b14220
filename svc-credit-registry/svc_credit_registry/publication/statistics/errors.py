"""Refusals about published figures."""

from shared.errors import Conflict, NotFound, TooManyRequests


class FigureUnknown(NotFound):
    code, title, title_zh = "figure_unknown", "There is no such figure", "没有此项统计"


class FigureNotPublished(NotFound):
    code, title, title_zh = "figure_not_published", "Nothing was published for that day", "该日没有公布此项统计"


class RegionNotCounted(NotFound):
    code, title, title_zh = "region_not_counted", "The figure isn't told for this region", "此项统计不按该行政区划公布"


class RerunUnderWay(Conflict):
    code, title, title_zh = "rerun_under_way", "Another re-run is under way", "正在重新计算另一项统计"


class RerunResting(TooManyRequests):
    code, title = "rerun_resting", "The database rests after a long re-run"
    title_zh = "刚完成一项耗时的重新计算，请稍后再试"
