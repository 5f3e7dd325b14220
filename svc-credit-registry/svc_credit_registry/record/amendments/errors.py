"""Refusals of changes of registered facts."""

from shared.errors import Conflict, Forbidden, Invalid


class ChangeInvalid(Invalid):
    code, title, title_zh = "change_invalid", "The change does not fit the enterprise", "变更内容与登记情况不符"


class NothingChanges(Invalid):
    code, title, title_zh = "nothing_changes", "Nothing would be different", "没有需要变更的内容"


class StatusUnreachable(Conflict):
    code, title, title_zh = "status_unreachable", "The present status does not allow this", "当前登记状态不能作此变更"


class OtherRegistrar(Forbidden):
    code, title, title_zh = "other_registrar", "Another registrar answers for it", "该企业由其他登记机关管辖"


class SuccessionInvalid(Conflict):
    code, title, title_zh = "succession_invalid", "The record can't go on there", "该代码不能作为承继代码"
