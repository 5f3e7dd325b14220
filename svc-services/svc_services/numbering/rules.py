"""Numbers which people read out on the phone: kind, region, day, serial."""

from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What is numbered: SQ applications (申请), MC reservations of names (名称), ZZ licences (证照)."""

    APPLICATION = "SQ"
    RESERVATION = "MC"
    LICENCE = "ZZ"


def number_for(kind: Kind, region: str, day: date, serial: int) -> str:
    """A number such as SQ421303-20261121-000123."""
    return f"{kind.value}{region}-{day:%Y%m%d}-{serial:06d}"
