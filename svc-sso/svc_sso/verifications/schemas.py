"""Bodies about checks of identities."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from svc_sso.accounts.schemas import IdNumber, Name
from svc_sso.verifications.models import Verification


class CounterCheckIn(BaseModel):
    """What a member of staff reads from a document which the person shows at the counter."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=4, max_length=32)]
    name: Name
    id_number: IdNumber
    document: Literal["resident_identity_card", "residence_permit", "passport"]


class VerificationOut(BaseModel):
    """A check and how it came out."""

    id: uuid.UUID
    level: str = Field(description="two_factor (两要素) or in_person (现场)")
    outcome: str = Field(description="confirmed or not_confirmed")
    verifier: str
    document: str | None
    at: datetime


class VerificationsOut(BaseModel):
    """How well one's identity is known, and the checks behind it, newest first."""

    trust_level: str
    items: list[VerificationOut]


def shown(row: Verification) -> VerificationOut:
    """A check as the person sees it."""
    return VerificationOut(
        id=row.id, level=row.level, outcome=row.outcome, verifier=row.verifier, document=row.document, at=row.at
    )
