"""The way of an article from draft to publication, its statutory term, its index number. Pure.

Regulations on government information disclosure (政府信息公开条例, revised 2019): Art. 17 review before publication,
Art. 26 the term, Art. 12 the index in the catalogue.
"""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, working_days_after
from shared.terms import in_force
from svc_disclosure.articles import errors
from svc_disclosure.columns.rules import Step


class Status(StrEnum):
    """Where an article stands."""

    DRAFT = "draft"
    IN_APPROVAL = "in_approval"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What was decided in one step."""

    PASSED = "passed"
    RETURNED = "returned"


STATUS_LABELS = {
    Status.DRAFT: ("草稿", "Draft"),
    Status.IN_APPROVAL: ("审批中", "In approval"),
    Status.APPROVED: ("待发布", "Approved"),
    Status.PUBLISHED: ("已公开", "Published"),
    Status.WITHDRAWN: ("已撤下", "Withdrawn"),
}
PUBLIC = frozenset({Status.PUBLISHED, Status.WITHDRAWN})


@dataclass(frozen=True)
class Decision:
    """A step that was decided. It counts only for the very text it was made on, which `digest` identifies."""

    step: Step
    outcome: Outcome
    decided_by: str
    digest: str


@dataclass(frozen=True)
class TermSet:
    """The statutory term for publication, from a day on."""

    since: date
    working_days: int
    basis: str


TERMS = (
    TermSet(date(2008, 5, 1), 20, "《政府信息公开条例》(国务院令第492号)第十八条"),
    TermSet(date(2019, 5, 15), 20, "《政府信息公开条例》(国务院令第711号)第二十六条"),
)
APPROVAL_BASIS = "《政府信息公开条例》(国务院令第711号)第十七条"


def terms_on(day: date) -> TermSet | None:
    """The term in force on `day`; None before the first Regulations (2008-05-01)."""
    return in_force(TERMS, day) if day >= TERMS[0].since else None


def publication_deadline(made_on: date) -> Deadline | None:
    """By when information made or changed on `made_on` must be public: 20 working days (Art. 26, 2019)."""
    terms = terms_on(made_on)
    if terms is None:
        return None
    return working_days_after(made_on, terms.working_days, basis=terms.basis)


def digest(revision: int, content: Mapping[str, object]) -> str:
    """Identifies the text that a decision is made on. Every edit gives another value, even one that restores a text."""
    canonical = json.dumps([revision, dict(content)], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def passed_steps(decisions: Sequence[Decision], current: str) -> list[Decision]:
    """The decisions that stand for the text `current`, in order; a return voids all that came before it."""
    standing: list[Decision] = []
    for decision in decisions:
        if decision.outcome is Outcome.RETURNED:
            standing.clear()
        elif decision.digest == current:
            standing.append(decision)
    return standing


def next_step(needed: Sequence[Step], standing: Sequence[Decision]) -> Step | None:
    """The step that is due now; None when all are passed."""
    done = {decision.step for decision in standing}
    return next((step for step in needed if step not in done), None)


def status_after(needed: Sequence[Step], standing: Sequence[Decision]) -> Status:
    """The status of an unpublished article whose `standing` decisions are these."""
    if not standing:
        return Status.DRAFT
    return Status.APPROVED if next_step(needed, standing) is None else Status.IN_APPROVAL


def check_step(step: Step, due: Step | None, status: Status) -> None:
    """Refuses a decision that is not the one due."""
    if status in PUBLIC:
        raise errors.AlreadyPublic
    if step is not due:
        raise errors.StepNotDue(next_step=due.value if due else None)


def check_decider(step: Step, decider: str, authors: Collection[str], standing: Sequence[Decision]) -> None:
    """Refuses everyone who wrote in the article, and one person for both approvals of a sensitive one."""
    if decider in authors:
        raise errors.AuthorReviews if step is Step.SECRECY_REVIEW else errors.AuthorApproves
    approvers = {decision.decided_by for decision in standing if decision.step is Step.APPROVAL}
    if step is Step.LEADER_APPROVAL and decider in approvers:
        raise errors.SameApprover


def check_editable(status: Status) -> None:
    """Refuses to edit what the public can read."""
    if status in PUBLIC:
        raise errors.AlreadyPublic


def check_made_on(made_on: date, today: date) -> None:
    """Refuses a day that is still to come."""
    if made_on > today:
        raise errors.MadeInFuture(f"{made_on.isoformat()} > {today.isoformat()}")


def searchable(*parts: str) -> str:
    """Text as it is searched: width and case do not matter, nor does white space."""
    folded = unicodedata.normalize("NFKC", " ".join(parts)).casefold()
    return "".join(folded.split())


def grams(text: str) -> list[str]:
    """Every character and pair of neighbours of a searchable text, each once: any word in the text has all of its own
    among them, so an index over arrays finds words of one character and more without a dictionary."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    return sorted(pairs | set(text))
