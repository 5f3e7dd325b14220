"""Refusals about verification of what the record says."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class ObjectionUnknown(NotFound):
    code, title, title_zh = "objection_unknown", "There is no such case", "没有此异议核查"


class ItemNotShown(NotFound):
    code, title, title_zh = "item_not_shown", "The record has no such item now", "当前没有此公示信息"


class AlreadyAsked(Conflict):
    code, title, title_zh = "already_asked", "You have asked for this verification", "您对此信息的核查申请正在办理"


class TooManyOpen(Conflict):
    code, title, title_zh = "too_many_open", "Too many of your cases are open", "您在办的核查申请过多"


class ActNotAllowed(Conflict):
    code, title, title_zh = "act_not_allowed", "The case is past or short of this step", "所处环节不能办理此事项"


class NotYourRegion(Forbidden):
    code, title, title_zh = "not_your_region", "Only the unit of the region acts on it", "仅由有管辖权的单位办理"


class ConflictOfInterest(Forbidden):
    code, title, title_zh = "conflict_of_interest", "Who asked does not decide", "申请人不得办理本人提出的核查"


class OutcomeNotPossible(Invalid):
    code, title, title_zh = "outcome_not_possible", "This outcome does not fit the item", "该处理结果不适用于此信息"
