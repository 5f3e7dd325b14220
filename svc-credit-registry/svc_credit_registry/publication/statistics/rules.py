"""What the published figures are: what each counts and leaves out; their cells, the digest of them, and their rows."""

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from svc_credit_registry.record.enterprises.rules import STATUS_LABELS
from svc_credit_registry.supervision.findings.rules import RESULT_LABELS
from svc_credit_registry.supervision.risk.rules import CLASS_LABELS, MINIMUM_SHOWN

BASIS = "《中华人民共和国统计法》第二十六条；《企业信息公示暂行条例》第三条"
HEADER = ("region", "category", "period", "series", "value")

REST, BURDEN = 4, 5.0
"""How many times as long as a re-run took the database rests after it, from how many seconds on."""

Words = tuple[str, str]
Cell = tuple[str, str, str, str, int]
"""Region, category (section of industry, list), period (year or month), series, and how many."""


class Group(StrEnum):
    """What the rows of a figure stand for."""

    REGION = "region"
    CATEGORY = "category"
    PERIOD = "period"


@dataclass(frozen=True)
class Figure:
    """A published figure. `digits` is how many digits of a region its cells tell: 2 for provinces, 6 for counties.

    The version changes whenever the query or what it counts does; figures of former versions stay as they are.
    """

    name: str
    version: int
    title: Words
    counts: Words
    leaves_out: Words
    group: Group
    series: Mapping[str, Words]
    digits: int = 2
    sections: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a figure: the values by series."""

    key: str
    values: dict[str, int]


@dataclass(frozen=True)
class Wanted:
    """Which cells are asked for: a region by the digits it begins with, and a section of industries, or all."""

    prefix: str = ""
    section: str | None = None


_STATUSES = {status.value: label for status, label in STATUS_LABELS.items()}
_GROWTH = {"founded": ("新设", "Founded"), "ended": ("注销、吊销", "Cancelled or revoked")}
_NO_SECTION = ("没有行业代码的企业不计入任何门类", "Enterprises without an industry code are in no section")
_AS_RECORDED = ("截止时刻以后才记入的内容不计", "What was recorded only after the cutoff")

FIGURES: Mapping[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "enterprises_by_region", 1, ("各地区企业数", "Enterprises by region"),
            ("截止时刻登记在册的企业，按登记机关所在地和登记状态", "Enterprises in the register by region and status"),
            _AS_RECORDED, Group.REGION, _STATUSES, digits=6,
        ),
        Figure(
            "enterprises_by_industry", 1, ("各行业企业数", "Enterprises by industry"),
            ("截止时刻登记在册的企业，按GB/T 4754门类和登记状态", "Enterprises in the register by section and status"),
            _NO_SECTION, Group.CATEGORY, _STATUSES, sections=True,
        ),
        Figure(
            "growth_by_year", 1, ("历年新设和退出", "Founded and ended by year"),
            ("近十年每年成立的和注销、吊销的企业", "Enterprises founded, and those ended, in each of ten years"),
            ("更早的年份；已注销又恢复登记的，退出不计", "Earlier years; endings that were undone"),
            Group.PERIOD, _GROWTH, sections=True,
        ),
        Figure(
            "growth_by_month", 1, ("逐月新设和退出", "Founded and ended by month"),
            ("近24个月（含当月）每月成立的和注销、吊销的企业", "The same for each of the last 24 months"),
            ("更早的月份；已注销又恢复登记的，退出不计", "Earlier months; endings that were undone"),
            Group.PERIOD, _GROWTH, sections=True,
        ),
        Figure(
            "annual_reports_filed", 1, ("年度报告公示", "Annual reports filed"),
            ("各年度已公示的年度报告，按期（次年6月30日前）和逾期", "Reports by year, in time (30 June) or late"),
            ("草稿；已撤下的报告；更正不另计", "Drafts, reports taken down; corrections aren't counted again"),
            Group.PERIOD, {"in_time": ("按期", "In time"), "late": ("逾期", "Late")},
        ),
        Figure(
            "reports_by_region", 1, ("各地区年度报告公示", "Annual reports by region"),
            ("上一年度已公示的年度报告，按企业登记机关所在地", "Reports for the last year by region of the enterprise"),
            ("草稿；已撤下的报告；其他年度", "Drafts, reports taken down, other years"),
            Group.REGION, {"in_time": ("按期", "In time"), "late": ("逾期", "Late")}, digits=4,
        ),
        Figure(
            "listed_enterprises", 1, ("列入名单的企业", "Enterprises on the lists"),
            ("仍在名单上的企业，同一名单多次列入只计一次", "Enterprises on a list, each once for a list"),
            ("已移出的；公示期届满的", "Those removed; entries whose publication is over"),
            Group.REGION,
            {"abnormal_operation": ("经营异常名录", "Abnormal operation"),
             "serious_violation": ("严重违法失信名单", "Serious violations")},
            digits=4,
        ),
        Figure(
            "risk_classes", 2, ("信用风险分类", "Risk classes"),
            ("最近一次全国月度分类中各类企业数", "Entities by class in the latest monthly classification"),
            (f"已注销的；不足{MINIMUM_SHOWN}户的地区，以及据以可推算的地区，只计总数",
             f"Cancelled ones; classes below {MINIMUM_SHOWN}, and of regions that would tell these"),
            Group.REGION,
            {letter.value: label for letter, label in CLASS_LABELS.items()} | {"withheld": ("未分类公布", "Withheld")},
        ),
        Figure(
            "inspections", 1, ("双随机抽查", "Random inspections"),
            ("每年抽取的检查任务和已公示的结果", "Tasks drawn in each year, and results published of them"),
            ("未抽取的计划；书面以外的日常检查", "Plans without a draw; inspections outside random ones"),
            Group.PERIOD, {"drawn": ("已抽取", "Drawn"), "published": ("已公示结果", "Result published")},
        ),
        Figure(
            "inspection_results", 2, ("抽查结果", "Results of inspections"),
            ("已公示的双随机抽查结果，按结果种类", "Published results of random inspections by kind"),
            ("尚未公示的结果；截止时刻以后的更正", "Results not published yet; later corrections"),
            Group.CATEGORY, {"published": ("已公示", "Published")},
        ),
    )
}  # fmt: skip
RESULTS: Mapping[str, Words] = {result.value: label for result, label in RESULT_LABELS.items()}


def rest(seconds: float, ended_at: datetime, now: datetime) -> int:
    """Seconds for which nobody computes again after a re-run: whoever asks takes a fifth of the time at most.

    Anyone may ask for any figure of any day. What took less than five seconds is no burden.
    """
    left = ended_at + timedelta(seconds=REST * seconds) - now
    return max(0, math.ceil(left.total_seconds())) if seconds >= BURDEN else 0


def table(cells: Sequence[Cell]) -> str:
    """The cells as CSV in their one order: anyone who has the file can compute its digest."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(sorted(cells))
    return out.getvalue()


def digest(cells: Sequence[Cell]) -> str:
    """SHA-256 of that file."""
    return hashlib.sha256(table(cells).encode()).hexdigest()


def rows(figure: Figure, cells: Sequence[Cell], wanted: Wanted) -> list[Row]:
    """The cells folded into the lines of the figure, for a region and the ones below it."""
    found: dict[str, dict[str, int]] = {}
    for region, category, period, series, value in cells:
        if not region.startswith(wanted.prefix) or (wanted.section and category != wanted.section):
            continue
        key = {Group.REGION: _below(region, wanted.prefix), Group.CATEGORY: category, Group.PERIOD: period}[
            figure.group
        ]
        values = found.setdefault(key, dict.fromkeys(figure.series, 0))
        values[series] = values.get(series, 0) + value
    return [Row(key, found[key]) for key in sorted(found)]


def total(figure: Figure, found: Sequence[Row]) -> dict[str, int]:
    """The sum of the lines by series."""
    return {series: sum(row.values.get(series, 0) for row in found) for series in figure.series}


def _below(region: str, prefix: str) -> str:
    return region[: len(prefix) + 2].ljust(6, "0")
