"""Refusals about immediate information."""

from shared.errors import Conflict, Invalid, NotFound


class InformationUnknown(NotFound):
    code, title, title_zh = "information_unknown", "There is no such information", "没有此即时公示信息"


class InformationRepeated(Conflict):
    code, title, title_zh = "information_repeated", "The same has been published before", "相同信息已经公示"


class DayInvalid(Invalid):
    code, title, title_zh = "day_invalid", "The day of arising can't be right", "信息形成日期不正确"


class NothingChanged(Conflict):
    code, title, title_zh = "nothing_changed", "The correction changes nothing", "更正内容与已公示内容相同"
