"""Refusals about removals from the lists."""

from shared.errors import Conflict, NotFound


class RemovalUnknown(NotFound):
    code, title, title_zh = "removal_unknown", "There is no such application for removal", "没有此移出申请"


class RemovalPending(Conflict):
    code, title, title_zh = "removal_pending", "An application for removal is being handled", "移出申请正在办理"


class RemovalTooEarly(Conflict):
    code, title, title_zh = "removal_too_early", "Removal can't be asked for yet", "尚不能申请移出"


class NotCured(Conflict):
    code, title, title_zh = "not_cured", "The ground still stands", "列入事由尚未消除"


class CommitmentMissing(Conflict):
    code, title, title_zh = "commitment_missing", "Removal from this list needs a commitment", "须提交守信承诺书"


class RemovalActNotAllowed(Conflict):
    code, title, title_zh = "removal_act_not_allowed", "The application's state does not allow this", "当前状态不能办理"
