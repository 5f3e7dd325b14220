"""The state machine and the statutory dates of a case."""

from datetime import date
from itertools import product

import pytest

from svc_services.cases import rules
from svc_services.cases.errors import ActNotAllowed
from svc_services.cases.rules import TERMS, TRANSITIONS, Act, Facts, State

(TERM,) = TERMS
FRIDAY = date(2025, 9, 26)


def facts(**changes: object) -> Facts:
    return Facts(**({"submitted_on": FRIDAY} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_only_listed_acts_move_a_case(state: State, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert rules.after(state, act) is TRANSITIONS[state, act]
        return
    with pytest.raises(ActNotAllowed) as refused:
        rules.after(state, act)
    assert refused.value.extensions == {"state": state.value, "act": act.value}


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    assert set(TRANSITIONS.values()) | {State.DRAFT} == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State) - rules.ENDED


def test_corrections_can_be_asked_for_from_one_state_only() -> None:
    assert [s for s, act in TRANSITIONS if act is Act.REQUEST_CORRECTION] == [State.SUBMITTED]


@pytest.mark.parametrize(
    ("table", "silent"), [(rules.STATE_LABELS, frozenset()), (rules.NEXT_ACTIONS, {State.WITHDRAWN})]
)
def test_every_state_speaks_both_languages(table: dict[State, tuple[str, str]], silent: set[State]) -> None:
    assert set(table) == set(State) - silent
    assert all(zh and en for zh, en in table.values())


def test_every_act_speaks_both_languages() -> None:
    assert set(rules.ACT_LABELS) == set(Act)


def test_terms_are_those_of_the_day() -> None:
    assert rules.terms_on(date(2022, 3, 1)) is TERM
    assert rules.terms_on(date(2026, 11, 21)) is TERM
    assert rules.terms_of(TERM.version) is TERM
    with pytest.raises(ValueError, match="2022-02-28"):
        rules.terms_on(date(2022, 2, 28))


def test_a_term_without_a_second_source_says_so() -> None:
    doubtful = [t for t in (TERM.acceptance, TERM.correction, TERM.licence) if not t.confirmed]
    assert all(t.note for t in doubtful)
    assert TERM.decision.confirmed


@pytest.mark.parametrize(
    ("changes", "node", "due_on"),
    [
        pytest.param({}, "acceptance", date(2025, 10, 10), id="acceptance skips the National Day week"),
        pytest.param({"correction_requested_on": FRIDAY}, "correction", date(2025, 10, 23), id="15 days to correct"),
        pytest.param({"accepted_on": FRIDAY}, "decision", date(2025, 9, 30), id="decision counts the make-up Sunday"),
        pytest.param(
            {"accepted_on": FRIDAY, "extended_on": FRIDAY}, "decision", date(2025, 10, 11), id="extended by three days"
        ),
        pytest.param(
            {"accepted_on": FRIDAY, "decision_days": 1}, "decision", date(2025, 9, 28), id="a locality promises one day"
        ),
        pytest.param({"accepted_on": FRIDAY, "decided_on": FRIDAY}, "licence", date(2025, 10, 16), id="licence"),
    ],
)
def test_the_running_date_of_a_case(changes: dict[str, object], node: str, due_on: date) -> None:
    running = rules.due_node(rules.nodes(facts(**changes), TERM, today=FRIDAY))
    assert running is not None
    assert (running.node, running.deadline.due_on) == (node, due_on)
    assert running.deadline.basis


def test_the_clock_of_acceptance_stands_still_while_the_applicant_corrects() -> None:
    stopped = facts(
        submitted_on=date(2026, 11, 9), correction_requested_on=date(2026, 11, 11), resubmitted_on=date(2026, 11, 18)
    )
    (acceptance, correction) = rules.nodes(stopped, TERM, today=date(2026, 11, 18))
    # Counted are 10 November and 19, 20, 23, 24 November; the 11th to the 18th are not.
    assert acceptance.deadline.due_on == date(2026, 11, 24)
    assert correction.met_on == date(2026, 11, 18)
    assert [n.day for n in acceptance.deadline.explanation if n.reason == "suspension"] == [
        date(2026, 11, day) for day in range(11, 19)
    ]


def test_an_open_suspension_moves_the_date_from_day_to_day() -> None:
    open_case = facts(submitted_on=date(2026, 11, 9), correction_requested_on=date(2026, 11, 11))
    on = [rules.nodes(open_case, TERM, today=date(2026, 11, d))[0].deadline.due_on for d in (11, 12, 13)]
    assert on == [date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)]


def test_the_last_day_belongs_to_the_term() -> None:
    (node,) = rules.nodes(facts(), TERM, today=FRIDAY)
    assert not node.is_overdue(date(2025, 10, 10))
    assert node.is_overdue(date(2025, 10, 11))


def test_a_node_reached_late_stays_late_and_one_reached_in_time_stays_in_time() -> None:
    late, *_ = rules.nodes(facts(accepted_on=date(2025, 10, 13)), TERM, today=date(2025, 10, 13))
    kept, *_ = rules.nodes(facts(accepted_on=FRIDAY), TERM, today=FRIDAY)
    assert late.is_overdue(date(2025, 10, 13))
    assert not kept.is_overdue(date(2030, 1, 2))


def test_an_ended_case_has_no_running_date() -> None:
    ended = facts(accepted_on=FRIDAY, decided_on=FRIDAY, completed_on=FRIDAY)
    assert rules.due_node(rules.nodes(ended, TERM, today=FRIDAY)) is None


def test_a_refusal_before_acceptance_ends_the_clock_of_acceptance() -> None:
    (acceptance,) = rules.nodes(facts(decided_on=FRIDAY), TERM, today=FRIDAY)
    assert acceptance.met_on == FRIDAY


def test_a_clock_started_in_december_2026_does_not_crash_and_says_it_is_provisional() -> None:
    (node,) = rules.nodes(facts(submitted_on=date(2026, 12, 30)), TERM, today=date(2026, 12, 30))
    assert node.deadline.provisional
    assert node.deadline.due_on > date(2026, 12, 31)
