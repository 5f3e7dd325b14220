"""Refusals about the catalogue of resources."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class ResourceUnknown(NotFound):
    code, title, title_zh = "resource_unknown", "The catalogue has no such resource", "目录中没有此信息资源"


class ResourceFaulty(Invalid):
    code, title, title_zh = "resource_faulty", "The entry has faults", "目录条目有误"


class ResourceCodeTaken(Conflict):
    code, title, title_zh = "resource_code_taken", "Another resource has this code", "资源代码已被使用"


class NotYours(Forbidden):
    code, title, title_zh = "not_your_resource", "Its producer or an officer does this", "仅限资源提供方或管理人员操作"


class CoverageNotYours(Forbidden):
    code, title = "coverage_not_yours", "Only officers of the catalogue open what other producers answer for"
    title_zh = "汇集各机关信息的资源仅由目录管理人员编制和答复"


class WrongState(Conflict):
    code, title, title_zh = "resource_state", "The state of the entry does not allow this", "条目当前状态不允许此操作"
