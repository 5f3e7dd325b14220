"""Each check of an annual report, on both sides of its threshold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svc_credit_registry.reporting.filing_checks.rules import Facts, changes_between, findings

FIGURES: dict[str, Any] = {
    "employees": 35, "assets_yuan": "8000000", "liabilities_yuan": "3000000", "equity_yuan": "5000000",
    "revenue_yuan": "12000000", "main_revenue_yuan": "11000000", "profit_yuan": "900000", "net_profit_yuan": "700000",
    "tax_yuan": "300000",
}  # fmt: skip
FORM: dict[str, Any] = {
    "contact": {"address": "解放路1号", "postcode": "441300", "phone": "13812345678", "email": "a@b.cn"},
    "operation": "operating",
    "contributions": [{"shareholder": "李娜", "subscribed_yuan": "500000"}],
    "figures": FIGURES,
}
FACTS = Facts(2025, "有限公司", Decimal(500_000))


def found(form: dict[str, Any], facts: Facts = FACTS) -> list[str]:
    return [finding.id for finding in findings(FORM | form, facts)]


def last_year(**figures: Any) -> Facts:
    return Facts(2025, "有限公司", Decimal(500_000), FORM | {"figures": FIGURES | figures})


def test_a_plain_report_has_nothing_to_find() -> None:
    assert found({}) == []


@pytest.mark.parametrize("part", ["address", "postcode", "phone", "email"])
def test_contact_is_demanded(part: str) -> None:
    assert found({"contact": FORM["contact"] | {part: None}}) == [f"missing:/contact/{part}"]


@pytest.mark.parametrize("figure", list(FIGURES))
def test_every_figure_is_demanded_published_or_not(figure: str) -> None:
    assert f"missing:/figures/{figure}" in found({"figures": FIGURES | {figure: None}})


def test_shareholders_are_demanded_of_companies_alone() -> None:
    assert found({"contributions": []}) == ["missing:/contributions"]
    assert found({"contributions": []}, Facts(2025, "个人独资企业", None)) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [("postcode", "44130"), ("postcode", "4413000"), ("phone", "12812345678"), ("phone", "0722-33"), ("email", "a@b")],
)
def test_malformed_contact_is_an_error(part: str, value: str) -> None:
    assert found({"contact": FORM["contact"] | {part: value}}) == [f"malformed:/contact/{part}"]


@pytest.mark.parametrize("phone", ["0722-3312345", "07223312345", "400-123-4567", "0722-3312345-801"])
def test_the_usual_telephone_numbers_are_taken(phone: str) -> None:
    assert found({"contact": FORM["contact"] | {"phone": phone}}) == []


@pytest.mark.parametrize(("equity", "ids"), [("5000100", []), ("5000100.01", ["unbalanced:/figures/equity_yuan"])])
def test_assets_are_liabilities_and_equity_up_to_rounding(equity: str, ids: list[str]) -> None:
    assert found({"figures": FIGURES | {"equity_yuan": equity}}) == ids


def test_main_revenue_is_part_of_revenue_and_staff_is_not_negative() -> None:
    assert found({"figures": FIGURES | {"main_revenue_yuan": "12000000.01"}}) == [
        "above_total:/figures/main_revenue_yuan"
    ]
    assert "negative:/figures/employees" in found({"figures": FIGURES | {"employees": -1}})


def test_days_lie_within_the_year() -> None:
    paid = [{"shareholder": "李娜", "subscribed_yuan": "500000", "paid_yuan": "1", "paid_on": date(2026, 1, 1)}]
    assert found({"contributions": paid}) == ["after_year:/contributions/0/paid_on"]
    paid[0]["paid_on"] = date(2025, 12, 31)
    assert found({"contributions": paid}) == []
    moved = [{"shareholder": "李娜", "changed_on": date(2024, 12, 31)}]
    assert found({"equity_changes": moved}) == ["other_year:/equity_changes/0/changed_on"]


def test_sites_and_codes_are_checked() -> None:
    sites = [{"url": "https://shop.example.cn/a"}, {"url": "shop.example.cn"}, {"url": "javascript:alert(1)"}]
    assert found({"websites": sites}) == ["malformed:/websites/1/url", "malformed:/websites/2/url"]
    firms = [{"code": "914403001922038216"}, {"code": "91110000100001604N"}]
    assert found({"investments": firms}) == ["credit_code:/investments/1/code"]


@pytest.mark.parametrize(
    ("before", "ids"),
    [
        ("2400000.01", []),
        ("2400000", ["jump:/figures/revenue_yuan"]),
        ("60000000", ["jump:/figures/revenue_yuan"]),
        ("59999999", []),
        ("0", ["jump:/figures/revenue_yuan"]),
        ("1200", ["unit_suspected:/figures/revenue_yuan"]),
        ("120000000000", ["unit_suspected:/figures/revenue_yuan"]),
    ],
)
def test_a_figure_five_times_last_years_is_doubted_and_a_slipped_unit_named(before: str, ids: list[str]) -> None:
    assert found({}, last_year(revenue_yuan=before, tax_yuan="299999")) == ids


def test_small_amounts_may_jump() -> None:
    assert found({}, last_year(tax_yuan="1")) == []


@pytest.mark.parametrize(("before", "jumps"), [(11, True), (12, False), (105, True), (104, False)])
def test_staff_three_times_last_years_is_doubted(before: int, jumps: bool) -> None:
    assert found({}, last_year(employees=before)) == (["jump:/figures/employees"] if jumps else [])


def test_all_the_same_as_last_year_is_doubted() -> None:
    assert found({}, last_year()) == ["same_as_last_year:/figures"]


def test_what_does_not_fit_within_the_report_is_doubted() -> None:
    assert found({"figures": FIGURES | {"employees": 0}}) == ["nobody_employed:/figures/employees"]
    assert found({"figures": FIGURES | {"profit_yuan": "12000001"}}) == ["above_revenue:/figures/profit_yuan"]
    assert found({"operation": "suspended"}) == ["revenue_while_suspended:/operation"]


def test_what_does_not_fit_the_register_is_doubted() -> None:
    assert found({}, Facts(2025, "有限公司", Decimal(600_000))) == ["capital_differs:/contributions"]
    paid = [{"shareholder": "李娜", "subscribed_yuan": "500000", "paid_yuan": "500001"}]
    assert found({"contributions": paid}) == ["above_subscribed:/contributions/0/paid_yuan"]


def test_other_shareholders_need_a_change_of_equity() -> None:
    others = [{"shareholder": "王强", "subscribed_yuan": "500000"}]
    facts = last_year(tax_yuan="299999")
    assert found({"contributions": others}, facts) == ["shareholders_differ:/equity_changes"]
    told = [{"shareholder": "王强", "changed_on": date(2025, 5, 5)}]
    assert found({"contributions": others, "equity_changes": told}, facts) == []


def test_changes_are_told_field_by_field() -> None:
    before, after = {"a": {"b": 1, "c": 2}, "l": [1]}, {"a": {"b": 1, "c": 3}, "l": [1, 2]}
    assert changes_between(before, after) == [
        {"pointer": "/a/c", "before": 2, "after": 3},
        {"pointer": "/l", "before": [1], "after": [1, 2]},
    ]
