"""Fields which the bodies of all filings share."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.privacy import Unmasked

Words = Annotated[Unmasked, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Yuan = Annotated[Decimal, Field(ge=-(10**16), le=10**16, max_digits=18, decimal_places=2)]
Positive = Annotated[Decimal, Field(ge=0, le=10**16, max_digits=18, decimal_places=2)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]


class Body(BaseModel):
    """A request body: unknown members are refused, so a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class FigureChangeOut(BaseModel):
    """One field before and after a correction."""

    pointer: str
    before: Any
    after: Any
