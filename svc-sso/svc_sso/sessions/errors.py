"""Refusals about log-in sessions."""

from shared import errors


class NoSuchSession(errors.NotFound):
    code, title, title_zh = "session_not_found", "You have no such session", "没有该登录会话"
