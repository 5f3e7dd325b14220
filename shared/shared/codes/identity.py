"""Resident identity numbers, GB 11643: region, birth date, order and check character."""

import datetime as dt

from stdnum.cn import ric

from shared.codes import regions

# Residence permits for residents of Taiwan carry this code, which is no region of GB/T 2260.
_TAIWAN_PERMIT = "830000"


class InvalidIdentityNumber(ValueError):
    """The text is no resident identity number."""

    code = "identity_number"

    def __init__(self) -> None:
        super().__init__("居民身份证号码不正确")


def parse(text: str) -> str:
    """The eighteen characters as they are written on the card. Raises InvalidIdentityNumber.

    Unlike `ric.validate` the region need not have existed on the birth date: the number is that of the place of first
    registration, which may be years later and under a new code.
    """
    number = "".join(text.split()).upper()
    if len(number) != 18 or not (number.isascii() and number[:17].isdigit()):
        raise InvalidIdentityNumber
    if number[17] != ric.calc_check_digit(number) or not _is_region(number[:6]):
        raise InvalidIdentityNumber
    try:
        ric.get_birth_date(number)
    except ValueError:
        raise InvalidIdentityNumber from None
    return number


def make(region: str, born: dt.date, order: int) -> str:
    """A number with the right check character, for made-up people. `order` is 0 to 999, odd for men."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


def is_valid(text: str) -> bool:
    """Whether `parse` takes `text`."""
    try:
        parse(text)
    except InvalidIdentityNumber:
        return False
    return True


def _is_region(code: str) -> bool:
    return regions.is_known(code) or code == _TAIWAN_PERMIT
