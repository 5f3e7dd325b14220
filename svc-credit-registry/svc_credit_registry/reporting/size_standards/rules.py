"""Large, medium, small and micro enterprises by the statistical standard: industry, employees, revenue, assets. Pure.

《统计上大中小微型企业划分办法（2017）》 (国统字〔2017〕213号), in force since 2017-12-28, replaced that of 2011
(国统字〔2011〕75号): the same limits on another edition of the classification of industries. A large, medium or small
enterprise meets all lower limits of its class, else it falls one class; a micro enterprise meets one of the micro
criteria. So the size is that of the smallest of the indicators.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from shared.terms import in_force

Indicator = Literal["employees", "revenue_yuan", "assets_yuan"]
WAN = 10_000


class Size(StrEnum):
    """The four classes, the smallest first."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SIZES = tuple(Size)
SIZE_LABELS: dict[Size, tuple[str, str]] = {
    Size.MICRO: ("微型企业", "Micro enterprise"),
    Size.SMALL: ("小型企业", "Small enterprise"),
    Size.MEDIUM: ("中型企业", "Medium enterprise"),
    Size.LARGE: ("大型企业", "Large enterprise"),
}
INDICATOR_LABELS: dict[str, tuple[str, str]] = {
    "employees": ("从业人员", "Employees"),
    "revenue_yuan": ("营业收入", "Revenue"),
    "assets_yuan": ("资产总额", "Total assets"),
}


@dataclass(frozen=True)
class Limit:
    """Lower limits of small, medium and large for one indicator, in persons or yuan; the limit belongs to the class
    above.
    """

    indicator: Indicator
    small: int
    medium: int
    large: int

    def size(self, value: Decimal | int) -> Size:
        """The class of this indicator alone."""
        return SIZES[(value >= self.small) + (value >= self.medium) + (value >= self.large)]


@dataclass(frozen=True)
class Group:
    """A group of industries with its limits; codes of GB/T 4754-2017 begin with one of `prefixes`."""

    key: str
    label: str
    label_en: str
    prefixes: tuple[str, ...]
    limits: tuple[Limit, ...]


def _staff(small: int, medium: int, large: int) -> Limit:
    return Limit("employees", small, medium, large)


def _revenue(small: int, medium: int, large: int) -> Limit:
    return Limit("revenue_yuan", small * WAN, medium * WAN, large * WAN)


def _assets(small: int, medium: int, large: int) -> Limit:
    return Limit("assets_yuan", small * WAN, medium * WAN, large * WAN)


GROUPS: tuple[Group, ...] = (
    Group("agriculture", "农、林、牧、渔业", "Agriculture, forestry, fishery", ("A",), (_revenue(50, 500, 20_000),)),
    Group("industry", "工业", "Industry", ("B", "C", "D"), (_staff(20, 300, 1000), _revenue(300, 2000, 40_000))),
    Group("construction", "建筑业", "Construction", ("E",), (_revenue(300, 6000, 80_000), _assets(300, 5000, 80_000))),
    Group("wholesale", "批发业", "Wholesale", ("F51",), (_staff(5, 20, 200), _revenue(1000, 5000, 40_000))),
    Group("retail", "零售业", "Retail", ("F52",), (_staff(10, 50, 300), _revenue(100, 500, 20_000))),
    Group(
        "transport", "交通运输业", "Transport", ("G54", "G55", "G56", "G57", "G58", "G591"),
        (_staff(20, 300, 1000), _revenue(200, 3000, 30_000)),
    ),
    Group(
        "storage", "仓储业", "Storage", ("G592", "G593", "G594", "G595", "G596", "G599"),
        (_staff(20, 100, 200), _revenue(100, 1000, 30_000)),
    ),
    Group("post", "邮政业", "Post", ("G60",), (_staff(20, 300, 1000), _revenue(100, 2000, 30_000))),
    Group("accommodation", "住宿业", "Accommodation", ("H61",), (_staff(10, 100, 300), _revenue(100, 2000, 10_000))),
    Group("catering", "餐饮业", "Catering", ("H62",), (_staff(10, 100, 300), _revenue(100, 2000, 10_000))),
    Group(
        "information", "信息传输业", "Information transmission", ("I63", "I64"),
        (_staff(10, 100, 2000), _revenue(100, 1000, 100_000)),
    ),
    Group(
        "software", "软件和信息技术服务业", "Software and information technology", ("I65",),
        (_staff(10, 100, 300), _revenue(50, 1000, 10_000)),
    ),
    Group(
        "real_estate", "房地产开发经营", "Real estate development", ("K701",),
        (_revenue(100, 1000, 200_000), _assets(2000, 5000, 10_000)),
    ),
    Group(
        "property", "物业管理", "Property management", ("K702",),
        (_staff(100, 300, 1000), _revenue(500, 1000, 5000)),
    ),
    Group(
        "leasing", "租赁和商务服务业", "Leasing and business services", ("L",),
        (_staff(10, 100, 300), _assets(100, 8000, 120_000)),
    ),
    Group(
        "other", "其他未列明行业", "Other industries", ("K703", "K709", "M", "N", "O", "Q85", "R"),
        (_staff(10, 100, 300),),
    ),
)  # fmt: skip
OUTSIDE: Mapping[str, str] = {
    "G53": "铁路运输业 / rail transport",
    "J": "金融业 / finance",
    "K704": "房地产租赁经营（原自有房地产经营活动，待核） / letting of real estate, to be confirmed",
    "P": "教育 / education",
    "Q84": "卫生 / health",
    "S": "公共管理、社会保障和社会组织 / public administration",
    "T": "国际组织 / international organisations",
}
"""What the standard does not cover."""


@dataclass(frozen=True)
class Standard:
    """The standard in force from `since`."""

    version: str
    since: date
    measure: str
    groups: tuple[Group, ...]
    note: str = ""


STANDARDS: tuple[Standard, ...] = (
    Standard(
        "stats-75-2011",
        date(2011, 9, 2),
        "《统计上大中小微型企业划分办法》（国统字〔2011〕75号）",
        GROUPS,
        "行业按GB/T 4754-2011，此处以2017年版代码列示；施行日待核 / codes are those of 2017; day to be confirmed",
    ),
    Standard(
        "stats-213-2017", date(2017, 12, 28), "《统计上大中小微型企业划分办法（2017）》国统字〔2017〕213号", GROUPS
    ),
)


@dataclass(frozen=True)
class Facts:
    """What is known of an enterprise: persons at the end of the year, yuan of the year."""

    industry_code: str
    employees: int | None = None
    revenue_yuan: Decimal | None = None
    assets_yuan: Decimal | None = None


@dataclass(frozen=True)
class Judged:
    """One indicator of one group: its class, or None where its value is not known."""

    group: Group
    limit: Limit
    value: Decimal | int | None
    size: Size | None


@dataclass(frozen=True)
class Verdict:
    """The size, or None and why not: `industry_outside`, `industry_too_broad` or `figures_missing`."""

    size: Size | None
    undetermined: str | None
    standard: Standard
    judged: tuple[Judged, ...]


def standard_on(day: date) -> Standard:
    """The standard in force on `day`. Raises ValueError before 2011."""
    return in_force(STANDARDS, day)


def groups_of(industry_code: str) -> tuple[Group | None, ...]:
    """The groups a code may belong to: one for a code that is fine enough, None standing for what lies outside."""
    known: dict[str, Group | None] = {prefix: group for group in GROUPS for prefix in group.prefixes}
    known |= dict.fromkeys(OUTSIDE)
    exact = [prefix for prefix in known if industry_code.startswith(prefix)]
    if exact:
        return (known[max(exact, key=len)],)
    below = [known[prefix] for prefix in known if prefix.startswith(industry_code)]
    return tuple(dict.fromkeys(below))


def classify(facts: Facts, day: date) -> Verdict:
    """The size by the standard of `day`, with every indicator that was looked at.

    A code too broad for one group is classified all the same where all groups it may mean agree.
    """
    standard, groups = standard_on(day), groups_of(facts.industry_code)
    if not groups or None in groups:
        reason = "industry_outside" if groups in ((), (None,)) else "industry_too_broad"
        return Verdict(None, reason, standard, ())
    judged = tuple(_judged(group, limit, facts) for group in groups if group for limit in group.limits)
    sizes = {_size([j for j in judged if j.group is group]) for group in groups}
    if len(sizes) > 1:
        return Verdict(None, "industry_too_broad", standard, judged)
    (size,) = sizes
    return Verdict(size, None if size else "figures_missing", standard, judged)


def _judged(group: Group, limit: Limit, facts: Facts) -> Judged:
    value: Decimal | int | None = getattr(facts, limit.indicator)
    return Judged(group, limit, value, None if value is None else limit.size(value))


def _size(judged: list[Judged]) -> Size | None:
    """The smallest of the indicators; one that is micro settles it, whatever else is missing."""
    sizes = [j.size for j in judged if j.size is not None]
    if Size.MICRO in sizes:
        return Size.MICRO
    return min(sizes, key=SIZES.index) if len(sizes) == len(judged) else None
