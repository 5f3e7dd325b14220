"""Refusals about passwords."""

from shared import errors


class WeakPassword(errors.Invalid):
    code, title, title_zh = "weak_password", "This password is too easy to guess", "密码过于简单"


class FormerlyUsed(WeakPassword):
    code, title, title_zh = "password_used_before", "This password was used before", "不得使用近期用过的密码"


class WrongPassword(errors.Forbidden):
    code, title, title_zh = "wrong_password", "The present password is wrong", "原密码不正确"


class TooBusy(errors.Unavailable):
    code, title, title_zh = "too_busy", "Too many sign-ins at once", "登录请求过多,请稍后再试"
