"""Risk classes: how a published model turns what stands on the record into points, and points into A to D.

Sources: 《国务院关于加强和规范事中事后监管的指导意见》（国发〔2019〕18号）; 《市场监管总局关于推进企业信用风险分类管理
进一步提升监管效能的意见》（国市监信发〔2022〕6号）. The weights are no law: they are a dated, published document of
the register (table risk_models), and a class keeps the version by which it was found.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shared.errors import FieldError
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.risk.errors import RiskModelUnfit

BASIS = "《市场监管总局关于推进企业信用风险分类管理进一步提升监管效能的意见》（国市监信发〔2022〕6号）"
REPORT_LAST_DAY = (6, 30)
"""Annual reports are due by this day of the next year (《企业信息公示暂行条例》第八条)."""
MINIMUM_SHOWN = 20
"""Figures by class are not published for fewer entities than this: they would tell the class of one of them."""
READ_BY = frozenset(
    {
        "credit-registry:risk:run",
        "credit-registry:inspections:plan",
        "credit-registry:inspections:conduct",
        "credit-registry:lists:decide",
        "credit-registry:measures:direct",
    }
)
"""Staff who hold one of these permissions see the classes of entities in the region of their unit."""
MATTER = "MR-ENT-CREDIT-REPAIR"
"""An agent sees the class of the enterprise when his mandate covers this matter."""


class RiskClass(StrEnum):
    """From trustworthy to grave risk."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


CLASS_LABELS: dict[RiskClass, tuple[str, str]] = {
    RiskClass.A: ("信用风险低", "Low risk"),
    RiskClass.B: ("信用风险一般", "Ordinary risk"),
    RiskClass.C: ("信用风险较高", "Raised risk"),
    RiskClass.D: ("信用风险高", "High risk"),
}


class Measure(StrEnum):
    """What an indicator counts. Each one reads only what is published of the entity."""

    ITEMS = "items"
    COMPLAINTS = "complaints"
    REPORTS_MISSING = "reports_missing"
    REPORTS_LATE = "reports_late"
    AGE_YEARS = "age_years"
    INDUSTRY = "industry"
    REVOKED = "revoked"


class Standing(StrEnum):
    """Which items count: those in effect, those whose effect ran out, those taken off the record."""

    CURRENT = "current"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True)
class Indicator:
    """One published indicator. `bands` are pairs of the least value and its points; the highest one reached counts.

    `lowest_class`: whoever has a value above 0 is at best in this class, whatever the score. `within_months` and
    `after_months` bound the age of what is counted by the day it was produced (or ended, or lapsed).
    """

    code: str
    label: str
    label_en: str
    measure: Measure
    bands: tuple[tuple[int, int], ...]
    lowest_class: RiskClass | None = None
    kind: str | None = None
    standing: Standing = Standing.CURRENT
    within_months: int | None = None
    after_months: int = 0
    field: str | None = None
    values: tuple[str, ...] = ()
    others: bool = False
    parts: bool = False
    years: int = 1
    first_year: int = 0
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A version of the model: the lowest score of each class, and the indicators in the order of their values."""

    version: str
    since: date
    classes: tuple[tuple[RiskClass, int], ...]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Judged:
    """What a model makes of an entity's values."""

    risk_class: RiskClass
    score: int
    points: tuple[int, ...]


def read_model(version: str, since: date, document: Mapping[str, Any]) -> Model:
    """The model in a stored document; 422 naming the place when it can't be used."""
    indicators = tuple(_indicator(i, given) for i, given in enumerate(document["indicators"]))
    codes = [indicator.code for indicator in indicators]
    if len(set(codes)) != len(codes):
        raise _unfit("/indicators", "code_repeated", "指标代码重复 / a code stands twice")
    classes = tuple(sorted((RiskClass(name), int(score)) for name, score in document["classes"].items()))
    scores = [score for _, score in classes]
    if len(classes) != len(RiskClass) or scores[0] != 0 or scores != sorted(set(scores)):
        raise _unfit("/classes", "not_ascending", "A为0分，B、C、D依次升高 / A is 0, the others rise")
    return Model(version, since, classes, indicators)


def _indicator(place: int, given: Mapping[str, Any]) -> Indicator:
    bands = tuple((int(least), int(points)) for least, points in given["bands"])
    leasts = [least for least, _ in bands]
    if leasts != sorted(set(leasts)):
        raise _unfit(f"/indicators/{place}/bands", "not_ascending", "分档须依次升高 / bands ascend")
    measure = Measure(given["measure"])
    if measure is Measure.ITEMS and given.get("kind") not in set(RecordKind):
        raise _unfit(f"/indicators/{place}/kind", "unknown", "须指明公示信息的种类 / name a kind of record item")
    plain = {name: given[name] for name in _PLAIN if given.get(name) is not None}
    lowest = given.get("lowest_class")
    return Indicator(
        measure=measure,
        bands=bands,
        lowest_class=RiskClass(lowest) if lowest else None,
        standing=Standing(given.get("standing") or Standing.CURRENT),
        values=tuple(given.get("values") or ()),
        prefixes=tuple(given.get("prefixes") or ()),
        **plain,
    )


_PLAIN = (
    "code", "label", "label_en", "kind", "within_months", "after_months", "field", "others", "parts", "years",
    "first_year",
)  # fmt: skip


def _unfit(pointer: str, code: str, message: str) -> RiskModelUnfit:
    return RiskModelUnfit(errors=[FieldError(pointer, code, message)])


def points_of(indicator: Indicator, value: int) -> int:
    """The points for a value: those of the highest band it reaches, 0 below the first."""
    return next((points for least, points in reversed(indicator.bands) if value >= least), 0)


def judge(model: Model, values: Sequence[int]) -> Judged:
    """Class, score and the points of each indicator for an entity's values, in the order of the model."""
    pairs = list(zip(model.indicators, values, strict=True))
    points = tuple(points_of(indicator, value) for indicator, value in pairs)
    score = max(0, sum(points))
    by_score = next(name for name, least in reversed(model.classes) if score >= least)
    floors = [i.lowest_class for i, value in pairs if i.lowest_class is not None and value > 0]
    return Judged(max([by_score, *floors]), score, points)


def last_report_year(day: date) -> int:
    """The last year whose annual report was due before `day`."""
    return day.year - 1 if (day.month, day.day) > REPORT_LAST_DAY else day.year - 2


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the month's last where there is none: as PostgreSQL counts."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise ValueError(f"no day {months} months before {day}")


def month_of(day: date) -> date:
    """The first day of the month, by which monthly runs are known."""
    return day.replace(day=1)


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a model's document in canonical JSON: what was published is what was used."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def may_read(permissions: frozenset[str]) -> bool:
    """Whether staff with these permissions may see classes at all."""
    return bool(READ_BY & permissions)


Figure = tuple[str, str, str | None, int]
"""A dimension, its key, a class and how many. Who joined since the monthly run is in no class: he comes alone, and the
difference of two answers would tell his.
"""
Counts = dict[str | None, int]
"""How many are in each class, and under None in no class."""


def withheld(parts: Mapping[str, int]) -> frozenset[str]:
    """Of the parts of a whole, by how many entities they have, those whose figures by class are not published.

    The small ones; and of the others, the smallest first, as many as it takes that what is left of the whole when all
    published parts are taken off is no figure of a handful either.
    """
    told = sorted((number, key) for key, number in parts.items() if number >= MINIMUM_SHOWN)
    left = sum(parts.values()) - sum(number for number, _ in told)
    while told and 0 < left < MINIMUM_SHOWN:
        left += told.pop(0)[0]
    return frozenset(parts) - {key for _, key in told}


def told_regions(sizes: Mapping[str, int]) -> frozenset[str]:
    """The regions whose figures by class are published, as what the codes below them begin with ("" is the nation).

    `sizes` are entities by code of region. What is withheld of a region is withheld of all below it.
    """
    below: dict[str, dict[str, int]] = {"": {}}
    for code, number in sizes.items():
        for end in range(0, len(code), 2):
            parts = below.setdefault(code[:end], {})
            parts[code[: end + 2]] = parts.get(code[: end + 2], 0) + number
    told, waiting = set[str](), [""] if sum(sizes.values()) >= MINIMUM_SHOWN else []
    while waiting:
        place = waiting.pop()
        told.add(place)
        parts = below.get(place, {})
        waiting += set(parts) - withheld(parts)
    return frozenset(told)
