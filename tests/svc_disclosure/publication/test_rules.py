"""When an article may become public."""

import pytest

from svc_disclosure.articles.errors import AlreadyPublic
from svc_disclosure.articles.rules import Status
from svc_disclosure.columns.rules import Step
from svc_disclosure.publication import errors, rules


@pytest.mark.parametrize(
    ("status", "due", "refusal"),
    [
        (Status.DRAFT, Step.SECRECY_REVIEW, errors.NotApproved),
        (Status.IN_APPROVAL, Step.APPROVAL, errors.NotApproved),
        (Status.APPROVED, Step.LEADER_APPROVAL, errors.NotApproved),
        (Status.PUBLISHED, None, AlreadyPublic),
        (Status.WITHDRAWN, None, AlreadyPublic),
    ],
)
def test_only_what_passed_every_step_is_published(status: Status, due: Step | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_publishable(status, due)


def test_an_approved_article_is_published() -> None:
    rules.check_publishable(Status.APPROVED, None)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PUBLISHED])
def test_only_what_is_published_is_withdrawn(status: Status) -> None:
    with pytest.raises(errors.NotPublic):
        rules.check_withdrawable(status)


def test_an_index_number_names_region_year_and_serial() -> None:
    assert rules.index_number("421303", 2026, 17) == "421303-2026-000017"
