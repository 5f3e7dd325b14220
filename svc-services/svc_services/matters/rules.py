"""One code, one standard for a matter through all levels; which version holds on a day; what a locality may change.

国务院《关于加快推进“互联网＋政务服务”工作的指导意见》(国发〔2016〕55号): 同一事项、同一标准、同一编码.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from svc_services.matters.errors import LessFavourable

BASIS = "国发〔2016〕55号：同一事项、同一标准、同一编码；国办发〔2016〕108号"


class Dated(Protocol):
    """Anything which is in force from one day until before another."""

    in_force_from: date
    in_force_until: date | None


D = TypeVar("D", bound=Dated)


def in_force(rows: Sequence[D], on: date) -> D | None:
    """The row in force on `on`: the latest which has begun and not ended."""
    begun = [r for r in rows if r.in_force_from <= on and (r.in_force_until is None or on < r.in_force_until)]
    return max(begun, key=lambda r: r.in_force_from, default=None)


@dataclass(frozen=True)
class Standard:
    """What a guide promises and demands, as far as a locality may touch it."""

    working_days: int
    extension_working_days: int
    fee_yuan: int
    required_materials: frozenset[str]
    conditions: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Changes:
    """What a local implementation changes; None inherits."""

    working_days: int | None = None
    extension_working_days: int | None = None
    fee_yuan: int | None = None
    waived_materials: frozenset[str] = frozenset()
    added_materials: frozenset[str] = frozenset()
    added_conditions: frozenset[str] = frozenset()


def implement(standard: Standard, changes: Changes) -> Standard:
    """The standard with `changes` applied. Raises `LessFavourable` (409) naming every change that is a burden."""
    burdens = [
        *_longer("working_days", changes.working_days, standard.working_days),
        *_longer("extension_working_days", changes.extension_working_days, standard.extension_working_days),
        *_longer("fee_yuan", changes.fee_yuan, standard.fee_yuan),
        *(f"material {code} is added" for code in sorted(changes.added_materials - standard.required_materials)),
        *(f"condition is added: {text}" for text in sorted(changes.added_conditions - standard.conditions)),
    ]
    if burdens:
        raise LessFavourable("; ".join(burdens), burdens=burdens, basis=BASIS)
    return replace(
        standard,
        working_days=_or(changes.working_days, standard.working_days),
        extension_working_days=_or(changes.extension_working_days, standard.extension_working_days),
        fee_yuan=_or(changes.fee_yuan, standard.fee_yuan),
        required_materials=standard.required_materials - changes.waived_materials,
    )


def _longer(name: str, local: int | None, national: int) -> list[str]:
    return [f"{name} is {local}, the standard is {national}"] if local is not None and local > national else []


def _or(local: int | None, national: int) -> int:
    return national if local is None else local


def search_terms(q: str) -> list[str]:
    """The words of a search in either language, lower case; all of them must be found."""
    return [word for word in q.casefold().replace("，", " ").replace("、", " ").split() if word]
