"""Refusals when a person applies."""

from shared.errors import Conflict, Forbidden, Invalid


class TrustLevelNeeded(Forbidden):
    """`needed` says how well the applicant's identity must be checked, `how` where that is done."""

    code, title, title_zh = "trust_level_needed", "Your identity must be checked first", "请先完成实名核验"


class MatterNotMandated(Forbidden):
    code, title, title_zh = "matter_not_mandated", "Your mandate does not name this matter", "您的授权不包含此事项"


class CorrectionIncomplete(Invalid):
    code = "correction_incomplete"
    title, title_zh = "Some of what was asked is unchanged and unexplained", "部分补正事项未修改也未说明"


class FormIncomplete(Invalid):
    code = "form_incomplete"
    title, title_zh = "The form or the materials are not complete", "表单或材料不齐全"


class ReservationNeeded(Invalid):
    code = "reservation_needed"
    title, title_zh = "This matter needs a reserved name", "办理此事项须先保留名称"


class RegionNeeded(Invalid):
    code, title, title_zh = "region_needed", "Say in which region", "请填写办理地区"


class ProfileIncomplete(Conflict):
    code = "profile_incomplete"
    title, title_zh = (
        "Your account has no identity number or telephone",
        "账户尚未完成实名信息，请先在统一身份认证中补全",
    )
