"""What comes in about proposals."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.fields import Day
from svc_credit_registry.listing.grounds.rules import ListKind
from svc_credit_registry.listing.lists.rules import Evidence
from svc_credit_registry.listing.lists.schemas import Body, Reason


class ProposalPenaltyIn(Body):
    """The decision on a penalty which a serious listing rests on."""

    document_number: Annotated[str, StringConstraints(min_length=2, max_length=80)]
    decided_on: Day
    types: Annotated[list[str], Field(max_length=10)] = Field(
        default=[], description="heavier_fine, licence_revoked ..."
    )


class ProposalIn(Body):
    """A proposal to list an enterprise. Which of the optional members are needed depends on the ground."""

    kind: ListKind = Field(alias="list")
    ground: Annotated[str, StringConstraints(max_length=40)] = Field(examples=["unreachable"])
    code: Annotated[str, StringConstraints(max_length=40)]
    facts: Reason
    verified_on: Day
    report_year: Annotated[int | None, Field(ge=2013, le=2199)] = None
    ordered_until: Day | None = Field(
        default=None, description="Last day of the period ordered (not_published_in_time)"
    )
    letters: Annotated[list[Day], Field(max_length=2)] = Field(
        default=[], description="Days of the two letters to the registered place (unreachable)"
    )
    visited_on: Day | None = Field(default=None, description="Day of the visit, instead of the letters (unreachable)")
    penalty: ProposalPenaltyIn | None = None

    def evidence(self) -> Evidence:
        """What the rules look at."""
        penalty = self.penalty
        return Evidence(
            verified_on=self.verified_on,
            report_year=self.report_year,
            ordered_until=self.ordered_until,
            letters=tuple(self.letters),
            visited_on=self.visited_on,
            penalty_document=penalty.document_number if penalty else None,
            penalty_on=penalty.decided_on if penalty else None,
            penalty_types=frozenset(penalty.types if penalty else ()),
        )


class StatementIn(Body):
    """What the enterprise says to an announced listing; `waived` when it neither says more nor asks for a hearing.

    At least one of them.
    """

    statement: Reason | None = None
    waived: bool = Field(default=False, description="The decision need not wait for the end of the five days")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.statement is None and not self.waived:
            raise ValueError("state your case, or waive")
        return self


class ConsentIn(Body):
    """The superior's consent, with the number of its document."""

    document: Reason


class ProposalDecisionIn(Body):
    """The decision on a proposal."""

    outcome: Literal["listed", "not_listed"]
    reason: Reason
