"""Refusals of a sign-in, and about devices."""

from shared import errors


class TooManySignIns(errors.TooManyRequests):
    """Too many failures; `retry_after` is in seconds."""

    code, title, title_zh = "too_many_sign_ins", "Too many failed sign-ins", "登录失败次数过多"

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, retry_after=retry_after)
        self.retry_after = retry_after


class NoSuchDevice(errors.NotFound):
    code, title, title_zh = "device_not_found", "You have no such known device", "没有该常用设备"
