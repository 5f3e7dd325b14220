"""Filing a complaint, and the decision on its acceptance."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from shared.fields import Day
from svc_complaints.cases.schemas import Body, Reason
from svc_complaints.intake.rules import Category, Filing, Ground

Code = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=18, max_length=18)]
Product = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Facts = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Demand = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ComplaintIn(Body):
    """What a consumer complains about. Name and telephone come from his account and are not asked again."""

    respondent_code: Code = Field(description="Unified social credit code of the business, 18 characters")
    category: Category
    product: Product = Field(description="Goods or service; it is published with the outcome, so no personal data")
    amount_yuan: Decimal = Field(ge=0, max_digits=14, decimal_places=2, description="Amount in dispute, yuan")
    occurred_on: Day = Field(description="Day of the event")
    known_on: Day | None = Field(default=None, description="Day on which the complainant knew; else `occurred_on`")
    facts: Facts
    demand: Demand

    def filing(self) -> Filing:
        """What the rules ask about."""
        return Filing(
            respondent_code=self.respondent_code,
            product=self.product,
            amount_yuan=self.amount_yuan,
            occurred_on=self.occurred_on,
            known_on=self.known_on or self.occurred_on,
        )


class RefusalIn(Body):
    """A refusal rests on one ground of the closed list and says why it holds here."""

    ground: Ground
    reason: Reason


class WithdrawalIn(Body):
    """Why the complainant takes it back, if he likes to say so."""

    reason: Reason | None = None


class GroundOut(BaseModel):
    """A ground of the closed list, with its article."""

    ground: Ground
    article: str
    text: str


class FindingOut(GroundOut):
    """A ground which the record itself points to; the officer decides."""
