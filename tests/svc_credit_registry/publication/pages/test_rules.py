"""How items of the record read on a page."""

from typing import Any

import pytest

from svc_credit_registry.publication.pages.rules import pairs

UNIT, GROUND = "湖北省随州市曾都区市场监督管理局", "通过登记的住所或者经营场所无法联系"
LISTED = {"ground": "unreachable", "ground_label": GROUND, "decided_by": "AMR-421303", "state": "listed"}


@pytest.mark.parametrize(
    ("kind", "content", "chinese", "english"),
    [
        ("abnormal_operation", LISTED,
         [("原因", GROUND), ("决定机关", UNIT), ("状态", "已列入")],
         [("Ground", "Unreachable at the registered place"), ("Decided by", UNIT),
          ("State", "Listed")]),
        ("penalty", {"fine_yuan": "250000.00", "authority": "随州市税务局", "state": "repaired"},
         [("罚款（元）", "250,000.00"), ("机关", "随州市税务局"), ("状态", "已修复")],
         [("Fine (yuan)", "250,000.00"), ("Authority", "随州市税务局"), ("State", "Repaired")]),
        ("annual_report", {"sections": {"contributions": [{"shareholder": "甲", "paid_yuan": "1.00"}]}},
         [("出资信息", "股东：甲；实缴出资（元）：1.00")], [("Contributions", "Shareholder: 甲; Paid (yuan): 1.00")]),
        ("annual_report", {"not_published": ["assets_yuan", "guarantees"], "late": True, "region": "421321"},
         [("企业选择不公示", "资产总额（元）、对外担保"), ("逾期", "是"), ("地区", "湖北省随州市随县")],
         [("Kept unpublished", "Assets (yuan), Guarantees"), ("Late", "Yes"), ("Region", "湖北省随州市随县")]),
        ("trademark", {"mark": "红光", "classes": [33, 35], "state": "revoked"},
         [("商标", "红光"), ("商品服务类别", "33、35"), ("状态", "撤销")],
         [("Mark", "红光"), ("Classes", "33, 35"), ("State", "Revoked")]),
        ("inspection", {"result": "nothing_found", "policy": "P-1", "policy_label": "补助"},
         [("结果", "未发现问题"), ("政策", "补助")],
         [("Result", "Nothing found"), ("Policy", "补助")]),
    ],
    ids=["listing", "penalty", "nested", "coded", "state", "label"],
)  # fmt: skip
def test_codes_amounts_and_units_are_words(
    kind: str, content: dict[str, Any], chinese: list[tuple[str, str]], english: list[tuple[str, str]]
) -> None:
    assert pairs(kind, content, english=False) == chinese
    assert pairs(kind, content, english=True) == english
