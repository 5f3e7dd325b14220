"""Refusals about consents."""

from shared import errors


class NoSuchConsent(errors.NotFound):
    code, title, title_zh = "consent_not_found", "You have given no such consent", "没有该授权"
