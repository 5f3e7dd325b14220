"""What an item is called, and what its owner does next."""

from svc_credit_registry.reporting.objections.rules import NEXT_ACTIONS, STATE_LABELS, ObjectionState

Words = tuple[str, str]

TITLES: dict[str, Words] = {
    "annual_report": ("{number}年度报告：{name}", "Annual report {number}: {name}"),
    "annual_report_due": ("{number}年度报告：{name}", "Annual report {number}: {name}"),
    "objection": ("异议核查：{name}", "Verification of the record: {name}"),
    "publication_order": ("责令公示：{name}", "Order to publish: {name}"),
    "objection_question": ("对公示信息的函询：{name}", "Question about the record: {name}"),
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
_PRODUCER: Words = ("请答复或者更正", "Answer, or correct the item")


def title(kind: str, number: str, name: str, *, english: bool) -> str:
    """What the item is about."""
    return TITLES[kind][english].format(number=number, name=name)


def words(kind: str, state: str, *, english: bool) -> tuple[str, str | None]:
    """The state in words, and what its owner does next."""
    if kind in ("annual_report", "annual_report_due"):
        label, action = _REPORT[state]
        return label[english], action[english]
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
    }
    return f"/api/credit-registry/v1/{places.get(kind, f'objections/{key}')}"
