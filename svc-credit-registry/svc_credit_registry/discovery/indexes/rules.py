"""How an enterprise stands in the index, and how the order of lists is cut into stretches.

The sort key is `<rank of status><folded name>-<code>`: lists go by it, and a page begins behind the key of the one
before. Keys are cut into stretches of about the same size. Every entry carries its stretch as a term, so a search that
finds much looks at the first stretches alone, and stops when the page is full.
"""

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from svc_credit_registry.record.wording.rules import fold, initials, sounds

SCHEMA = "1"
"""Changes when entries are written in another way; an index of another schema is built anew."""

STRETCHES = 512
COARSE = 16
"""So many stretches make a coarse one."""
PER_STRETCH = 50
SAMPLE = 60_000

RANKS = {"active": "0", "revoked": "1", "cancelled": "2"}
_BEHIND_NAME = "-"
_KEY = re.compile(r"^[0-2]\w{0,300}-[0-9A-Z]{18}$")
_FORMS = ("有限责任公司", "股份有限公司", "有限公司", "公司")


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name an enterprise bore until `until`, a date as text."""

    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an enterprise where it is searched for. Dates are texts."""

    code: str
    name: str
    region: str
    industry_code: str
    organisation_form: str
    status: str
    established_on: str
    ended_on: str
    legal_representative_name: str
    former: Sequence[FormerName] = ()
    numbers: Sequence[str] = ()
    lists: Sequence[str] = ()
    people: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the facts of an enterprise: former names, other numbers, lists, people."""

    former: list[FormerName] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def entry_of(facts: Sequence[str], beside: Beside) -> Entry:
    """An entry of its facts, in the order of its fields, and what stands beside them."""
    code, name, region, industry_code, form, status, established_on, ended_on, person = facts
    return Entry(
        code, name, region, industry_code, form, status, established_on, ended_on, person,
        beside.former, beside.numbers, beside.lists, beside.people,
    )  # fmt: skip


def sort_key(status: str, folded: str, code: str) -> str:
    """The place of an enterprise in every list; no two have the same."""
    return f"{RANKS[status]}{folded}{_BEHIND_NAME}{code}"


def is_sort_key(text: str) -> bool:
    """Whether a text may be a sort key, so that it can stand in a query."""
    return _KEY.match(text) is not None


def cut(keys: Sequence[str]) -> list[str]:
    """The keys at which stretches begin, from a sample of all keys; none for a small register."""
    ordered, count = sorted(keys), min(STRETCHES, len(keys) // PER_STRETCH)
    return sorted({ordered[len(ordered) * i // count].partition(_BEHIND_NAME)[0] for i in range(1, count)})


def stretch_of(boundaries: Sequence[str], key: str) -> int:
    """The stretch in which a key lies."""
    return bisect.bisect_right(boundaries, key)


def stretches(boundaries: Sequence[str], start: int) -> Iterator[list[str]]:
    """The terms of all stretches from `start` on, in order: one stretch first, then more and more at a time."""
    count = len(boundaries) + 1
    yield [f"b{start}"]
    edge = min((start // COARSE + 1) * COARSE, count)
    if start + 1 < edge:
        yield [f"b{number}" for number in range(start + 1, edge)]
    at, step, last = start // COARSE + 1, 1, (count - 1) // COARSE
    while at <= last:
        yield [f"B{number}" for number in range(at, min(at + step, last + 1))]
        at, step = at + step, step * 2


def pairs(folded: str, *, begins: bool = False, ends: bool = False) -> list[str]:
    """The pairs of neighbouring characters of a text, with marks where it begins or ends a name."""
    marked = f"{'^' if begins else ''}{folded}{'$' if ends else ''}"
    return [a + b for a, b in itertools.pairwise(marked)]


def without_form(folded: str) -> str:
    """A folded name without the form of a company, which nearly all share: it is not needed by sound."""
    for form in _FORMS:
        if folded.endswith(form):
            return folded.removesuffix(form)
    return folded


def tags(entry: Entry, stretch: int) -> Iterator[str]:
    """The terms by which an entry is narrowed down."""
    region, industry = entry.region, entry.industry_code
    yield from (f"b{stretch}", f"B{stretch // COARSE}", f"s{entry.status}", f"y{entry.established_on[:4]}")
    yield from (f"r{region[:2]}", f"r{region[:4]}", f"r{region}", f"f{fold(entry.organisation_form)}")
    yield from (f"i{industry[:size]}" for size in {1, 3, 4, 5} if size <= len(industry))
    yield from (f"l{name}" for name in entry.lists)
    if entry.ended_on:
        yield f"e{entry.ended_on[:4]}"
    yield from (f"u{name.until[:4]}" for name in entry.former)


def document(entry: Entry, boundaries: Sequence[str]) -> dict[str, Any]:
    """An entry as the index takes it."""
    folded = fold(entry.name)
    key = sort_key(entry.status, folded, entry.code)
    short = without_form(folded)
    given: dict[str, Any] = {
        "key": key,
        "code": entry.code,
        "names": " ".join(pairs(folded, begins=True, ends=True)),
        "sounds": sounds(short),
        "initials": " ".join(pairs(initials(short))),
        "tags": " ".join(tags(entry, stretch_of(boundaries, key))),
        "people": [fold(name) for name in (entry.legal_representative_name, *entry.people)],
        "status": entry.status,
        "region": entry.region,
        "industry": entry.industry_code[:3],
        "form": entry.organisation_form,
        "year": entry.established_on[:4],
        "row": stored(entry),
    }
    if entry.former:
        former = [fold(name.name) for name in entry.former]
        given["former"] = [" ".join(pairs(name, begins=True, ends=True)) for name in former]
        given["former_sounds"] = [line for name in former for line in sounds(without_form(name))]
    if entry.lists:
        given["lists"] = list(entry.lists)
    if entry.numbers:
        given["numbers"] = list(entry.numbers)
    return given


def stored(entry: Entry) -> str:
    """An entry as JSON, as it is read again from the index."""
    former = [[name.name, name.until] for name in entry.former]
    kept = [entry.code, entry.name, entry.region, entry.industry_code, entry.organisation_form, entry.status]
    kept += [entry.established_on, entry.ended_on, entry.legal_representative_name]
    return orjson.dumps([*kept, former, list(entry.numbers), list(entry.lists), list(entry.people)]).decode()


def restored(text: str) -> Entry:
    """The entry of a stored text."""
    *plain, former, numbers, lists, people = orjson.loads(text)
    beside = Beside([FormerName(name, until) for name, until in former], numbers, lists, people)
    return entry_of(plain, beside)
