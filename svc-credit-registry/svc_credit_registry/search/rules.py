"""What a search means, and the order of what it finds.

Exact names stand before names that begin with the text, these before names that hold it; those in business come first;
then by name, then by code.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from shared.codes.credit_code import normalise
from shared.errors import FieldError
from svc_credit_registry.enterprises.rules import STATUS_RANK, Status
from svc_credit_registry.search.errors import SearchTooShort
from svc_credit_registry.wording.rules import fold

MIN_LENGTH = 2
_CODE_START = re.compile(r"^[0-9A-HJ-NP-RTUWXY]{8,18}$")
_LAST = chr(0x10FFFF)


class Match(IntEnum):
    """How a name matches: the smaller, the better."""

    EXACT = 0
    PREFIX = 1
    INSIDE = 2


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to. `region` is a prefix of region codes, `industry` one of industry codes."""

    region: str | None = None
    industry: str | None = None
    status: Status | None = None
    established_year: int | None = None


@dataclass(frozen=True)
class Wanted:
    """A search: a folded text, or the beginning of a code, or neither; and the filters."""

    text: str | None
    code_prefix: str | None
    filters: Filters


def read_query(q: str | None, filters: Filters) -> Wanted:
    """What is asked for. Refused with 422 when fewer than two characters of the text count."""
    if q is None or not q.strip():
        return Wanted(None, None, filters)
    code = normalise(q)
    if _CODE_START.match(code) and sum(c.isdigit() for c in code) >= 7:
        return Wanted(None, code, filters)
    text = fold(q)
    if len(text) < MIN_LENGTH:
        message = "请输入至少两个字; at least two characters of a name, or a credit code"
        raise SearchTooShort(message, errors=[FieldError("#q", "too_short", message)])
    return Wanted(text, None, filters)


def match_of(folded: str, text: str) -> Match | None:
    """How a folded name matches a folded text."""
    if folded == text:
        return Match.EXACT
    if folded.startswith(text):
        return Match.PREFIX
    return Match.INSIDE if text in folded else None


def end_of_prefix(text: str) -> str:
    """The end of the range of texts that begin with `text`, itself not in it."""
    return text + _LAST


def rank_of(status: Status) -> int:
    """The place of a status in the order of lists."""
    return STATUS_RANK[status]
