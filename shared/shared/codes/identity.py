"""Resident identity numbers, GB 11643: region, birth date, order and check character."""

import datetime as dt

from stdnum.cn import ric


class InvalidIdentityNumber(ValueError):
    """The text is no resident identity number."""

    code = "identity_number"

    def __init__(self) -> None:
        super().__init__("居民身份证号码不正确")


def parse(text: str) -> str:
    """The eighteen characters as they are written on the card. Raises InvalidIdentityNumber."""
    try:
        return ric.validate(text)
    except (ValueError, KeyError):
        # The library answers a known province with an unknown county by a bare KeyError.
        raise InvalidIdentityNumber from None


def is_valid(text: str) -> bool:
    """Whether `parse` takes `text`."""
    try:
        parse(text)
    except InvalidIdentityNumber:
        return False
    return True


def birth_date(number: str) -> dt.date:
    """The birth date in a valid number. Raises InvalidIdentityNumber."""
    return dt.datetime.strptime(parse(number)[6:14], "%Y%m%d").date()  # noqa: DTZ007 - a date, no instant
