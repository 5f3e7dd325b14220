"""Refusals about hearings."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class HearingUnknown(NotFound):
    code, title, title_zh = "list_hearing_unknown", "There is no such hearing", "没有此听证"


class HearingOver(Conflict):
    code, title, title_zh = "hearing_over", "A hearing can't be asked for any more", "已不能要求听证"


class HearingPending(Conflict):
    code, title, title_zh = "hearing_pending", "A hearing is under way or was held", "听证正在办理或者已经举行"


class HearingActNotAllowed(Conflict):
    code, title, title_zh = (
        "hearing_act_not_allowed",
        "The state of the hearing does not allow this",
        "当前状态不能办理",
    )


class HearingNotYet(Conflict):
    code, title, title_zh = "hearing_not_yet", "The hearing has not begun", "听证尚未举行"


class NoticeTooShort(Invalid):
    code, title, title_zh = "hearing_notice_too_short", "Notice comes seven days before", "听证应当提前七日通知"


class HearingTooLate(Invalid):
    code, title, title_zh = "hearing_too_late", "The hearing is too far away", "听证日期过晚"


class ChairInvestigated(Forbidden):
    code, title, title_zh = (
        "hearing_chair_investigated",
        "Who proposed the listing can't chair",
        "本案调查人员不得主持听证",
    )
