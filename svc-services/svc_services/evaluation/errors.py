"""Refusals about ratings."""

from shared.errors import Conflict, NotFound


class NotEndedYet(Conflict):
    code, title, title_zh = "not_ended_yet", "Only what is completed or refused can be evaluated", "办结后方可评价"


class AlreadyEvaluated(Conflict):
    code, title, title_zh = "already_evaluated", "This application has been evaluated", "该申请已评价"


class FollowUpUnknown(NotFound):
    code, title, title_zh = "follow_up_unknown", "There is no such follow-up", "没有此整改任务"


class EvaluationUnknown(NotFound):
    code, title, title_zh = "evaluation_unknown", "This application has not been evaluated", "该申请尚未评价"


class AlreadyAnswered(Conflict):
    code, title, title_zh = "already_answered", "This follow-up has been answered", "该差评已答复"
