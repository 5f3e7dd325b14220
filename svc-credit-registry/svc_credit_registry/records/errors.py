"""Refusals about items of the public record."""

from shared.errors import Invalid, NotFound


class RecordItemUnknown(NotFound):
    code, title, title_zh = "record_item_unknown", "There is no such item on the record", "没有此公示信息"


class RecordNotBegun(NotFound):
    code, title, title_zh = "record_not_begun", "The record had not begun on that day", "该日尚无此企业的公示信息"


class DayAhead(Invalid):
    code, title, title_zh = "day_ahead", "That day has not come yet", "日期不能晚于今日"


class ContentInvalid(Invalid):
    code, title, title_zh = (
        "record_content_invalid",
        "The content does not fit its kind",
        "公示内容的格式不符",
    )


class PeriodInvalid(Invalid):
    code, title, title_zh = "record_period_invalid", "The period ends before it begins", "期限的终日早于始日"
