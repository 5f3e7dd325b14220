"""The state machine, the statutory terms with their boundary days, and what counts as personal data."""

from datetime import date

import pytest

from svc_complaints.cases import rules
from svc_complaints.cases.errors import ActNotAllowed
from svc_complaints.cases.rules import TRANSITIONS, Act, State

ORDER_20 = rules.terms_of("samr-20-2019")
ORDER_121 = rules.terms_of("samr-121-2025")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("act", list(Act))
def test_an_act_is_possible_exactly_where_the_table_lists_it(state: State, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert rules.after(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(ActNotAllowed):
            rules.after(state, act)


def test_every_state_can_be_reached_and_none_is_left_by_accident() -> None:
    reached = {State.RECEIVED} | set(TRANSITIONS.values())
    moving = {state for (state, act), following in TRANSITIONS.items() if state is not following}
    assert reached == set(State)
    assert set(State) - moving == {State.REFUSED, State.WITHDRAWN, State.CLOSED, State.PUBLISHED, State.WITHHELD}
    assert moving == rules.OPEN_STATES


def test_every_state_has_words_in_both_languages() -> None:
    assert set(rules.STATE_LABELS) == set(State)
    assert all(zh and en for zh, en in rules.STATE_LABELS.values())


@pytest.mark.parametrize(
    ("received", "accept_by", "why"),
    [
        (date(2025, 9, 26), date(2025, 10, 13), "1 to 8 October off, 28 September and 11 October worked"),
        (date(2025, 9, 25), date(2025, 10, 11), "the make-up Saturday itself is the last day"),
        (date(2026, 2, 13), date(2026, 3, 2), "Spring Festival, with its make-up days"),
        (date(2026, 3, 2), date(2026, 3, 11), "two ordinary weeks"),
        (date(2026, 3, 7), date(2026, 3, 17), "received on a Saturday: Monday is day one"),
    ],
)
def test_seven_working_days_to_decide(received: date, accept_by: date, why: str) -> None:
    assert ORDER_20.acceptance.deadline(received).due_on == accept_by, why


def test_the_last_day_belongs_to_the_period() -> None:
    due_on = ORDER_20.acceptance.deadline(date(2025, 9, 26)).due_on
    assert not rules.is_over(due_on, date(2025, 10, 13))
    assert rules.is_over(due_on, date(2025, 10, 14))


def test_a_period_over_the_end_of_2026_is_provisional_and_does_not_crash() -> None:
    acceptance = ORDER_121.acceptance.deadline(date(2026, 12, 24))
    mediation = ORDER_121.mediation.deadline(date(2026, 11, 21))
    assert acceptance.provisional
    assert acceptance.due_on > date(2027, 1, 1)
    assert mediation.provisional
    assert mediation.due_on.year == 2027


def test_time_for_an_appraisal_does_not_count() -> None:
    plain = ORDER_20.mediation.deadline(date(2026, 3, 2))
    longer = ORDER_20.mediation.deadline(date(2026, 3, 2), [(date(2026, 3, 9), date(2026, 3, 13))])
    counted = [note for note in longer.explanation if note.counted]
    assert len(counted) == 45
    assert len([n for n in plain.explanation if plain.due_on < n.day]) == 0
    assert ORDER_20.acceptance.deadline(plain.due_on).start_on == plain.due_on
    five_later = [n.day for n in longer.explanation if n.counted and n.day > plain.due_on]
    assert len(five_later) == 5


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2020, 1, 1), "samr-20-2019"),
        (date(2026, 4, 14), "samr-20-2019"),
        (date(2026, 4, 15), "samr-121-2025"),
        (date(2026, 11, 21), "samr-121-2025"),
    ],
)
def test_a_complaint_is_under_the_measure_of_its_day(day: date, version: str) -> None:
    assert rules.terms_on(day).version == version


def test_before_2020_no_terms_are_made_up() -> None:
    with pytest.raises(ValueError, match="2019-12-31"):
        rules.terms_on(date(2019, 12, 31))


def test_every_term_cites_its_source_and_own_rules_say_so() -> None:
    for terms in rules.TERMS:
        cited = (terms.acceptance, terms.mediation, terms.notice)
        own = (terms.objection, terms.objection_decision, terms.follow_up)
        assert all("总局令" in term.basis for term in cited)
        assert all(term.note for term in cited if not term.confirmed)
        assert all("本平台自定" in term.basis for term in own)


def test_a_citation_under_the_revision_says_that_its_number_is_to_be_confirmed() -> None:
    assert rules.cite(ORDER_20, "第二十二条") == f"{rules.ORDER_20}第二十二条"
    assert rules.cite(ORDER_121, "第二十二条").startswith(rules.ORDER_121)
    assert "待核" in rules.cite(ORDER_121, "第二十二条")


def test_numbers_read_out_well() -> None:
    assert rules.number_for("421303", date(2026, 11, 21), 45) == "TS421303-20261121-000045"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("商家同意退货退款。", ()),
        ("联系13812345678", ("mobile_phone",)),
        ("联系 138-1234-5678", ("mobile_phone",)),
        ("联系１３８１２３４５６７８", ("mobile_phone",)),
        ("电话+86 138 1234 5678", ("mobile_phone",)),
        ("座机0722-3312345", ("landline",)),
        ("身份证42130319900307123X", ("id_number",)),
        ("卡号6222021234567890123", ("bank_card",)),
        ("邮箱 lina@example.com", ("email",)),
        ("消费者李娜称", ("person_name",)),
        ("消费者李　娜称", ("person_name",)),
        ("统一社会信用代码914403001922038216", ()),
        ("编号TS421303-20261121-000045", ()),
        ("金额1299.00元，2026-11-20 购买", ()),
    ],
)
def test_personal_data_is_found_in_whatever_dress(text: str, kinds: tuple[str, ...]) -> None:
    assert rules.personal_data_in(text, ["李娜"]) == kinds


def test_scrubbing_leaves_the_facts_and_takes_the_person() -> None:
    assert rules.scrub("我是李娜，电话13812345678，鞋子开胶", ["李娜"]) == "我是***，电话***，鞋子开胶"
    assert rules.personal_data_in(rules.scrub("李娜 lina@example.com", ["李娜"]), ["李娜"]) == ()
