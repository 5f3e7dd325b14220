"""Refusals about orders to publish."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class OrderUnknown(NotFound):
    code, title, title_zh = "order_unknown", "There is no such order", "没有此责令公示决定"


class NotYourRegion(Forbidden):
    code, title, title_zh = "not_your_region", "Only the unit of the region acts on it", "仅由有管辖权的单位办理"


class OrderNotOpen(Conflict):
    code, title, title_zh = "order_not_open", "The order is fulfilled or withdrawn", "责令公示决定已履行或者已撤销"


class OrderRepeated(Conflict):
    code, title, title_zh = "order_repeated", "An order for the same is open", "同一事项的责令公示决定尚未履行"


class NotWhatWasOrdered(Invalid):
    code = "not_what_was_ordered"
    title, title_zh = "This publication does not fulfil the order", "该公示信息不能作为履行依据"


class OrderProposed(Conflict):
    code, title = "order_proposed", "The proposal for the list to which it led is to be decided first"
    title_zh = "据此提出的列入建议尚未决定"


class NothingToReview(Conflict):
    code, title, title_zh = "nothing_to_review", "No fulfilment waits for a review", "没有待核对的履行情况"
