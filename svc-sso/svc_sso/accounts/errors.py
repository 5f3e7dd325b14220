"""Refusals about accounts."""

from shared import errors


class UsernameTaken(errors.Conflict):
    code, title, title_zh = "username_taken", "This user name is taken", "用户名已被使用"


class IdentityTaken(errors.Conflict):
    code, title, title_zh = "identity_taken", "There is an account for this identity number", "该身份证号码已开立账户"


class BadUsername(errors.Invalid):
    code, title, title_zh = "bad_username", "The user name is not of the right form", "用户名格式不正确"


class RoleUnknown(errors.Invalid):
    code, title, title_zh = "role_unknown", "There is no such role", "没有该角色"


class RegionUnknown(errors.Invalid):
    code, title, title_zh = "region_unknown", "This is not the unit's region", "与所在单位的行政区划不符"


class UnitUnknown(errors.Invalid):
    code, title, title_zh = "unit_unknown", "There is no such unit", "没有该单位"


class AdministratorsExclude(errors.Conflict):
    code, title, title_zh = (
        "administrators_exclude",
        "System, security and audit administrators are different people",
        "系统、安全、审计管理员不得由同一人担任",
    )


class OwnAccess(errors.Forbidden):
    code, title, title_zh = "own_access", "Nobody changes his own access", "不得变更本人权限"


class AccountOver(errors.Unauthenticated):
    code, title, title_zh = "account_disabled", "This account or log-in has ended", "账户已停用或登录已结束"


class NotYourData(errors.Forbidden):
    code, title, title_zh = (
        "not_for_this_client",
        "Only the person, or a service acting for the person, may read this",
        "仅本人或代本人办理的服务可以读取",
    )
