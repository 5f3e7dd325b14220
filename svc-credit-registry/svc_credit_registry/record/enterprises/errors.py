"""Refusals about enterprises of the register."""

from shared.errors import Invalid, NotFound, Unavailable


class EnterpriseUnknown(NotFound):
    code, title, title_zh = "enterprise_unknown", "No enterprise has this code", "没有此统一社会信用代码的企业"


class CreditCodeInvalid(Invalid):
    code, title, title_zh = "credit_code_invalid", "This can't be a credit code", "统一社会信用代码不正确"


class CodesExhausted(Unavailable):
    code, title, title_zh = "codes_exhausted", "No free credit code was found", "未能分配统一社会信用代码"


class RecordNotBegun(NotFound):
    code, title, title_zh = "record_not_begun", "The record had not begun on that day", "该日尚无此企业的公示信息"


class DayAhead(Invalid):
    code, title, title_zh = "day_ahead", "That day has not come yet", "日期不能晚于今日"
