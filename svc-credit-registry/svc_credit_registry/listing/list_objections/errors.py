"""Refusals about objections to listings."""

from shared.errors import Conflict, NotFound


class ListObjectionUnknown(NotFound):
    code, title, title_zh = "list_objection_unknown", "There is no such objection", "没有此异议"


class ObjectionOver(Conflict):
    code, title, title_zh = "objection_over", "The time to object has passed", "提出异议的期限已届满"


class ObjectionPending(Conflict):
    code, title, title_zh = "objection_pending", "An objection is being handled", "已有异议正在办理"


class ObjectionActNotAllowed(Conflict):
    code, title, title_zh = "objection_act_not_allowed", "The objection's state does not allow this", "当前状态不能办理"
