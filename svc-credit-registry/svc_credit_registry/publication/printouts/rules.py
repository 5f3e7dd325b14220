"""How the content of a record item reads on paper: each field with its name in Chinese. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from svc_credit_registry.discovery.trademarks.rules import STATE_LABELS as TRADEMARK_STATES
from svc_credit_registry.publication.value_labels.rules import LABELS, Words
from svc_credit_registry.record.records.rules import RecordKind

FIELDS: Mapping[str, str] = {
    "accepted_by": "受理机关", "address": "地址", "after": "变更后", "amount": "数额",
    "amount_yuan": "金额（元）", "authority": "机关", "before": "变更前", "branch_code": "分支机构代码",
    "category": "类别", "cause": "事由", "checked_on": "核查日期", "collateral": "抵押物",
    "confiscated_yuan": "没收（元）", "corrected": "已更正", "court": "执行法院", "decided_by": "决定机关",
    "decided_on": "决定日期", "decision_number": "决定书文号", "details": "内容", "directed_by": "发起机关",
    "document_number": "文书号", "due_on": "期限", "due_or_paid_on": "出资日期", "established_on": "成立日期",
    "execution_document": "执行裁定文书号", "facts": "事实", "field": "事项", "filed_on": "填报日期",
    "fine_yuan": "罚款（元）", "form": "出资方式", "frozen_from": "冻结起始日", "frozen_until": "冻结截止日",
    "granted_by": "实施单位", "granted_on": "享受日期", "ground": "原因代码", "ground_label": "原因",
    "happened_on": "形成日期", "inspected_on": "检查日期", "late": "逾期", "legal_basis": "法律依据",
    "listed_on": "列入日期", "made_on": "承诺日期", "matters": "检查事项", "measure": "措施代码",
    "measure_label": "措施", "mortgagee": "抵押权人", "name": "名称", "number": "编号", "outcome": "结果",
    "penalty": "处罚内容", "penalty_types": "处罚种类", "person_executed": "被执行人",
    "person_in_charge": "负责人", "plan_number": "抽查计划编号", "pledgee": "质权人", "pledgor": "出质人",
    "policy": "政策代码", "policy_label": "政策", "position": "职务", "reason": "理由", "region": "地区",
    "registered_on": "登记日期", "registrar": "登记机关", "remark": "备注",
    "removal_decided_by": "移出决定机关", "removal_decision_number": "移出决定书文号",
    "removal_reason": "移出理由", "removed_on": "移出日期", "result": "结果", "scope": "范围",
    "secured_yuan": "担保数额（元）", "sections": "报告内容", "share_percent": "持股比例（%）",
    "shareholder": "股东", "shareholder_code": "股东代码", "since": "起始日", "source": "来源", "state": "状态",
    "status": "状态", "subject_key": "修复对象编号", "subject_kind": "修复对象",
    "subscribed_yuan": "认缴出资（元）", "summary": "摘要", "text": "内容", "title": "名称", "type": "类型",
    "until": "截止日", "valid_from": "有效期自", "valid_until": "有效期至", "verified_on": "核实日期",
    "year": "年度",
    "classes": "商品服务类别", "goods": "商品服务项目", "mark": "商标",
    # What enterprises report themselves.
    "act": "许可变动", "assets_yuan": "资产总额（元）", "code": "统一社会信用代码", "contact": "联系方式",
    "contributions": "出资信息", "email": "电子邮箱", "employees": "从业人数（人）",
    "equity_changes": "股权变更", "equity_yuan": "所有者权益合计（元）", "figures": "经营数据",
    "from_day": "自", "guarantees": "对外担保", "investments": "对外投资", "liabilities_yuan": "负债总额（元）",
    "main_revenue_yuan": "主营业务收入（元）", "net_profit_yuan": "净利润（元）", "not_published": "企业选择不公示",
    "operation": "经营状态", "paid_form": "实缴方式", "paid_on": "实缴日期", "paid_yuan": "实缴出资（元）",
    "phone": "联系电话", "postcode": "邮政编码", "profit_yuan": "利润总额（元）", "revenue_yuan": "营业总收入（元）",
    "right": "知识产权种类", "subscribed_form": "认缴方式", "subscribed_on": "认缴日期",
    "tax_yuan": "纳税总额（元）", "until_day": "至", "url": "网址", "websites": "网站或者网店",
}  # fmt: skip
"""The names of fields; one that is missing here is printed under its own name."""

VALUES: Mapping[str, str] = {
    "active": "存续", "cancelled": "注销", "revoked": "吊销", "in_force": "有效", "valid": "有效", "changed": "变更",
    "repaired": "已修复", "expired": "过期", "listed": "列入", "removed": "移出", "frozen": "冻结", "released": "解除",
    "natural_person": "自然人", "enterprise": "企业法人", "subscribed": "认缴", "paid": "实缴", "money": "货币",
    "fine": "罚款", "warning": "警告", "True": "是", "False": "否", "operating": "开业", "suspended": "歇业",
    "liquidating": "清算", "website": "网站", "online_shop": "网店", "patent": "专利", "trademark": "商标",
    "copyright": "著作权", "obtained": "取得", "extended": "延续", "ended": "终止",
}  # fmt: skip
STATES: Mapping[tuple[str, str], Mapping[str, Words]] = {
    (RecordKind.LICENCE, "status"): LABELS["licence-statuses"][1],
    (RecordKind.PENALTY, "state"): LABELS["penalty-states"][1],
    (RecordKind.EQUITY_PLEDGE, "state"): LABELS["equity-pledge-states"][1],
    (RecordKind.EQUITY_FREEZE, "state"): LABELS["equity-freeze-states"][1],
    (RecordKind.CHATTEL_MORTGAGE, "state"): LABELS["pledge-and-mortgage-states"][1],
    (RecordKind.IP_PLEDGE, "state"): LABELS["pledge-and-mortgage-states"][1],
    (RecordKind.TRADEMARK, "state"): TRADEMARK_STATES,
}
"""The words of states by kind and field: what is 吊销 of an enterprise is 撤销 of a decision."""


def lines(kind: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The content of an item as pairs of name and value, in the order of its schema."""
    for name, value in content.items():
        state = STATES.get((kind, name), {}).get(str(value))
        yield FIELDS.get(name, name), words(value) if state is None else state[0]


def flat(content: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The content with each nested value under the names that lead to it; what is empty is left out."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from flat(value, (*before, name))
        elif value not in (None, "", []):
            yield (*before, name), value


def words(value: Any) -> str:
    """A value in words: lists part by 、, what is nested by ；."""
    if isinstance(value, Mapping):
        return "；".join(f"{FIELDS.get(name, name)}：{words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "、".join(words(inner) for inner in value) or "无"
    text = "无" if value is None else str(value)
    return VALUES.get(text) or FIELDS.get(text, text)
