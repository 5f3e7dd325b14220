"""Formal rules for names and the terms of reservations."""

from datetime import date

import pytest

from svc_services.names import rules
from svc_services.names.rules import NameParts, Outcome, ReservationState
from svc_services.wording.rules import DEFAULT_INDUSTRY_WORDS, FORBIDDEN_WORDS, FORMS, RESTRICTED_WORDS

PLACES = rules.place_names(["湖北省", "随州市", "曾都区"])
GOOD = NameParts("421303", "青禾", "1512", "酒业", "有限公司")


def verdicts(**changes: str) -> list[tuple[str, Outcome]]:
    found = rules.formal_verdicts(NameParts(**({**GOOD.__dict__} | changes)), PLACES)
    assert all(v.article and v.message and v.message_en for v in found)
    return [(v.rule, v.outcome) for v in found]


def test_a_name_in_due_form_has_no_verdict() -> None:
    assert verdicts() == []


@pytest.mark.parametrize(
    ("changes", "rule", "outcome"),
    [
        ({"trade_name": "禾"}, "trade_name_length", Outcome.REFUSED),
        ({"trade_name": "QingHe"}, "trade_name_script", Outcome.REFUSED),
        ({"trade_name": "青禾2"}, "trade_name_script", Outcome.REFUSED),
        ({"trade_name": "随州"}, "trade_name_is_region", Outcome.REFUSED),
        ({"trade_name": "曾都区"}, "trade_name_is_region", Outcome.REFUSED),
        ({"trade_name": "新随州"}, "trade_name_contains_region", Outcome.EXAMINER),
        ({"trade_name": "科技"}, "trade_name_is_industry", Outcome.REFUSED),
        ({"organisation_form": "帝国"}, "organisation_form_unknown", Outcome.REFUSED),
        ({"trade_name": "国务院"}, "names_state_or_party_organ", Outcome.REFUSED),
        ({"trade_name": "联合国"}, "names_international_organisation", Outcome.REFUSED),
        ({"trade_name": "国家级"}, "may_deceive", Outcome.REFUSED),
        ({"trade_name": "中华好"}, "restricted_national_word", Outcome.EXAMINER),
        ({"industry_word": "酒业集团"}, "restricted_group_word", Outcome.EXAMINER),
        ({"industry_word": "ABC"}, "name_script", Outcome.REFUSED),
        ({"trade_name": "董存瑞"}, "offends_morality", Outcome.REFUSED),
        ({"trade_name": "邪教堂"}, "harms_public_order", Outcome.REFUSED),
        ({"trade_name": "美国红"}, "names_foreign_state", Outcome.EXAMINER),
        ({"trade_name": "今日本味"}, "names_foreign_state", Outcome.EXAMINER),
        ({"trade_name": "红色情怀"}, "may_harm_dignity_or_decency", Outcome.EXAMINER),
        ({"trade_name": "老教授"}, "names_rank_or_title", Outcome.EXAMINER),
        ({"trade_name": "异教徒"}, "may_discriminate", Outcome.EXAMINER),
        ({"industry_word": "融资担保"}, "industry_needs_approval", Outcome.WARNING),
    ],
)
def test_a_fault_of_form_is_named_by_its_rule(changes: dict[str, str], rule: str, outcome: Outcome) -> None:
    assert (rule, outcome) in verdicts(**changes)


@pytest.mark.parametrize("trade_name", ["红色情怀", "二奶奶", "密支那", "中国歌手", "今日本味", "魔法院线"])
def test_a_word_of_two_meanings_refuses_no_name(trade_name: str) -> None:
    assert Outcome.REFUSED not in {outcome for _, outcome in verdicts(trade_name=trade_name)}


def test_all_faults_come_at_once() -> None:
    found = {rule for rule, _ in verdicts(trade_name="国", organisation_form="帝国", industry_word="赌博")}
    assert found == {"trade_name_length", "organisation_form_unknown", "obscene_or_violent"}


@pytest.mark.parametrize(
    ("reserved_on", "approval_needed", "until"),
    [
        pytest.param(date(2026, 11, 20), False, date(2027, 1, 20), id="two months"),
        pytest.param(date(2026, 11, 20), True, date(2027, 11, 22), id="a year, ending on a Saturday"),
        pytest.param(date(2025, 12, 31), False, date(2026, 2, 28), id="the last day of February is worked in 2026"),
        pytest.param(date(2025, 8, 1), False, date(2025, 10, 9), id="past the National Day week"),
    ],
)
def test_a_name_is_kept_for_two_months_or_a_year(reserved_on: date, approval_needed: bool, until: date) -> None:
    deadline = rules.reserved_until(reserved_on, approval_needed=approval_needed)
    assert deadline.due_on == until
    assert "第十八条" in deadline.basis


def test_names_were_not_reserved_before_order_734() -> None:
    with pytest.raises(ValueError, match="2021-02-28"):
        rules.reservation_term(date(2021, 2, 28))


@pytest.mark.parametrize(
    ("state", "today", "held", "live"),
    [
        (ReservationState.RESERVED, date(2026, 1, 20), False, True),
        (ReservationState.RESERVED, date(2026, 1, 21), False, False),
        (ReservationState.RESERVED, date(2026, 1, 21), True, True),
        (ReservationState.USED, date(2026, 1, 1), True, False),
        (ReservationState.WITHDRAWN, date(2026, 1, 1), False, False),
    ],
)
def test_a_reservation_lives_through_its_last_day_and_while_an_application_holds_it(
    state: ReservationState, today: date, held: bool, live: bool
) -> None:
    assert rules.is_live(state, date(2026, 1, 20), today, held=held) is live


@pytest.mark.parametrize(
    ("name", "parts", "holds"),
    [
        ("随州市青禾酒业有限公司", ("青禾", "酒业", "有限公司"), True),
        ("青禾(随州)酒业有限公司", ("青禾", "酒业", "有限公司"), True),
        ("青禾（随州）酒业有限公司", ("青禾", "酒业", "有限公司"), True),
        ("随州市青禾酒业有限公司", ("明月", "酒业", "有限公司"), False),
        ("随州市青禾有限公司", ("青禾", "酒业", "有限公司"), False),
    ],
)
def test_what_is_checked_is_what_the_name_is_made_of(name: str, parts: tuple[str, str, str], holds: bool) -> None:
    trade_name, word, form = parts
    assert rules.holds(name, NameParts("421303", trade_name, "1512", word, form)) is holds


@pytest.mark.parametrize(
    ("asked", "simplified", "doubted"),
    [
        ("红光", "红光", False),
        ("紅光", "红光", True),
        ("随州紅光酒业有限公司", "红光", True),
        ("QINGHE", "qinghe", False),
        ("红ABC", "红abc", False),
    ],
)
def test_characters_that_are_not_standard_are_shown_to_an_examiner(asked: str, simplified: str, doubted: bool) -> None:
    found = [(v.rule, v.outcome) for v in rules.standard_verdicts(asked, simplified)]
    assert found == ([("trade_name_not_standard", Outcome.EXAMINER)] if doubted else [])


def test_a_whole_name_is_of_han_characters_and_brackets_alone() -> None:
    def found(name: str) -> set[str]:
        return {v.rule for v in rules.formal_verdicts(GOOD, PLACES, name)}

    assert found("青禾（随州）酒业有限公司") == set()
    assert found("随州青禾酒业2有限公司") == {"name_script"}


def test_a_name_is_put_together_in_the_order_of_the_law() -> None:
    assert rules.compose_name("随州市", GOOD) == "随州市青禾酒业有限公司"


@pytest.mark.parametrize(("code", "division"), [("1512", "15"), ("C1512", "15"), ("51", "51"), ("F515", "51")])
def test_names_compete_within_a_division(code: str, division: str) -> None:
    assert rules.industry_class(code) == division


@pytest.mark.parametrize(
    ("region", "scope"),
    [
        ("421303", "421300"), ("421321", "421300"), ("441900", "441900"),
        ("110105", "110000"), ("500112", "500000"), ("500235", "500000"),
        ("429004", "429004"), ("659001", "659001"),
    ],
)  # fmt: skip
def test_registrars_of_one_city_share_one_space_of_names(region: str, scope: str) -> None:
    assert rules.registrar_scope(region) == scope


def test_a_division_has_its_usual_word() -> None:
    assert rules.default_industry_word("C1512") == "酒业"
    assert rules.default_industry_word("9999") == ""


def test_a_rival_is_named_with_the_day_until_which_it_is_kept() -> None:
    verdict = rules.taken_verdict("随州市青禾酒业有限公司", date(2027, 1, 20))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.conflicting_name == "随州市青禾酒业有限公司"
    assert "2027-01-20" in verdict.message


def test_the_lists_of_words_hold_each_word_once() -> None:
    texts = [w.text for w in (*FORBIDDEN_WORDS, *RESTRICTED_WORDS)]
    assert len(texts) == len(set(texts))
    assert len(FORMS) == len(set(FORMS))
    assert all(len(division) == 2 for division in DEFAULT_INDUSTRY_WORDS)
