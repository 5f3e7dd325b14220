"""Refusals about articles."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class ArticleUnknown(NotFound):
    code, title, title_zh = "article_unknown", "There is no such article", "没有这条信息"


class AuthorReviews(Forbidden):
    code = "reviewer_is_author"
    title, title_zh = "The author can't review the secrecy of an own article", "作者不得对自己的信息作保密审查"


class AuthorApproves(Forbidden):
    code = "approver_is_author"
    title, title_zh = "The author can't approve an own article", "作者不得审批自己的信息"


class SameApprover(Forbidden):
    code = "leader_is_approver"
    title = "The leader's approval needs another person than the first approval"
    title_zh = "领导审批人不得与前一审批人为同一人"


class StepNotDue(Conflict):
    code = "step_not_due"
    title, title_zh = "Another decision comes first, or this one is made already", "应先完成其他环节,或本环节已经完成"


class AlreadyPublic(Conflict):
    code = "already_public"
    title = "A published article is not edited: withdraw it and publish a corrected one"
    title_zh = "已公开的信息不得修改,应撤下后另行发布"


class ColumnIsAutomatic(Conflict):
    code = "column_is_automatic"
    title, title_zh = "This column is filled from the register alone", "该栏目由登记数据自动发布"


class MadeInFuture(Invalid):
    code = "made_in_future"
    title, title_zh = "The information can't have been made after today", "信息形成日期不得晚于今日"
