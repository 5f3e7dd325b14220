"""Refusals of an index."""

from shared.errors import BadRequest, Unavailable


class IndexBuilding(Unavailable):
    code, title, title_zh = "search_index_building", "The search index is being built", "检索索引正在建立"


class SearchBusy(Unavailable):
    code, title, title_zh = "search_busy", "Too many such questions are waiting", "等待处理的同类查询过多"


class CursorForeign(BadRequest):
    code, title, title_zh = "bad_request", "The cursor is not one which this list gave you", "游标无效"
