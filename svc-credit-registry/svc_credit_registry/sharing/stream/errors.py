"""Refusals of the change stream."""

from shared.errors import Gone, Invalid, TooManyRequests


class PositionUnknown(Invalid):
    code, title, title_zh = "position_unknown", "No change has this position yet", "尚无此位置的变更"


class PositionForgotten(Gone):
    code, title = "position_forgotten", "Changes behind this position are no longer kept"
    title_zh = "此位置之后的变更已不再保留"


class TooManyStreams(TooManyRequests):
    code, title = "too_many_streams", "This client follows by too many connections"
    title_zh = "同一客户端的订阅连接过多"
