"""Refusals about enumerations."""

from shared.errors import NotFound


class EnumerationUnknown(NotFound):
    code, title, title_zh = "enumeration_unknown", "There is no such enumeration", "没有此项枚举"
