"""Admissibility on its boundary days, and grounds which the record must bear."""

from datetime import date
from decimal import Decimal

import pytest

from shared.codes import credit_code
from svc_complaints.cases.rules import terms_of
from svc_complaints.intake import rules
from svc_complaints.intake.errors import GroundContradictsRecord
from svc_complaints.intake.rules import Filing, Ground, Record

TERMS = terms_of("samr-20-2019")
TODAY = date(2026, 3, 10)
CODE = credit_code.make("421303", 7)


def filing(**changes: object) -> Filing:
    plain: dict[str, object] = {
        "respondent_code": CODE,
        "product": "电饭锅",
        "amount_yuan": Decimal(399),
        "occurred_on": date(2026, 3, 1),
        "known_on": date(2026, 3, 1),
    }
    return Filing(**(plain | changes))  # type: ignore[arg-type]


def test_a_plain_filing_has_no_fault() -> None:
    assert rules.faults_in(filing(), TODAY) == []
    assert rules.faults_in(filing(occurred_on=TODAY, known_on=TODAY), TODAY) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"respondent_code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "/respondent_code"),
        ({"occurred_on": date(2026, 3, 11), "known_on": date(2026, 3, 11)}, "/occurred_on"),
        ({"known_on": date(2026, 2, 28)}, "/known_on"),
        ({"known_on": date(2026, 3, 11)}, "/known_on"),
        ({"product": "联系我13812345678"}, "/product"),
    ],
)
def test_a_faulty_filing_names_the_field(changes: dict[str, object], pointer: str) -> None:
    assert [fault.pointer for fault in rules.faults_in(filing(**changes), TODAY)] == [pointer]


@pytest.mark.parametrize(
    ("known_on", "received_on", "too_late"),
    [
        (date(2022, 9, 26), date(2025, 9, 26), False),
        (date(2022, 9, 26), date(2025, 9, 27), True),
        (date(2022, 9, 27), date(2025, 9, 28), False),
        (date(2022, 9, 27), date(2025, 9, 29), True),
        (date(2022, 10, 1), date(2025, 10, 8), False),
        (date(2022, 10, 1), date(2025, 10, 9), False),
        (date(2022, 10, 1), date(2025, 10, 10), True),
        (date(2024, 2, 29), date(2027, 3, 1), False),
    ],
)
def test_three_years_end_on_their_last_working_day(known_on: date, received_on: date, too_late: bool) -> None:
    found = rules.findings(Record(known_on, received_on, "买到的电饭锅不能加热"), TERMS)
    assert (Ground.OVER_CLAIM_PERIOD in found) is too_late
    if too_late:
        rules.check_ground(Ground.OVER_CLAIM_PERIOD, known_on, received_on, TERMS)
    else:
        with pytest.raises(GroundContradictsRecord):
            rules.check_ground(Ground.OVER_CLAIM_PERIOD, known_on, received_on, TERMS)


def test_facts_without_facts_are_pointed_out() -> None:
    assert rules.findings(Record(TODAY, TODAY, "质量差"), TERMS) == [Ground.CONTENTS_MISSING]


def test_a_dispute_accepted_before_is_pointed_out() -> None:
    record = Record(TODAY, TODAY, "买到的电饭锅不能加热", ("TS421303-20260301-000001",))
    assert rules.findings(record, TERMS) == [Ground.HANDLED_ELSEWHERE]


@pytest.mark.parametrize("ground", [g for g in Ground if g is not Ground.OVER_CLAIM_PERIOD])
def test_other_grounds_are_the_officers_judgement(ground: Ground) -> None:
    rules.check_ground(ground, TODAY, TODAY, TERMS)


def test_every_ground_has_its_article_and_words_in_both_languages() -> None:
    assert set(rules.GROUNDS) == set(Ground)
    assert all(article.startswith("第十五条") and zh and en for article, zh, en in rules.GROUNDS.values())
