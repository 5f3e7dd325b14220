"""What an item is called, and what its owner does next."""

from collections.abc import Mapping
from typing import Any

from svc_credit_registry.listing.hearings import rules as hearings
from svc_credit_registry.listing.list_objections import rules as list_objections
from svc_credit_registry.listing.lists import rules as lists
from svc_credit_registry.listing.removals import rules as removals
from svc_credit_registry.listing.repairs import rules as repairs
from svc_credit_registry.reporting.objections.rules import NEXT_ACTIONS, STATE_LABELS, ObjectionState
from svc_credit_registry.supervision.findings import rules as findings
from svc_credit_registry.supervision.inspections import rules as inspections
from svc_credit_registry.supervision.inspections.rules import InspectionState
from svc_credit_registry.supervision.leads import rules as leads
from svc_credit_registry.supervision.leads.rules import LeadState

Words = tuple[str, str]

TITLES: dict[str, Words] = {
    "annual_report": ("{number}年度报告：{name}", "Annual report {number}: {name}"),
    "annual_report_due": ("{number}年度报告：{name}", "Annual report {number}: {name}"),
    "objection": ("异议核查：{name}", "Verification of the record: {name}"),
    "publication_order": ("责令公示：{name}", "Order to publish: {name}"),
    "objection_question": ("对公示信息的函询：{name}", "Question about the record: {name}"),
    "list_entry": ("名录（名单）列入：{name}", "Entry on a list: {name}"),
    "list_hearing": ("列入前的听证：{name}", "Hearing before a listing: {name}"),
    "list_hearing_notice": ("听证待办：{name}", "Hearing to hold: {name}"),
    "list_objection": ("对列入的异议：{name}", "Objection to an entry: {name}"),
    "list_removal": ("申请移出：{name}", "Application for removal: {name}"),
    "repair": ("申请信用修复：{name}", "Application for credit repair: {name}"),
    "listing_decision": ("拟列入待决定：{name}", "Listing to decide: {name}"),
    "list_objection_decision": ("列入异议待办：{name}", "Objection to an entry to decide: {name}"),
    "list_removal_decision": ("移出申请待办：{name}", "Removal to decide: {name}"),
    "repair_decision": ("信用修复待办：{name}", "Credit repair to decide: {name}"),
    "verification": ("异议核查待办：{name}", "Verification to answer: {name}"),
    "publication_order_review": ("责令公示履行待核对：{name}", "Fulfilment of an order to review: {name}"),
    "inspection": ("随机抽查：{name}", "Random inspection: {name}"),
    "inspection_review": ("抽查结果待核对：{name}", "Result of an inspection to review: {name}"),
    "inspection_plan": ("抽查计划：{name}", "Plan of inspections: {name}"),
    "lead": ("监测线索：{name}", "Lead: {name}"),
}
_REPORT: dict[str, tuple[Words, Words]] = {
    "draft": (("填报中，尚未公示", "Draft, not published"), ("核对后报送", "Check and submit")),
    "correcting": (("正在更正", "A correction is being written"), ("报送更正", "Submit the correction")),
    "open": (("待报送", "To be filed"), ("在6月30日前报送", "File it by 30 June")),
    "over": (("逾期未报", "Overdue"), ("尽快补报", "File it now; it will be marked late")),
}
_ORDER: tuple[Words, Words] = (
    ("责令限期公示中", "Ordered, to be published in time"),
    ("在责令期限内公示", "Publish it in time"),
)
_WAIT: Words = ("等待决定", "Wait for the decision")
_DECIDE: Words = ("在法定期限内办理", "Decide within the statutory term")
_SHOWN: dict[str, tuple[Mapping[Any, Words], Words]] = {
    "list_hearing": (hearings.STATE_LABELS, ("按通知的时间、地点参加听证", "Come to the hearing as told")),
    "list_hearing_notice": (hearings.STATE_LABELS, ("通知、举行听证，制作笔录", "Give notice, hold and record it")),
    "list_objection": (list_objections.STATE_LABELS, _WAIT),
    "list_removal": (removals.STATE_LABELS, _WAIT),
    "repair": (repairs.STATE_LABELS, _WAIT),
    "listing_decision": (lists.STATE_LABELS, _DECIDE),
    "list_objection_decision": (list_objections.STATE_LABELS, _DECIDE),
    "list_removal_decision": (removals.STATE_LABELS, _DECIDE),
    "repair_decision": (repairs.STATE_LABELS, _DECIDE),
    "verification": (STATE_LABELS, ("核查并书面答复", "Verify, and answer in writing")),
    "publication_order_review": (
        {"fulfilled": ("企业已公示，待核对", "Published, to be reviewed")},
        ("核对是否为责令公示的信息", "Look whether it is what was ordered"),
    ),
    "inspection": (findings.STATE_LABELS, ("检查后录入结果", "Inspect, and enter the result")),
    "inspection_review": (findings.STATE_LABELS, ("核对，期满自动公示", "Review; it is published by itself")),
}
_STEPS: dict[str, tuple[Mapping[Any, Words], Mapping[Any, Words]]] = {
    "inspection_plan": (
        inspections.STATE_LABELS,
        {
            InspectionState.DRAFT: ("公布计划", "Make it public"),
            InspectionState.PUBLISHED: ("锁定名录库", "Freeze the pools"),
            InspectionState.FROZEN: ("抽取", "Draw"),
        },
    ),
    "lead": (
        leads.STATE_LABELS,
        {
            LeadState.RECEIVED: ("分派", "Assign it"),
            LeadState.ASSIGNED: ("在核查期限内核查", "Check it within its term"),
            LeadState.VERIFIED: ("移送立案或者结束", "Transfer it to a case, or close it"),
            LeadState.TRANSFERRED: ("案件办结后录入结果", "Enter how the case ended"),
        },
    ),
}
"""Kinds whose next action follows from the state: labels, and actions."""
_ENTRY: dict[str, Words] = {
    "proposed": ("可以陈述、申辩，要求听证", "State your case, ask to be heard"),
    "listed": ("改正后申请移出；有异议的在期限内提出", "Put it right and apply for removal, or object in time"),
}
_PRODUCER: Words = ("请答复或者更正", "Answer, or correct the item")


def title(kind: str, number: str, name: str, *, english: bool) -> str:
    """What the item is about."""
    return TITLES[kind][english].format(number=number, name=name)


def words(kind: str, state: str, *, english: bool) -> tuple[str, str | None]:
    """The state in words, and what its owner does next."""
    if kind in ("annual_report", "annual_report_due"):
        label, action = _REPORT[state]
        return label[english], action[english]
    if kind in _SHOWN:
        labels, next_one = _SHOWN[kind]
        return labels[state][english], next_one[english]
    if kind in _STEPS:
        labels, actions = _STEPS[kind]
        return labels[state][english], actions[state][english]
    if kind == "list_entry":
        return lists.STATE_LABELS[lists.State(state)][english], _ENTRY[state][english]
    if kind == "publication_order":
        return _ORDER[0][english], _ORDER[1][english]
    label = STATE_LABELS[ObjectionState(state)]
    following = _PRODUCER if kind == "objection_question" else NEXT_ACTIONS.get(ObjectionState(state))
    return label[english], following[english] if following else None


def url(kind: str, key: str) -> str:
    """Where the item is, from the public origin."""
    places = {
        "annual_report": f"annual-reports/{key}",
        "annual_report_due": "annual-reports/duties",
        "publication_order": f"publication-orders/{key}",
        "publication_order_review": f"publication-orders/{key}",
        "list_entry": f"list-entries/{key}/case",
        "listing_decision": f"list-entries/{key}/case",
        "list_hearing": f"list-hearings/{key}",
        "list_hearing_notice": f"list-hearings/{key}",
        "list_objection": f"list-objections/{key}",
        "list_objection_decision": f"list-objections/{key}",
        "list_removal": f"list-removals/{key}",
        "list_removal_decision": f"list-removals/{key}",
        "repair": f"repairs/{key}",
        "repair_decision": f"repairs/{key}",
        "inspection": f"inspection-tasks/{key}",
        "inspection_review": f"inspection-tasks/{key}",
        "inspection_plan": f"inspection-plans/{key}",
        "lead": f"leads/{key}",
    }
    return f"/api/credit-registry/v1/{places.get(kind, f'objections/{key}')}"
