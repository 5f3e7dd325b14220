"""Admissibility: which complaints are accepted, and the closed list of grounds on which one is not.

Source: Order 20 of 2019 of the State Administration for Market Regulation, articles 9 and 15; the dated terms, and what
is known of Order 121, stand in `svc_complaints.cases.rules`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.calendar import months_after
from shared.codes import credit_code
from shared.errors import FieldError
from svc_complaints.cases.rules import Terms, cite, is_over, personal_data_in
from svc_complaints.intake.errors import FilingFaulty, GroundContradictsRecord


class Category(StrEnum):
    QUALITY = "quality"
    AFTER_SALES = "after_sales"
    PRICE = "price"
    ADVERTISING = "advertising"
    CONTRACT = "contract"
    COUNTERFEIT = "counterfeit"
    FOOD_SAFETY = "food_safety"
    SERVICE = "service"
    OTHER = "other"


class Ground(StrEnum):
    NO_JURISDICTION = "no_jurisdiction"
    HANDLED_ELSEWHERE = "handled_elsewhere"
    NOT_CONSUMER_DISPUTE = "not_consumer_dispute"
    OVER_CLAIM_PERIOD = "over_claim_period"
    CONTENTS_MISSING = "contents_missing"
    OTHER_BY_LAW = "other_by_law"


GROUNDS: dict[Ground, tuple[str, str, str]] = {
    Ground.NO_JURISDICTION: (
        "第十五条第一项",
        "投诉事项不属于市场监督管理部门职责，或者本机关不具有处理权限",
        "The matter is not for this authority",
    ),
    Ground.HANDLED_ELSEWHERE: (
        "第十五条第二项",
        "法院、仲裁机构或者其他机关、组织已经受理或者处理过同一争议",
        "A court, arbitration body or other organ has accepted or handled the same dispute",
    ),
    Ground.NOT_CONSUMER_DISPUTE: (
        "第十五条第三项",
        "不是为生活消费需要，或者不能证明存在消费者权益争议",
        "Not for daily consumption, or no dispute is shown",
    ),
    Ground.OVER_CLAIM_PERIOD: (
        "第十五条第四项",
        "知道或者应当知道权益受到侵害之日起超过三年",
        "Over three years since the complainant knew",
    ),
    Ground.CONTENTS_MISSING: ("第十五条第五项", "未提供规定的材料", "Required contents are missing"),
    Ground.OTHER_BY_LAW: (
        "第十五条第六项",
        "法律、法规、规章规定不予受理的其他情形",
        "Other grounds laid down by law",
    ),
}
"""Article of Order 20, wording in Chinese and in English. Other grounds don't exist."""


@dataclass(frozen=True)
class Filing:
    """What the complainant states, as far as the rules ask."""

    respondent_code: str
    product: str
    amount_yuan: Decimal
    occurred_on: date
    known_on: date


def faults_in(filing: Filing, today: date) -> list[FieldError]:
    """Every fault of the filing at once, each with its place."""
    faults: list[FieldError] = []
    if not credit_code.is_valid(filing.respondent_code):
        faults.append(
            FieldError("/respondent_code", "credit_code_invalid", "统一社会信用代码有误 / not a valid credit code")
        )
    if filing.occurred_on > today:
        faults.append(FieldError("/occurred_on", "in_the_future", "日期晚于今天 / the date lies in the future"))
    if not filing.occurred_on <= filing.known_on <= max(today, filing.occurred_on):
        faults.append(
            FieldError("/known_on", "out_of_order", "应在事发日与今天之间 / must lie between the event and today")
        )
    if personal_data_in(filing.product):
        faults.append(FieldError("/product", "personal_data", "商品名称会公示，请勿填写个人信息 / it will be public"))
    return faults


def check_filing(filing: Filing, today: date) -> None:
    """Refuses a faulty filing with all its faults (422)."""
    faults = faults_in(filing, today)
    if faults:
        raise FilingFaulty(errors=faults)


def claim_ends_on(known_on: date, terms: Terms) -> date:
    """The last day on which a complaint may be filed about something known since `known_on`."""
    return months_after(
        known_on, 12 * terms.claim_years, basis=cite(terms, GROUNDS[Ground.OVER_CLAIM_PERIOD][0])
    ).due_on


@dataclass(frozen=True)
class Record:
    """What the file holds when an officer decides; `earlier` are accepted complaints about the same dispute."""

    known_on: date
    received_on: date
    facts: str
    earlier: tuple[str, ...] = ()


def findings(record: Record, terms: Terms) -> list[Ground]:
    """Grounds which the record points to without anybody's judgement; the officer decides."""
    found = []
    if record.earlier:
        found.append(Ground.HANDLED_ELSEWHERE)
    if is_over(claim_ends_on(record.known_on, terms), record.received_on):
        found.append(Ground.OVER_CLAIM_PERIOD)
    if len(record.facts.strip()) < MIN_FACTS:
        found.append(Ground.CONTENTS_MISSING)
    return found


MIN_FACTS = 10
"""Below ten characters no dispute is described (own rule: article 9 asks for the facts of the dispute)."""


def check_ground(ground: Ground, known_on: date, received_on: date, terms: Terms) -> None:
    """Refuses a ground which the dates in the record contradict; all others are the officer's judgement."""
    ends_on = claim_ends_on(known_on, terms)
    if ground is Ground.OVER_CLAIM_PERIOD and not is_over(ends_on, received_on):
        raise GroundContradictsRecord(
            f"收到之日 {received_on} 未超过 {ends_on} / received before the period ended", claim_ends_on=str(ends_on)
        )
