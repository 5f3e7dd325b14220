"""What is wrong with an annual report, and what looks unlikely: pure checks, each with its place and a stable code.

Errors stop a report: a field that article 9 of 《企业信息公示暂行条例》 demands is missing, or figures contradict
each other. Warnings come from a comparison with the register and with last year's report; the enterprise corrects or
confirms them. No statute sets the thresholds of warnings: they are rules of this platform.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from shared.codes import credit_code

Form = Mapping[str, Any]
Severity = Literal["error", "warning"]

JUMP, JUMP_YUAN = Decimal(5), Decimal(1_000_000)
STAFF_JUMP, STAFF_LEAST = Decimal(3), 20
UNIT_SLIP = (Decimal(5_000), Decimal(20_000))
"""Yuan entered as 10,000 yuan, or the other way round: a factor around 10,000."""
ROUNDING_YUAN = Decimal(100)

POSTCODE = re.compile(r"^[0-9]{6}$")
PHONE = re.compile(r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|400-?[0-9]{3}-?[0-9]{4})$")
EMAIL = re.compile(r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
SITE = re.compile(r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/\S*)?$")

YUAN = ("assets_yuan", "liabilities_yuan", "equity_yuan", "revenue_yuan", "main_revenue_yuan", "profit_yuan",
        "net_profit_yuan", "tax_yuan")  # fmt: skip
NEVER_NEGATIVE = ("employees", "assets_yuan", "liabilities_yuan", "revenue_yuan", "main_revenue_yuan")
FIGURES = ("employees", *YUAN)
CONTACT = {"address": "通信地址", "postcode": "邮政编码", "phone": "联系电话", "email": "电子邮箱"}
COMPANIES = ("有限公司", "有限责任公司", "股份有限公司")
"""Forms whose shareholders' contributions belong into the report (article 9, item 4)."""


@dataclass(frozen=True)
class Facts:
    """What the checks compare a report with."""

    year: int
    organisation_form: str
    registered_capital_yuan: Decimal | None
    last: Form | None = None


@dataclass(frozen=True)
class Finding:
    """One fault or doubt. `pointer` is the field's JSON Pointer in the form."""

    pointer: str
    code: str
    severity: Severity
    message: str

    @property
    def id(self) -> str:
        """What is sent back to confirm a warning."""
        return f"{self.code}:{self.pointer}"


def findings(form: Form, facts: Facts) -> list[Finding]:
    """All errors and warnings of a report, errors first."""
    errors = [finding for check in HARD for finding in check(form, facts)]
    warnings = [finding for check in SOFT for finding in check(form, facts)]
    return errors + warnings


def _error(pointer: str, code: str, message: str) -> Finding:
    return Finding(pointer, code, "error", message)


def _warning(pointer: str, code: str, message: str) -> Finding:
    return Finding(pointer, code, "warning", message)


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _figures(form: Form | None) -> dict[str, Decimal]:
    given = (form or {}).get("figures") or {}
    return {name: Decimal(given[name]) for name in FIGURES if given.get(name) is not None}


def _required(form: Form, facts: Facts) -> Iterable[Finding]:
    contact = form.get("contact") or {}
    for name, label in CONTACT.items():
        if _blank(contact.get(name)):
            yield _error(f"/contact/{name}", "missing", f"请填写{label} / {name} is missing")
    if _blank(form.get("operation")):
        yield _error("/operation", "missing", "请填写存续状态 / state of operation is missing")
    known = _figures(form)
    for name in FIGURES:
        if name not in known:
            yield _error(f"/figures/{name}", "missing", f"请填写此项数据 / {name} is missing")
    if facts.organisation_form in COMPANIES and _blank(form.get("contributions")):
        text = "公司应当填写股东出资信息 / contributions of shareholders are missing"
        yield _error("/contributions", "missing", text)


def _contact(form: Form, facts: Facts) -> Iterable[Finding]:
    contact = form.get("contact") or {}
    for name, pattern in (("postcode", POSTCODE), ("phone", PHONE), ("email", EMAIL)):
        value = contact.get(name)
        if value and not pattern.match(value):
            yield _error(f"/contact/{name}", "malformed", f"格式不正确 / {name} is malformed")


def _addresses(form: Form, facts: Facts) -> Iterable[Finding]:
    for number, site in enumerate(form.get("websites") or []):
        if not SITE.match(site.get("url") or ""):
            text = "网址须以http://或https://开头 / not an address of a site"
            yield _error(f"/websites/{number}/url", "malformed", text)
    for number, investment in enumerate(form.get("investments") or []):
        if investment.get("code") and not _is_code(investment["code"]):
            yield _error(f"/investments/{number}/code", "credit_code", "统一社会信用代码不正确 / not a credit code")


def _days(form: Form, facts: Facts) -> Iterable[Finding]:
    last_day = date(facts.year, 12, 31)
    for number, paid in enumerate(form.get("contributions") or []):
        if paid.get("paid_on") and paid["paid_on"] > last_day:
            text = f"实缴时间晚于报告年度 / paid after {last_day}: report it next year or as immediate information"
            yield _error(f"/contributions/{number}/paid_on", "after_year", text)
    for number, change in enumerate(form.get("equity_changes") or []):
        if change["changed_on"].year != facts.year:
            text = "不属于报告年度 / not in the report's year"
            yield _error(f"/equity_changes/{number}/changed_on", "other_year", text)


def _is_code(text: str) -> bool:
    try:
        credit_code.parse(text)
    except credit_code.InvalidCreditCode:
        return False
    return True


def _sums(form: Form, facts: Facts) -> Iterable[Finding]:
    figures = _figures(form)
    for name in NEVER_NEGATIVE:
        if figures.get(name, Decimal(0)) < 0:
            yield _error(f"/figures/{name}", "negative", "不能为负数 / can't be negative")
    if {"assets_yuan", "liabilities_yuan", "equity_yuan"} <= figures.keys():
        gap = figures["assets_yuan"] - figures["liabilities_yuan"] - figures["equity_yuan"]
        if abs(gap) > ROUNDING_YUAN:
            text = f"资产总额应当等于负债总额与所有者权益合计之和，相差{gap}元 / assets are not liabilities and equity"
            yield _error("/figures/equity_yuan", "unbalanced", text)
    if figures.get("main_revenue_yuan", Decimal(0)) > figures.get("revenue_yuan", Decimal("Infinity")):
        text = "主营业务收入不能大于营业总收入 / main revenue is more than total revenue"
        yield _error("/figures/main_revenue_yuan", "above_total", text)


HARD: tuple[Callable[[Form, Facts], Iterable[Finding]], ...] = (_required, _contact, _addresses, _days, _sums)


def _against_last_year(form: Form, facts: Facts) -> Iterable[Finding]:
    now, before = _figures(form), _figures(facts.last)
    for name in YUAN:
        if name not in now or name not in before:
            continue
        slipped = _ratio(now[name], before[name])
        if slipped is not None and UNIT_SLIP[0] <= slipped <= UNIT_SLIP[1]:
            text = f"上年为{before[name]}元，请核对单位是否为元 / last year {before[name]} yuan: check the unit"
            yield _warning(f"/figures/{name}", "unit_suspected", text)
        elif _jumped(now[name], before[name]):
            text = f"与上年（{before[name]}元）相差较大 / very different from last year's {before[name]} yuan"
            yield _warning(f"/figures/{name}", "jump", text)
    if now and now == before:
        yield _warning("/figures", "same_as_last_year", "全部数据与上年相同 / all figures are those of last year")


def _ratio(one: Decimal, other: Decimal) -> Decimal | None:
    small, large = sorted((abs(one), abs(other)))
    return large / small if small else None


def _jumped(now: Decimal, before: Decimal) -> bool:
    if abs(now - before) < JUMP_YUAN:
        return False
    ratio = _ratio(now, before)
    return ratio is None or ratio >= JUMP or (now < 0) != (before < 0)


def _staff(form: Form, facts: Facts) -> Iterable[Finding]:
    now, before = _figures(form), _figures(facts.last)
    staff, staff_before = now.get("employees"), before.get("employees")
    if staff is not None and staff_before is not None and abs(staff - staff_before) >= STAFF_LEAST:
        ratio = _ratio(staff, staff_before)
        if ratio is None or ratio >= STAFF_JUMP:
            text = f"与上年（{staff_before}人）相差较大 / very different from last year's {staff_before}"
            yield _warning("/figures/employees", "jump", text)
    if staff == 0 and now.get("revenue_yuan", Decimal(0)) > 0:
        yield _warning("/figures/employees", "nobody_employed", "有营业收入而从业人数为零 / revenue without employees")


def _within_report(form: Form, facts: Facts) -> Iterable[Finding]:
    figures = _figures(form)
    revenue = figures.get("revenue_yuan")
    if revenue is not None and figures.get("profit_yuan", Decimal(0)) > revenue:
        yield _warning("/figures/profit_yuan", "above_revenue", "利润总额大于营业总收入 / profit is more than revenue")
    if revenue is not None and figures.get("tax_yuan", Decimal(0)) > revenue:
        yield _warning("/figures/tax_yuan", "above_revenue", "纳税总额大于营业总收入 / taxes are more than revenue")
    if revenue and form.get("operation") == "suspended":
        yield _warning("/operation", "revenue_while_suspended", "歇业而有营业收入 / suspended, yet with revenue")


def _against_register(form: Form, facts: Facts) -> Iterable[Finding]:
    shareholders = form.get("contributions") or []
    total = sum((Decimal(s["subscribed_yuan"]) for s in shareholders), Decimal(0))
    capital = facts.registered_capital_yuan
    if shareholders and capital is not None and abs(total - capital) > ROUNDING_YUAN:
        text = f"认缴出资合计{total}元，与注册资本{capital}元不一致 / subscribed {total}, registered capital {capital}"
        yield _warning("/contributions", "capital_differs", text)
    for number, holder in enumerate(shareholders):
        if Decimal(holder.get("paid_yuan") or 0) > Decimal(holder["subscribed_yuan"]):
            text = "实缴出资大于认缴出资 / paid more than subscribed"
            yield _warning(f"/contributions/{number}/paid_yuan", "above_subscribed", text)


def _shareholders(form: Form, facts: Facts) -> Iterable[Finding]:
    before = {s["shareholder"] for s in (facts.last or {}).get("contributions") or []}
    now = {s["shareholder"] for s in form.get("contributions") or []}
    if before and now and before != now and not form.get("equity_changes"):
        text = "股东与上年不同而没有填写股权变更 / other shareholders than last year, but no change of equity is told"
        yield _warning("/equity_changes", "shareholders_differ", text)


SOFT: tuple[Callable[[Form, Facts], Iterable[Finding]], ...] = (
    _against_last_year, _staff, _within_report, _against_register, _shareholders,
)  # fmt: skip


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a correction changed, each with its place and its value before and after (article 12: both are public)."""
    found: list[dict[str, Any]] = []
    _compare("", before, after, found)
    return found


def _compare(place: str, before: Any, after: Any, found: list[dict[str, Any]]) -> None:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(set(before) | set(after)):
            _compare(f"{place}/{name}", before.get(name), after.get(name), found)
    elif before != after:
        found.append({"pointer": place, "before": before, "after": after})
