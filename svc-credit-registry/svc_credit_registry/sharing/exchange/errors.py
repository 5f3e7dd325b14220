"""Refusals about the log of the exchange."""

from shared.errors import BadRequest, Invalid, NotFound


class EntryUnknown(NotFound):
    code, title, title_zh = "exchange_entry_unknown", "There is no such entry", "没有此交换记录"


class ExchangePartEmpty(Invalid):
    code, title, title_zh = "exchange_part_empty", "The log has no batch in this part", "该区段没有批次"


class ExchangeHeaderInvalid(BadRequest):
    code, title, title_zh = "exchange_header_invalid", "A header of the exchange is malformed", "交换请求头有误"
