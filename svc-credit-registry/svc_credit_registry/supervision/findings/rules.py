"""What an inspection can find, how soon it is published, and when it is late."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline
from shared.errors import FieldError
from shared.terms import OWN_RULE, Term
from svc_credit_registry.supervision.findings.errors import DayOutOfRange, TaskState
from svc_credit_registry.supervision.substitutions.rules import FindingGround as FindingGround

REVIEW = Term(
    "review", 3, OWN_RULE, note="结果录入后的核对期，期满自动公示 / for a second look; then published by itself"
)


class Result(StrEnum):
    """The results of a random inspection, as the authorities publish them (抽查检查结果)."""

    NOTHING_FOUND = "nothing_found"
    REPORT_MISSING = "report_missing"
    INFORMATION_MISSING = "information_missing"
    INFORMATION_FALSE = "information_false"
    UNREACHABLE = "unreachable"
    ORDERED_TO_CORRECT = "ordered_to_correct"
    UNCOOPERATIVE = "uncooperative"
    NOT_CONCERNED = "not_concerned"
    TO_BE_HANDLED = "to_be_handled"


RESULT_LABELS: dict[Result, tuple[str, str]] = {
    Result.NOTHING_FOUND: ("未发现问题", "Nothing found"),
    Result.REPORT_MISSING: ("未按规定公示年报", "Annual report not published"),
    Result.INFORMATION_MISSING: ("未按规定公示其他应当公示的信息", "Other information not published"),
    Result.INFORMATION_FALSE: ("公示信息隐瞒真实情况、弄虚作假", "Published information conceals or is false"),
    Result.UNREACHABLE: ("通过登记的住所（经营场所）无法联系", "Not reachable at the registered address"),
    Result.ORDERED_TO_CORRECT: ("发现问题已责令改正", "Something found and ordered to be corrected"),
    Result.UNCOOPERATIVE: ("不配合检查情节严重", "Gravely uncooperative"),
    Result.NOT_CONCERNED: ("未发现开展本次抽查涉及的经营活动", "Does no business of the kind inspected"),
    Result.TO_BE_HANDLED: ("发现问题待后续处理", "Something found, to be handled"),
}


class FindingState(StrEnum):
    """Where an inspection stands."""

    ASSIGNED = "assigned"
    REPORTED = "reported"
    PUBLISHED = "published"


STATE_LABELS: dict[FindingState, tuple[str, str]] = {
    FindingState.ASSIGNED: ("待检查", "To be inspected"),
    FindingState.REPORTED: ("已录入结果", "Result entered"),
    FindingState.PUBLISHED: ("已公示", "Published"),
}


@dataclass(frozen=True)
class Terms:
    """The dates of a result: published by itself after `review`, at the latest on the day of `publication`."""

    review: Deadline
    publication: Deadline

    @property
    def publish_after(self) -> date:
        """The day on which the result is published by itself: after the review, never after the last lawful day."""
        return min(self.review.due_on, self.publication.due_on)


def terms_of(publication: Term, inspected_on: date, today: date) -> Terms:
    """The dates of a result that is entered today; the term of publication runs from the end of the inspection."""
    return Terms(REVIEW.deadline(today), publication.deadline(inspected_on))


def check_state(state: str, wanted: FindingState) -> None:
    """Refuses an act for which the inspection is too early or too late (409)."""
    if state != wanted:
        raise TaskState(f"{STATE_LABELS[FindingState(state)][0]} / {state}", state=state)


def check_day(inspected_on: date, drawn_on: date, today: date) -> None:
    """An inspection ends between the draw and today."""
    if not drawn_on <= inspected_on <= today:
        raise DayOutOfRange(errors=[FieldError("/inspected_on", "out_of_range", f"{drawn_on} … {today}")])
