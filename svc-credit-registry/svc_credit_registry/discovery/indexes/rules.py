"""How an enterprise stands in the index, and how the order of lists is cut into stretches.

The sort key is `<rank of status><folded name>-<code>`: lists go by it, and a page begins behind the key of the one
before. Keys are cut into stretches of about the same size. Every entry carries its stretch as a term, so a search that
finds much looks at the first stretches alone, and stops when the page is full.
"""

import bisect
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from svc_credit_registry.record.wording.rules import fold, initials, sounds

SCHEMA = "3"
"""Changes when entries are written in another way; an index of another schema is built anew."""

STRETCHES = 1024
COARSE = 16
"""So many stretches make a coarse one."""
PER_STRETCH = 50
SAMPLE = 60_000

RANKS = {"active": "0", "revoked": "1", "cancelled": "2"}
_BEHIND_NAME, _LAST = "-", "\U0010ffff"
_KEY = re.compile(r"[0-2]\w{0,300}-[0-9A-Z]{18}")
FACTS = 9
"""So many fields of an entry are plain facts; the others most do not have."""
_NOTHING_MORE: tuple[tuple[()], ...] = ((), (), (), ())
_POINTS, _SPACE = "utf-32-le", ord(" ")
_FORMS = ("有限责任公司", "股份有限公司", "有限公司", "公司")


class FormerName(NamedTuple):
    """A name an enterprise bore until `until`, a date as text."""

    name: str
    until: str


class Entry(NamedTuple):
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
    people: Sequence[str] = ()


def entry_of(facts: Iterable[str], beside: Iterable[Sequence[str]] = ()) -> Entry:
    """An entry of its facts, in the order of its fields, and what stands beside them: kind, value, until when each."""
    entry = Entry._make((*facts, *_NOTHING_MORE))
    if not beside:
        return entry
    found: dict[str, dict[Any, None]] = {"former": {}, "numbers": {}, "lists": {}, "people": {}}
    for kind, value, until in beside:
        if kind != "former":
            found[kind][value] = None
        elif value != entry.name:
            found[kind][FormerName(value, until)] = None
    return Entry._make((*entry[:FACTS], *map(list, found.values())))


def sort_key(status: str, folded: str, code: str) -> str:
    """The place of an enterprise in every list; no two have the same."""
    return f"{RANKS[status]}{folded}{_BEHIND_NAME}{code}"


def key_of(entry: Entry) -> str:
    """The sort key of an entry."""
    return sort_key(entry.status, fold(entry.name), entry.code)


def is_sort_key(text: str) -> bool:
    """Whether a text may be a sort key, so that it can stand in a query."""
    return _KEY.fullmatch(text) is not None


def cut(keys: Sequence[str]) -> list[str]:
    """The keys at which stretches begin, from a sample of all keys; none for a small register."""
    ordered, count = sorted(keys), min(STRETCHES, len(keys) // PER_STRETCH)
    return sorted({ordered[len(ordered) * i // count].partition(_BEHIND_NAME)[0] for i in range(1, count)})


def stretch_of(boundaries: Sequence[str], key: str) -> int:
    """The stretch in which a key lies."""
    return bisect.bisect_right(boundaries, key)


def beginning_with(boundaries: Sequence[str], folded: str) -> Iterator[tuple[int, int]]:
    """From which stretch to which the names lie that begin with a text, for each status; none is in two of these."""
    done = -1
    for rank in RANKS.values():
        low, high = stretch_of(boundaries, f"{rank}{folded}"), stretch_of(boundaries, f"{rank}{folded}{_LAST}")
        if high > done:
            yield max(low, done + 1), high
            done = high


def stretches(boundaries: Sequence[str], start: int, end: int | None = None) -> Iterator[list[str]]:
    """The terms of the stretches from `start` to `end`, in order: one stretch first, then more and more at a time."""
    last = len(boundaries) if end is None else end
    edge = min((start // COARSE + 1) * COARSE, last + 1)
    yield [f"b{start}"]
    if start + 1 < edge:
        yield [f"b{number}" for number in range(start + 1, edge)]
    whole = (last if last == len(boundaries) else last + 1 - COARSE) // COARSE  # the last coarse one may be shorter
    at, step = start // COARSE + 1, 1
    while at <= whole:
        yield [f"B{number}" for number in range(at, min(at + step, whole + 1))]
        at, step = at + step, step * 2
    if max(edge, (whole + 1) * COARSE) <= last:
        yield [f"b{number}" for number in range(max(edge, (whole + 1) * COARSE), last + 1)]


def without_form(folded: str) -> str:
    """A folded name without the form of a company, which nearly all share: it is not needed by sound."""
    for form in _FORMS:
        if folded.endswith(form):
            return folded.removesuffix(form)
    return folded


def pairs_of(lines: Sequence[str]) -> Iterator[str]:
    """The pairs of neighbouring characters of each line, parted by spaces; put together for all lines at once."""
    points = array("I")
    points.frombytes("\n".join((*lines, "", "")).encode(_POINTS))
    count = len(points) - 1
    laid = array("I", (_SPACE,)) * (3 * count)
    laid[0::3], laid[1::3] = points[:-1], points[1:]
    text, start = laid.tobytes().decode(_POINTS), 0
    for line in lines:
        yield text[start : start + 3 * len(line) - 4] if len(line) > 1 else ""
        start += 3 * len(line) + 3


def tags(entry: Entry, stretch: int) -> str:
    """The terms by which an entry is narrowed down."""
    found = (
        f"b{stretch} B{stretch // COARSE} s{entry.status} y{entry.established_on[:4]} "
        f"{_places(entry.region)} {_form(entry.organisation_form)} {_industries(entry.industry_code)}"
    )
    if not (entry.lists or entry.ended_on or entry.former):
        return found
    more = [f"l{name}" for name in entry.lists]
    more += [f"e{entry.ended_on[:4]}"] if entry.ended_on else []
    more += [f"u{name.until[:4]}" for name in entry.former]
    return " ".join([found, *more])


@lru_cache(maxsize=5_000)
def _places(region: str) -> str:
    return f"r{region[:2]} r{region[:4]} r{region}"


@lru_cache(maxsize=5_000)
def _industries(code: str) -> str:
    return " ".join(f"i{code[:size]}" for size in (1, 3, 4, 5) if size <= len(code))


@lru_cache(maxsize=5_000)
def _form(organisation_form: str) -> str:
    return f"f{fold(organisation_form)}"


def documents(entries: Sequence[Entry], boundaries: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Entries as the index takes them: some thousands at once are done faster than one by one."""
    folded = [fold(entry.name) for entry in entries]
    short = [without_form(name) for name in folded]
    names = pairs_of([f"^{name}$" for name in folded])
    letters = pairs_of([initials(name) for name in short])
    for entry, name, heard, words, first in zip(entries, folded, short, names, letters, strict=True):
        key = sort_key(entry.status, name, entry.code)
        given: dict[str, Any] = {
            "key": key,
            "code": entry.code,
            "names": words,
            "sounds": sounds(heard),
            "initials": first,
            "tags": tags(entry, stretch_of(boundaries, key)),
            "people": fold(entry.legal_representative_name),
            "status": entry.status,
            "region": entry.region,
            "industry": entry.industry_code[:3],
            "form": entry.organisation_form,
            "year": entry.established_on[:4],
            "row": stored(entry),
        }
        yield given | _more(entry) if _has_more(entry) else given


def _has_more(entry: Entry) -> bool:
    return bool(entry.former or entry.numbers or entry.lists or entry.people)


def _more(entry: Entry) -> dict[str, Any]:
    """What only few entries have."""
    former = [fold(name.name) for name in entry.former]
    return {
        "people": [fold(name) for name in (entry.legal_representative_name, *entry.people)],
        "former": list(pairs_of([f"^{name}$" for name in former])),
        "former_sounds": [line for name in former for line in sounds(without_form(name))],
        "lists": list(entry.lists),
        "numbers": list(entry.numbers),
    }


def stored(entry: Entry) -> str:
    """An entry as text, as it is read again from the index: facts parted by tabs, or JSON where there is more to it."""
    facts: tuple[Any, ...] = entry[:FACTS]
    plain = "\t".join(facts)
    if plain.count("\t") == FACTS - 1 and not _has_more(entry):
        return plain
    return orjson.dumps([*facts, list(map(list, entry.former)), *map(list, entry[FACTS + 1 :])]).decode()


def restored(text: str) -> Entry:
    """The entry of a stored text."""
    if not text.startswith("["):
        return entry_of(text.split("\t"))
    *plain, former, numbers, lists, people = orjson.loads(text)
    return Entry._make((*plain, [FormerName._make(name) for name in former], numbers, lists, people))
