"""Support policies for small and micro enterprises: eligibility as data, judged condition by condition. Pure.

《国务院关于扶持小型微型企业健康发展的意见》 (国发〔2014〕52号) set up the directory of small and micro enterprises,
in which departments publish policies and who received support. A condition that rests on something unknown is neither
met nor missed: it says what is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shared.codes.regions import covers, full_name, is_known
from svc_credit_registry.reporting.size_standards.rules import SIZE_LABELS, Size

MATTER = "MR-ENT-SUPPORT"
BASIS = "《国务院关于扶持小型微型企业健康发展的意见》（国发〔2014〕52号）"

Condition = Mapping[str, Any]


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


KINDS: dict[str, tuple[str, str]] = {
    "tax": ("税费减免", "Tax and fees"),
    "finance": ("融资担保", "Loans and guarantees"),
    "subsidy": ("资金补助", "Subsidy"),
    "employment": ("就业创业", "Employment and start-ups"),
    "premises": ("场地房租", "Premises and rent"),
    "other": ("其他", "Other"),
}


@dataclass(frozen=True)
class Applicant:
    """What is known of an enterprise; None and `reported` empty where nothing is."""

    size: str | None
    industry_code: str
    region: str
    organisation_form: str
    established_on: date
    in_business: bool
    capital_yuan: Decimal | None
    lists: frozenset[str]
    reported: frozenset[int]
    employees: int | None = None
    revenue_yuan: Decimal | None = None
    assets_yuan: Decimal | None = None


@dataclass(frozen=True)
class Judgement:
    """One condition: met, missed, or None where what it rests on is unknown."""

    type: str
    met: bool | None
    zh: str
    en: str


def eligible(judgements: Sequence[Judgement]) -> str:
    """`eligible`, `not_eligible`, or `unknown` when nothing is missed but something is not known."""
    outcomes = {j.met for j in judgements}
    if False in outcomes:
        return "not_eligible"
    return "unknown" if None in outcomes else "eligible"


def judge(conditions: Sequence[Condition], region: str, applicant: Applicant, today: date) -> list[Judgement]:
    """Every condition with its outcome and reason: that of being in business in the policy's region comes first."""
    place = full_name(region) if is_known(region) else region
    first = [
        Judgement("in_business", applicant.in_business, "存续", "In business"),
        Judgement("region", covers(region, applicant.region), f"登记在{place}", f"Registered in {place}"),
    ]
    return first + [JUDGES[c["type"]](c, applicant, today) for c in conditions]


def _size(condition: Condition, applicant: Applicant, _: date) -> Judgement:
    wanted = condition["values"]
    met = None if applicant.size is None else applicant.size in wanted
    zh, en = ("、".join(SIZE_LABELS[Size(v)][0] for v in wanted), ", ".join(SIZE_LABELS[Size(v)][1] for v in wanted))
    has = SIZE_LABELS[Size(applicant.size)] if applicant.size else ("未划型", "not known")
    return Judgement("size_in", met, f"规模为{zh}（现为{has[0]}）", f"Size: {en} (is {has[1]})")


def _industry(condition: Condition, applicant: Applicant, _: date) -> Judgement:
    wanted = condition["values"]
    code = applicant.industry_code
    met: bool | None = any(code.startswith(value) for value in wanted)
    if not met and any(value.startswith(code) for value in wanted):
        met = None
    text = "、".join(wanted)
    return Judgement("industry_in", met, f"行业为{text}（现为{code}）", f"Industry {text} (is {code})")


def _form(condition: Condition, applicant: Applicant, _: date) -> Judgement:
    text = "、".join(condition["values"])
    has = applicant.organisation_form
    return Judgement("form_in", has in condition["values"], f"组织形式为{text}（现为{has}）", f"Form {text} (is {has})")


def _age(condition: Condition, applicant: Applicant, today: date) -> Judgement:
    months = int(condition["months"])
    day = applicant.established_on
    whole = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    zh = f"成立不满{months}个月（已成立{whole}个月）"
    return Judgement("younger_than", whole < months, zh, f"Founded less than {months} months ago (is {whole})")


def _at_most(condition: Condition, applicant: Applicant, _: date) -> Judgement:
    field, most = str(condition["field"]), Decimal(condition["value"])
    value: Decimal | int | None = getattr(applicant, field)
    zh, en = AMOUNTS[field]
    met = None if value is None else value <= most
    known = "" if value is not None else "（未知）", "" if value is not None else " (not known)"
    return Judgement("at_most", met, f"{zh}不超过{most}{known[0]}", f"{en} at most {most}{known[1]}")


def _lists(condition: Condition, applicant: Applicant, _: date) -> Judgement:
    on = sorted(applicant.lists & set(condition["values"]))
    return Judgement(
        "not_listed", not on,
        "未被列入" + "、".join(LISTS[v][0] for v in condition["values"]),
        "Not on: " + ", ".join(LISTS[v][1] for v in condition["values"]),
    )  # fmt: skip


def _reported(condition: Condition, applicant: Applicant, today: date) -> Judgement:
    due = today.year - 1 if (today.month, today.day) > (6, 30) else today.year - 2
    owed = applicant.established_on.year <= due
    met = not owed or due in applicant.reported
    return Judgement("report_filed", met, f"已公示{due}年度报告", f"Annual report {due} is filed")


AMOUNTS: dict[str, tuple[str, str]] = {
    "employees": ("从业人数", "Employees"),
    "revenue_yuan": ("营业收入（元）", "Revenue (yuan)"),
    "assets_yuan": ("资产总额（元）", "Assets (yuan)"),
    "capital_yuan": ("注册资本（元）", "Registered capital (yuan)"),
}
LISTS: dict[str, tuple[str, str]] = {
    "abnormal_operation": ("经营异常名录", "the list of abnormal operation"),
    "serious_violation": ("严重违法失信名单", "the list of serious violations"),
}
JUDGES: dict[str, Callable[[Condition, Applicant, date], Judgement]] = {
    "size_in": _size,
    "industry_in": _industry,
    "form_in": _form,
    "younger_than": _age,
    "at_most": _at_most,
    "not_listed": _lists,
    "report_filed": _reported,
}
