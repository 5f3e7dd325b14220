"""Refusals about licences."""

from shared.errors import NotFound


class LicenceUnknown(NotFound):
    code, title, title_zh = "licence_unknown", "There is no such licence", "没有此营业执照"
