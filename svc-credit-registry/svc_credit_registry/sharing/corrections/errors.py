"""Refusals about requests for correction."""

from shared.errors import Conflict, NotFound


class ItemUnknown(NotFound):
    code, title, title_zh = "record_item_unknown", "There is no such item on the record", "没有此公示信息"


class CorrectionUnknown(NotFound):
    code, title, title_zh = "correction_unknown", "There is no such request for correction", "没有此更正请求"


class CorrectionClosed(Conflict):
    code, title, title_zh = "correction_closed", "This request has been answered", "该更正请求已办结"


class CorrectionOpen(Conflict):
    code, title, title_zh = (
        "correction_open",
        "The same fault has been reported already",
        "同一信息已有未办结的更正请求",
    )
