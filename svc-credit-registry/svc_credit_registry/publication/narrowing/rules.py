"""What a form of the search page asks for, and by what its results can be narrowed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.codes import regions
from svc_credit_registry.discovery.search import rules as search
from svc_credit_registry.discovery.search.errors import FilterUnknown, SearchTooLong
from svc_credit_registry.discovery.search.rules import OnList, Wanted
from svc_credit_registry.record.classification.rules import INDUSTRIES, children
from svc_credit_registry.record.enterprises.rules import Status

LONGEST = 100
"""Characters of a text, as the interface has it."""
YEARS = range(1840, 2201)
SHOWN = 12
FIELDS = ("region", "industry", "status", "established_year")
"""Fields by which results are narrowed from the page, as facets and forms name them."""

Choice = tuple[str, str]


class Counted(Protocol):
    """A value, and how many of what was found have it."""

    @property
    def value(self) -> str: ...

    @property
    def count(self) -> int: ...


@dataclass(frozen=True)
class Narrower:
    """A field, and the values that what was found has: the most frequent first."""

    field: str
    values: Sequence[Counted]


def wanted(asked: Mapping[str, str]) -> Wanted:
    """The search that a form means. Refused (404, 422) when a field means nothing: it is told, never left aside."""
    if len(asked["q"]) > LONGEST:
        raise SearchTooLong
    status = Status(asked["status"]) if _is_one(asked["status"], Status) else None
    on_list = OnList(asked["on_list"]) if _is_one(asked["on_list"], OnList) else None
    year = _year(asked["established_year"])
    filters = search.filters_of(asked["region"] or None, asked["industry"] or None, status, year)
    return search.read_query(asked["q"] or None, replace(filters, on_list=on_list))


def _is_one(value: str, of: type[Status] | type[OnList]) -> bool:
    if value and value not in set(of):
        raise FilterUnknown(value)
    return bool(value)


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) in YEARS):
        raise FilterUnknown(text)
    return int(text)


def lists(found: Mapping[str, Sequence[Counted]]) -> list[Narrower]:
    """By what the results can be narrowed: where there is a choice, and no more values than are read at a glance."""
    ordered = {name: sorted(found[name], key=lambda value: (-value.count, value.value)) for name in FIELDS}
    return [Narrower(name, values[:SHOWN]) for name, values in ordered.items() if len(values) > 1]


def region_choices(chosen: str) -> list[Choice]:
    """The provinces; and the region that is chosen, when it is one below them."""
    places = [(place.code, place.name) for place in regions.children(regions.NATION) if place.current]
    if chosen and regions.is_known(chosen) and chosen not in dict(places):
        places.append((chosen, regions.full_name(chosen)))
    return places


def industry_choices(chosen: str, *, english: bool) -> list[Choice]:
    """The sections; and the industry that is chosen, when it is one below them."""
    entries = [(entry.code, entry.label_en if english else entry.label) for entry in children(None)]
    entry = INDUSTRIES.get(chosen)
    if entry is not None and chosen not in dict(entries):
        entries.append((chosen, entry.label_en if english else entry.label))
    return entries
