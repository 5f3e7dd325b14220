"""What a search means, and the order of what it finds.

Exact names stand before names that begin with the text, these before names that hold it, then former names, then what
only sounds like it; within each those in business come first; then by name, then by code.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from shared.codes import regions
from shared.codes.credit_code import normalise
from shared.errors import FieldError
from svc_credit_registry.discovery.search.errors import FilterUnknown, SearchTooShort
from svc_credit_registry.record.classification.rules import industry_code
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.wording.rules import fold, fold_asked, segmentations

MIN_LENGTH = 2
_CODE_START = re.compile(r"^[0-9A-HJ-NP-RTUWXY]{8,18}$")
_LETTERS = re.compile(r"^[a-zA-Züv' ]+$")
_FORM_ENDINGS = ("youxianzerengongsi", "gufenyouxiangongsi", "youxiangongsi", "gongsi")
_FORM_INITIALS = ("yxzrgs", "gfyxgs", "yxgs")


class Match(IntEnum):
    """How an enterprise matches: the smaller, the better."""

    EXACT = 0
    PREFIX = 1
    INSIDE = 2
    FORMER = 3
    SOUND = 4
    INITIALS = 5


MATCH_NAMES = {
    Match.EXACT: "exact",
    Match.PREFIX: "prefix",
    Match.INSIDE: "inside",
    Match.FORMER: "former_name",
    Match.SOUND: "sound",
    Match.INITIALS: "initials",
}


class OnList(StrEnum):
    """Lists of which the public record tells (企业信息公示暂行条例, articles 17 and 18)."""

    ABNORMAL_OPERATION = "abnormal_operation"
    SERIOUS_VIOLATION = "serious_violation"


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to. `region` is a prefix of region codes, `industry` one of industry codes."""

    region: str | None = None
    industry: str | None = None
    status: Status | None = None
    established_year: int | None = None
    organisation_form: str | None = None
    on_list: OnList | None = None

    @property
    def tags(self) -> list[str]:
        """The terms that an entry must carry."""
        given = (
            ("r", self.region),
            ("i", self.industry),
            ("s", self.status),
            ("y", self.established_year),
            ("f", fold(self.organisation_form) if self.organisation_form else None),
            ("l", self.on_list),
        )
        return [f"{mark}{value}" for mark, value in given if value]


@dataclass(frozen=True)
class Wanted:
    """A search: a folded text, or the beginning of a code, or neither; and the filters.

    `readings` are the syllables that the text may stand for when it is written in letters, `initials` its letters.
    """

    text: str | None
    code_prefix: str | None
    filters: Filters
    readings: tuple[tuple[str, ...], ...] = ()
    initials: str | None = None


def filters_of(region: str | None, industry: str | None, status: Status | None, year: int | None) -> Filters:
    """The filters of a list; 404 for a region or an industry that does not exist."""
    if region is not None and not regions.is_known(region):
        raise FilterUnknown(f"region {region}")
    section = industry_code(industry) if industry is not None else None
    if industry is not None and section is None:
        raise FilterUnknown(f"industry {industry}")
    return Filters(regions.prefix(region) if region else None, section, status, year)


def read_query(q: str | None, filters: Filters) -> Wanted:
    """What is asked for. Refused with 422 when fewer than two characters of the text count."""
    if q is None or not q.strip():
        return Wanted(None, None, filters)
    code = normalise(unicodedata.normalize("NFKC", q))
    if _CODE_START.match(code) and sum(c.isdigit() for c in code) >= 7:
        return Wanted(None, code, filters)
    text = fold_asked(q)
    if len(text) < MIN_LENGTH:
        message = "请输入至少两个字; at least two characters of a name, or a credit code"
        raise SearchTooShort(message, errors=[FieldError("#q", "too_short", message)])
    if not _LETTERS.match(q.strip()):
        return Wanted(text, None, filters)
    return Wanted(text, None, filters, *_by_sound(q.lower().replace("ü", "v")))


def _by_sound(letters: str) -> tuple[tuple[tuple[str, ...], ...], str | None]:
    """How letters are read as pinyin, and as the first letters of syllables; the form of a company is left aside."""
    joined = "".join(c for c in letters if c.isalpha())
    sound = _without(joined, _FORM_ENDINGS)
    readings = tuple(tuple(parts) for parts in segmentations(sound) if len(parts) >= MIN_LENGTH)
    short = _without(joined, _FORM_INITIALS)
    return readings, short if len(short) >= MIN_LENGTH else None


def _without(letters: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if letters.endswith(ending) and len(letters) > len(ending) + MIN_LENGTH:
            return letters.removesuffix(ending)
    return letters


def match_of(folded: str, text: str) -> Match | None:
    """How a folded name matches a folded text."""
    if folded == text:
        return Match.EXACT
    if folded.startswith(text):
        return Match.PREFIX
    return Match.INSIDE if text in folded else None
