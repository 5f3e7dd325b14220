"""Refusals about credit repair."""

from shared.errors import Conflict, Forbidden, NotFound


class RepairUnknown(NotFound):
    code, title, title_zh = "repair_unknown", "There is no such application for repair", "没有此信用修复申请"


class PenaltyUnknown(NotFound):
    code, title, title_zh = "penalty_unknown", "The record holds no such penalty", "公示信息中没有此行政处罚"


class RepairHindered(Conflict):
    code, title, title_zh = "repair_hindered", "Repair can't be asked for yet, or at all", "不符合申请信用修复的条件"


class RepairPending(Conflict):
    code, title, title_zh = (
        "repair_pending",
        "An application for this penalty is being handled",
        "该处罚的修复申请正在办理",
    )


class RepairActNotAllowed(Conflict):
    code, title, title_zh = (
        "repair_act_not_allowed",
        "The state of the application does not allow this",
        "当前状态不能办理此事项",
    )


class RepairElsewhere(Forbidden):
    code, title, title_zh = "repair_elsewhere", "The authority that imposed the penalty decides", "由作出处罚的机关办理"
