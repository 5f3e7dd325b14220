"""Refusals about mandates."""

from shared.errors import Conflict, Invalid, NotFound


class MandateUnknown(NotFound):
    code, title, title_zh = "mandate_unknown", "There is no such mandate", "没有此授权"


class AgentUnknown(Invalid):
    """Wrong user name or wrong name: which of the two is not said."""

    code, title, title_zh = (
        "agent_unknown",
        "No account has this user name and this name",
        "没有与该用户名和姓名相符的账户",
    )


class AgentNotChecked(Conflict):
    code, title, title_zh = "agent_not_checked", "The agent's identity must be checked first", "经办人尚未完成实名核验"


class OwnMandate(Invalid):
    code, title, title_zh = (
        "own_mandate",
        "The legal representative needs no mandate",
        "法定代表人无需授权给本人",
    )


class MandateExists(Conflict):
    code, title, title_zh = (
        "mandate_exists",
        "This agent has a mandate already; revoke it first",
        "该经办人已有未到期的授权，请先撤销",
    )


class MandateOver(Conflict):
    code, title, title_zh = "mandate_over", "This mandate is over already", "授权已结束"


class BadPeriod(Invalid):
    code, title, title_zh = "bad_period", "The period of the mandate is not allowed", "授权期限不符合要求"


class MatterUnknown(Invalid):
    code, title, title_zh = "matter_unknown", "There is no matter of this code", "没有该编码的事项"
