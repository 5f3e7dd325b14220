"""What a grant lets an agency read: these fields, of these rows, from this day to that one. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.codes import regions


class GrantState(StrEnum):
    """Where a grant stands on a day."""

    ACTIVE = "active"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


STATE_LABELS: dict[GrantState, tuple[str, str]] = {
    GrantState.ACTIVE: ("有效", "Active"),
    GrantState.NOT_YET: ("未到生效日", "Not begun yet"),
    GrantState.EXPIRED: ("已到期", "Expired"),
    GrantState.REVOKED: ("已撤销", "Revoked"),
}


@dataclass(frozen=True)
class Scope:
    """Fields and rows. Regions and industries mean themselves and what lies below; an empty list means any."""

    fields: tuple[str, ...]
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def state_on(day: date, valid_from: date, valid_until: date, *, revoked: bool) -> GrantState:
    """Where a grant stands on `day`; both its days belong to it."""
    if revoked:
        return GrantState.REVOKED
    if day < valid_from:
        return GrantState.NOT_YET
    return GrantState.EXPIRED if day > valid_until else GrantState.ACTIVE


def within(asked: Scope, granted: Scope) -> bool:
    """Whether `granted` gives no more than was asked: no field, region, industry or code beyond it."""
    return (
        set(granted.fields) <= set(asked.fields)
        and _covered(granted.regions, asked.regions, regions.prefix)
        and _covered(granted.industries, asked.industries, str)
        and (not asked.codes or (bool(granted.codes) and set(granted.codes) <= set(asked.codes)))
    )


def _covered(granted: Sequence[str], asked: Sequence[str], prefix: Callable[[str], str]) -> bool:
    if not asked:
        return True
    starts = tuple(prefix(one) for one in asked)
    return bool(granted) and all(one.startswith(starts) for one in granted)
