"""How long penalties are published, from the day on which they had to be public. Pure.

Dated rows: a penalty keeps the rule of the day of its decision. The last day of a period still belongs to it:
publication ends on the day after.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.terms import OWN_RULE, in_force
from svc_credit_registry.listing.periods.rules import Clock, Period

ORDER_71 = "《工商行政管理行政处罚信息公示暂行规定》（工商总局令第71号，2014-10-01起施行）"
ORDER_45 = "《市场监督管理行政处罚信息公示规定》（市场监管总局令第45号，2021-09-01起施行）"
CONFIRM = "article number from secondary sources; to be confirmed against the promulgated text"

WORDS: dict[str, tuple[str, ...]] = {
    "warning": ("警告",),
    "criticism": ("通报批评",),
    "fine": ("罚款",),
    "confiscation": ("没收",),
    "licence_revoked": ("吊销", "暂扣", "降低资质"),
    "business_restricted": ("停产", "停业", "限制开展", "关闭", "限制从业"),
    "detention": ("拘留",),
}
"""Kinds of penalty (Administrative Penalty Law, article 9) and the words by which decisions call them."""
MINOR = frozenset({"warning", "criticism", "fine"})


def types_of(words: Iterable[str]) -> frozenset[str]:
    """The kinds of penalty which the words of a decision name; unknown ones count as `other`."""
    return frozenset(_type_of(word) for word in words)


def _type_of(word: str) -> str:
    if word in WORDS:
        return word
    return next((code for code, signs in WORDS.items() if any(sign in word for sign in signs)), "other")


@dataclass(frozen=True)
class SmallFine:
    """Below which fine a penalty counts as small, in yuan, where `province` says so; "" for all others.

    A fine of this very sum does not: from it on there is a right to be heard, since the fine is a large one
    (《市场监督管理行政处罚听证办法》第五条: 十万元以上、一万元以上). That the words of a province (以下) would
    include the sum is left aside; the line between both awaits a second source.
    """

    province: str
    since: date
    entity_yuan: Decimal
    person_yuan: Decimal
    basis: str
    confirmed: bool = False


SMALL_FINES: tuple[SmallFine, ...] = (
    SmallFine("", date(2021, 9, 1), Decimal(100_000), Decimal(10_000), f"{ORDER_45}第十三条；数额：{OWN_RULE}"),
    SmallFine(
        "42",
        date(2021, 9, 1),
        Decimal(100_000),
        Decimal(10_000),
        "湖北省市场监督管理局：较低数额罚款标准（单位10万元、个人1万元以下）",
    ),
)


def small_fine(region: str, day: date) -> SmallFine:
    """The row for a region on a day; the province's own before that for all. For days before it, the first one."""
    rows = [row for row in SMALL_FINES if row.province and region.startswith(row.province)]
    rows = rows or [row for row in SMALL_FINES if not row.province]
    return in_force(rows, max(day, rows[0].since))


@dataclass(frozen=True)
class Penalty:
    """What the rules look at in a penalty on the record."""

    code: str
    region: str
    decided_on: date
    published_on: date
    types: frozenset[str]
    fine_yuan: Decimal = Decimal(0)
    field: str = "general"
    laws: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        """Whether the lower sum for natural persons counts: individual businesses have category 2 in their code."""
        return self.code[1] == "2"


@dataclass(frozen=True)
class Publication:
    """How long penalties are published; `minor` is None where small ones are treated like all others."""

    version: str
    since: date
    standard: Period
    minor: Period | None
    warnings: bool
    basis: str


def months(node: str, zh: str, en: str, length: int, basis: str, note: str = "") -> Period:
    """A period of so many months, confirmed unless a note says what is not."""
    return Period(node, zh, en, length, "months", basis, confirmed=not note, note=note)


PUBLICATIONS: tuple[Publication, ...] = (
    Publication(
        "saic-71-2014",
        date(2014, 10, 1),
        months("publication", "公示五年", "Published for five years", 60, ORDER_71, CONFIRM),
        minor=None,
        warnings=True,
        basis=ORDER_71,
    ),
    Publication(
        "samr-45-2021",
        date(2021, 9, 1),
        months("publication", "公示三年", "Published for three years", 36, f"{ORDER_45}第十三条"),
        minor=months("publication", "公示三个月", "Published for three months", 3, f"{ORDER_45}第十三条"),
        warnings=False,
        basis=ORDER_45,
    ),
)


def publication_on(day: date) -> Publication:
    """The row in force on `day`; for days before the first one, the first one."""
    return in_force(PUBLICATIONS, max(day, PUBLICATIONS[0].since))


@dataclass(frozen=True)
class Shown:
    """Whether a penalty is published, why, and until when; `clock` is None where it never is."""

    is_published: bool
    clock: Clock | None
    basis: str
    is_minor: bool = False


def shown(penalty: Penalty) -> Shown:
    """The term of publication of a penalty: a mere warning is not published, small ones 3 months, others 3 years."""
    row = publication_on(penalty.decided_on)
    if penalty.types == {"warning"} and not row.warnings:
        return Shown(False, None, f"{row.basis}：仅受到警告的不予公示 / a mere warning is not published")
    minor = row.minor is not None and is_minor(penalty)
    period = row.minor if minor and row.minor else row.standard
    return Shown(True, Clock(period, penalty.published_on, "system"), period.basis, minor)


def is_minor(penalty: Penalty) -> bool:
    """Whether nothing but criticism or a small fine (beside a warning) was imposed."""
    if not penalty.types or not penalty.types <= MINOR:
        return False
    if "fine" not in penalty.types:
        return True
    row = small_fine(penalty.region, penalty.decided_on)
    return penalty.fine_yuan < (row.person_yuan if penalty.is_person else row.entity_yuan)


def is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a new version imposes what the one before did, and so keeps its term of publication."""
    return all(before.get(name) == after.get(name) for name in ("penalty_types", "fine_yuan"))


def published_on(recorded_on: date, due_on: date | None) -> date:
    """From when the term of publication runs: the day it was published, at the latest the day it had to be.

    So an authority that publishes late does not lengthen the term at the enterprise's cost (a rule of this platform).
    """
    return recorded_on if due_on is None else min(recorded_on, due_on)


FIELDS = {"食品": "food", "药品": "drugs", "特种设备": "special_equipment"}
"""Fields in which repair may be asked for after a year only, by the law cited."""
_LAW = re.compile(r"《([^》]{2,60})》")


def laws_of(legal_basis: str | None) -> frozenset[str]:
    """The statutes which a decision cites."""
    return frozenset(_LAW.findall(legal_basis or ""))


def field_of(given: str | None, laws: frozenset[str]) -> str:
    """The field of a penalty: as its producer gave it, else by the statutes it cites."""
    if given:
        return given
    return next((field for word, field in FIELDS.items() if any(word in law for law in laws)), "general")
