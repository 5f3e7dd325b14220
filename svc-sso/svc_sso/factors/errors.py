"""Refusals about second factors."""

from shared import errors


class NoSuchFactor(errors.NotFound):
    code, title, title_zh = "factor_not_found", "You have no such second factor", "没有该登录验证方式"


class WrongCode(errors.Invalid):
    code, title, title_zh = "wrong_code", "The code is wrong, or was used before", "验证码不正确或已使用"


class NothingBegun(errors.Conflict):
    code, title, title_zh = (
        "nothing_begun",
        "Nothing is being set up here, or it took too long",
        "没有进行中的设置或已超时",
    )


class PasskeyRefused(errors.Invalid):
    code, title, title_zh = "passkey_refused", "The passkey's answer does not hold", "通行密钥未通过验证"


class TooManyFactors(errors.Conflict):
    code, title, title_zh = "too_many_factors", "There are as many second factors as can be", "登录验证方式数量已达上限"


class LastFactor(errors.Conflict):
    code, title, title_zh = (
        "last_factor",
        "Staff keep at least one second factor: set up another one first",
        "工作人员须至少保留一种登录验证方式,请先添加新的",
    )
