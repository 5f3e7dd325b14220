"""Refusals about requests for shared resources."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class RequestUnknown(NotFound):
    code, title, title_zh = "resource_request_unknown", "There is no such request", "没有此共享申请"


class RequestNotNeeded(Conflict):
    code, title, title_zh = "request_not_needed", "This resource is read without a request", "无条件共享资源无需申请"


class RequestFaulty(Invalid):
    code, title, title_zh = "resource_request_faulty", "The request has faults", "共享申请有误"


class RequestState(Conflict):
    code, title, title_zh = (
        "resource_request_state",
        "The state of the request does not allow this",
        "申请当前状态不允许此操作",
    )


class GrantTooWide(Invalid):
    code, title, title_zh = "grant_too_wide", "A grant gives no more than was asked", "授权范围不得超出申请"


class PeriodOver(Invalid):
    code, title, title_zh = "grant_period_over", "The grant would end before it begins", "授权期限已过或者早于起始日"


class SameHand(Forbidden):
    code, title, title_zh = "same_hand", "Another officer decides on the dispute", "争议须由其他人员处理"
