"""Refusals about publication."""

from shared.errors import Conflict


class NotApproved(Conflict):
    code = "approval_missing"
    title = "The article has not passed every decision it needs"
    title_zh = "信息尚未完成全部审查审批"


class NotPublic(Conflict):
    code, title, title_zh = "not_public", "The article is not public", "信息不在公开状态"
