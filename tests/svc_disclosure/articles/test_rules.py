"""The way of an article, as tables."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svc_disclosure.articles import errors, rules
from svc_disclosure.articles.rules import Decision, Outcome, Status
from svc_disclosure.columns.rules import Step

REVIEW, APPROVAL, LEADER = Step.SECRECY_REVIEW, Step.APPROVAL, Step.LEADER_APPROVAL
CHAIN = (REVIEW, APPROVAL)
NOW, EARLIER = "digest-now", "digest-earlier"


def passed(step: Step, by: str = "someone", digest: str = NOW) -> Decision:
    return Decision(step, Outcome.PASSED, by, digest)


def returned(step: Step) -> Decision:
    return Decision(step, Outcome.RETURNED, "someone", NOW)


@pytest.mark.parametrize(
    ("needed", "decisions", "due", "status"),
    [
        (CHAIN, [], REVIEW, Status.DRAFT),
        (CHAIN, [passed(REVIEW)], APPROVAL, Status.IN_APPROVAL),
        (CHAIN, [passed(REVIEW), passed(APPROVAL)], None, Status.APPROVED),
        (CHAIN, [passed(REVIEW, digest=EARLIER), passed(APPROVAL, digest=EARLIER)], REVIEW, Status.DRAFT),
        (CHAIN, [passed(REVIEW), returned(APPROVAL)], REVIEW, Status.DRAFT),
        (CHAIN, [returned(REVIEW), passed(REVIEW)], APPROVAL, Status.IN_APPROVAL),
        ((*CHAIN, LEADER), [passed(REVIEW), passed(APPROVAL)], LEADER, Status.IN_APPROVAL),
        ((*CHAIN, LEADER), [passed(REVIEW), passed(APPROVAL), passed(LEADER)], None, Status.APPROVED),
    ],
)
def test_the_next_step_follows_from_what_stands_for_the_present_text(
    needed: tuple[Step, ...], decisions: list[Decision], due: Step | None, status: Status
) -> None:
    standing = rules.passed_steps(decisions, NOW)
    assert rules.next_step(needed, standing) == due
    assert rules.status_after(needed, standing) == status


@pytest.mark.parametrize(
    ("step", "decider", "refusal"),
    [
        (REVIEW, "author", errors.AuthorReviews),
        (REVIEW, "second author", errors.AuthorReviews),
        (APPROVAL, "author", errors.AuthorApproves),
        (LEADER, "author", errors.AuthorApproves),
        (LEADER, "approver", errors.SameApprover),
    ],
)
def test_nobody_decides_twice_or_about_an_own_text(step: Step, decider: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_decider(step, decider, ["author", "second author"], [passed(APPROVAL, by="approver")])


def test_the_reviewer_may_be_the_approver_of_what_is_not_sensitive() -> None:
    rules.check_decider(APPROVAL, "reviewer", ["author"], [passed(REVIEW, by="reviewer")])


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.WITHDRAWN])
def test_what_the_public_can_read_is_not_edited_or_decided_any_more(status: Status) -> None:
    with pytest.raises(errors.AlreadyPublic):
        rules.check_editable(status)
    with pytest.raises(errors.AlreadyPublic):
        rules.check_step(REVIEW, REVIEW, status)


def test_only_the_step_that_is_due_is_taken() -> None:
    rules.check_step(REVIEW, REVIEW, Status.DRAFT)
    with pytest.raises(errors.StepNotDue) as refused:
        rules.check_step(APPROVAL, REVIEW, Status.DRAFT)
    assert refused.value.extensions == {"next_step": "secrecy_review"}


def test_every_revision_has_a_digest_of_its_own_even_with_the_old_words() -> None:
    content = {"title": "通知", "body": "正文", "made_on": date(2026, 1, 5)}
    first = rules.digest(1, content)
    assert first == rules.digest(1, dict(reversed(content.items())))
    assert len({first, rules.digest(2, content), rules.digest(1, content | {"body": "正文。"})}) == 3


@pytest.mark.parametrize(
    ("made_on", "due_on", "article"),
    [
        (date(2025, 9, 26), date(2025, 10, 30), "第二十六条"),  # 28 September and 11 October worked, 1-8 October off
        (date(2026, 3, 2), date(2026, 3, 30), "第二十六条"),
        (date(2019, 5, 15), date(2019, 6, 13), "第二十六条"),  # the Dragon Boat Festival is off
        (date(2019, 5, 14), date(2019, 6, 12), "第十八条"),  # the Regulations of their own day
    ],
)
def test_information_is_published_within_20_working_days_by_the_law_of_its_day(
    made_on: date, due_on: date, article: str
) -> None:
    deadline = rules.publication_deadline(made_on)
    assert deadline is not None
    assert deadline.due_on == due_on
    assert article in deadline.basis


def test_before_the_first_regulations_there_is_no_term() -> None:
    assert rules.publication_deadline(date(2008, 4, 30)) is None


def test_information_is_not_made_tomorrow() -> None:
    rules.check_made_on(date(2026, 3, 2), date(2026, 3, 2))
    with pytest.raises(errors.MadeInFuture):
        rules.check_made_on(date(2026, 3, 3), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("text", "folded"), [("随州 市场\n监管", "随州市场监管"), ("ABC有限公司", "abc有限公司"), ("", "")]
)
def test_search_does_not_mind_width_case_and_white_space(text: str, folded: str) -> None:
    assert rules.searchable(text) == folded


@given(text=st.text(max_size=60), start=st.integers(0, 59), length=st.integers(1, 20))
def test_every_part_of_a_text_has_its_grams_among_those_of_the_text(text: str, start: int, length: int) -> None:
    whole = rules.searchable(text)
    part = whole[start : start + length]
    assert set(rules.grams(part)) <= set(rules.grams(whole))
