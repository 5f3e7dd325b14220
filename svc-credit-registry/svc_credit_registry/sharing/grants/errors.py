"""Refusals about reading shared data."""

from shared.errors import BadRequest, Conflict, Forbidden, NotFound


class GrantUnknown(NotFound):
    code, title, title_zh = "grant_unknown", "There is no such grant", "没有此授权"


class GrantNeeded(Forbidden):
    code, title, title_zh = "grant_needed", "This resource is read under a grant", "有条件共享资源须先申请授权"


class GrantToName(BadRequest):
    code, title, title_zh = "grant_to_name", "Several grants fit: name one", "有多项授权，请指明其一"


class NotShared(Forbidden):
    code, title, title_zh = "not_shared", "This resource is not shared", "该资源不予共享"


class NotHere(Conflict):
    code, title, title_zh = "data_elsewhere", "Its producer holds these data", "数据由提供方自行提供"


class GrantEnded(Conflict):
    code, title, title_zh = "grant_ended", "The grant has ended", "授权已终止"


class CaseMissing(BadRequest):
    code, title, title_zh = "case_id_missing", "Name the case in X-Case-Id", "须在 X-Case-Id 中注明办件编号"
