"""Refusals when a name is checked or reserved."""

from shared.errors import Conflict, Invalid, NotFound


class NameConflict(Conflict):
    code, title, title_zh = "name_conflict", "This name can't be had", "该名称不能使用"


class NameTaken(Conflict):
    code = "name_taken"
    title, title_zh = "Someone reserved this name a moment before", "该名称刚刚被他人保留"


class ReservationUnknown(NotFound):
    code, title, title_zh = "reservation_unknown", "There is no such reservation", "没有此名称保留"


class ReservationNotLive(Conflict):
    code = "reservation_not_live"
    title, title_zh = "The reservation is over or was used", "名称保留已失效或已使用"


class ReservationInUse(Conflict):
    code = "reservation_in_use"
    title, title_zh = "An application rests on this reservation", "已有申请使用此名称保留"


class NameUnreadable(Invalid):
    code = "name_unreadable"
    title, title_zh = "The name can't be taken apart; send its parts", "无法拆分该名称，请分项填写"
