"""Refusals around evaluations."""

from shared.errors import Conflict, NotFound


class NotEndedYet(Conflict):
    code, title, title_zh = "not_ended_yet", "The handling has not ended yet", "投诉尚未办结，暂不能评价"


class AlreadyEvaluated(Conflict):
    code, title, title_zh = "already_evaluated", "It has been evaluated already", "该投诉已评价"


class EvaluationUnknown(NotFound):
    code, title, title_zh = "evaluation_unknown", "There is no evaluation", "尚无评价"


class NoFollowUpDue(Conflict):
    code, title, title_zh = "no_follow_up_due", "No follow-up is open", "没有待整改的差评"
