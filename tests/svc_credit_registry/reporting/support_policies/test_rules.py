"""Conditions of support policies, one by one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svc_credit_registry.reporting.support_policies.rules import Applicant, eligible, judge

TODAY = date(2026, 11, 21)
FIRM = Applicant(
    size="micro", industry_code="C151", region="421303", organisation_form="有限公司",
    established_on=date(2024, 11, 21),
    in_business=True, capital_yuan=Decimal(500_000), lists=frozenset(), reported=frozenset({2025}), employees=8,
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "changes", "met"),
    [
        ({"type": "size_in", "values": ["micro", "small"]}, {}, True),
        ({"type": "size_in", "values": ["medium"]}, {}, False),
        ({"type": "size_in", "values": ["micro"]}, {"size": None}, None),
        ({"type": "industry_in", "values": ["C15"]}, {}, True),
        ({"type": "industry_in", "values": ["C16"]}, {}, False),
        ({"type": "industry_in", "values": ["C1512"]}, {}, None),
        ({"type": "form_in", "values": ["合伙企业"]}, {}, False),
        ({"type": "younger_than", "months": 25}, {}, True),
        ({"type": "younger_than", "months": 24}, {}, False),
        ({"type": "younger_than", "months": 24}, {"established_on": date(2024, 11, 22)}, True),
        ({"type": "at_most", "field": "employees", "value": "8"}, {}, True),
        ({"type": "at_most", "field": "employees", "value": "7"}, {}, False),
        ({"type": "at_most", "field": "revenue_yuan", "value": "7"}, {}, None),
        ({"type": "not_listed", "values": ["abnormal_operation"]}, {}, True),
        ({"type": "not_listed", "values": ["abnormal_operation"]}, {"lists": frozenset({"abnormal_operation"})}, False),
        ({"type": "report_filed"}, {}, True),
        ({"type": "report_filed"}, {"reported": frozenset()}, False),
        ({"type": "report_filed"}, {"reported": frozenset(), "established_on": date(2026, 2, 1)}, True),
    ],
)
def test_a_condition_is_met_missed_or_unknown(condition: dict[str, Any], changes: dict[str, Any], met: bool) -> None:
    (*_, judgement) = judge([condition], "420000", replace(FIRM, **changes), TODAY)
    assert judgement.met is met
    assert judgement.zh
    assert judgement.en


def test_region_and_being_in_business_come_first() -> None:
    assert [j.met for j in judge([], "421321", replace(FIRM, in_business=False), TODAY)] == [False, False]


def test_one_missed_condition_settles_it_and_an_unknown_one_leaves_it_open() -> None:
    unknown = {"type": "at_most", "field": "revenue_yuan", "value": "7"}
    missed = {"type": "younger_than", "months": 1}
    assert eligible(judge([], "420000", FIRM, TODAY)) == "eligible"
    assert eligible(judge([unknown], "420000", FIRM, TODAY)) == "unknown"
    assert eligible(judge([unknown, missed], "420000", FIRM, TODAY)) == "not_eligible"
