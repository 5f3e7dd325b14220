"""A classification in words."""

from decimal import Decimal

from svc_credit_registry.reporting.size_standards.rules import (
    INDICATOR_LABELS,
    SIZE_LABELS,
    SIZES,
    WAN,
    Judged,
    Size,
    Verdict,
)
from svc_credit_registry.reporting.size_standards.schemas import JudgedOut, SizeOut


def size_out(verdict: Verdict, *, english: bool) -> SizeOut:
    """The verdict with each indicator and why it has its class."""
    return SizeOut(
        size=verdict.size,
        size_label=SIZE_LABELS[verdict.size][english] if verdict.size else None,
        undetermined=verdict.undetermined,
        standard=verdict.standard.version,
        basis=verdict.standard.measure,
        indicators=[_judged_out(judged, english=english) for judged in verdict.judged],
    )


def _judged_out(judged: Judged, *, english: bool) -> JudgedOut:
    return JudgedOut(
        group=judged.group.key,
        group_label=judged.group.label_en if english else judged.group.label,
        indicator=judged.limit.indicator,
        indicator_label=INDICATOR_LABELS[judged.limit.indicator][english],
        value=None if judged.value is None else Decimal(judged.value),
        size=judged.size,
        reason=_reason(judged, english=english),
    )


def _reason(judged: Judged, *, english: bool) -> str:
    label = INDICATOR_LABELS[judged.limit.indicator][english]
    if judged.size is None:
        return f"{label}: not known" if english else f"{label}未知"
    index = SIZES.index(judged.size)
    limits = [0, judged.limit.small, judged.limit.medium, judged.limit.large]
    low = _shown(judged, limits[index], english=english)
    name = SIZE_LABELS[Size(judged.size)][english]
    if index == len(SIZES) - 1:
        return f"{label} {low} or more: {name}" if english else f"{label}不低于{low}：{name}"
    high = _shown(judged, limits[index + 1], english=english)
    if index == 0:
        return f"{label} below {high}: {name}" if english else f"{label}低于{high}：{name}"
    return f"{label} from {low} to below {high}: {name}" if english else f"{label}不低于{low}、低于{high}：{name}"


def _shown(judged: Judged, number: int, *, english: bool) -> str:
    if judged.limit.indicator == "employees":
        return str(number) if english else f"{number}人"
    return f"{number:,} yuan" if english else f"{number // WAN}万元"
