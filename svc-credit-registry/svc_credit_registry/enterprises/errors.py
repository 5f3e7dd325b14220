"""Refusals about enterprises of the register."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


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


class ChangeInvalid(Invalid):
    code, title, title_zh = "change_invalid", "The change does not fit the enterprise", "变更内容与登记情况不符"


class NothingChanges(Invalid):
    code, title, title_zh = "nothing_changes", "Nothing would be different", "没有需要变更的内容"


class StatusUnreachable(Conflict):
    code, title, title_zh = "status_unreachable", "The present status does not allow this", "当前登记状态不能作此变更"


class OtherRegistrar(Forbidden):
    code, title, title_zh = (
        "other_registrar",
        "Another registrar answers for it",
        "该企业由其他登记机关管辖",
    )


class SuccessionInvalid(Conflict):
    code, title, title_zh = "succession_invalid", "The record can't go on there", "该代码不能作为承继代码"
