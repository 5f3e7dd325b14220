"""Who may call, as types: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, AnyCaller, Caller, MaybeCaller, Public

EDIT = "disclosure:articles:edit"
REVIEW = "disclosure:articles:review"
APPROVE = "disclosure:articles:approve"
LEAD = "disclosure:articles:lead"
TWO_FACTORS = "urn:yiwang:acr:mfa"
"""Staff act, and see others' cases, only after a log-in with two factors (GB/T 22239-2019, 8.1.4.1)."""

Editor = Annotated[Caller, Access(EDIT, acr=TWO_FACTORS)]
Reviewer = Annotated[Caller, Access(REVIEW, acr=TWO_FACTORS)]
Approver = Annotated[Caller, Access(APPROVE, acr=TWO_FACTORS)]
Leader = Annotated[Caller, Access(LEAD, acr=TWO_FACTORS)]

__all__ = [
    "APPROVE",
    "EDIT",
    "LEAD",
    "REVIEW",
    "AnyCaller",
    "Approver",
    "Editor",
    "Leader",
    "MaybeCaller",
    "Public",
    "Reviewer",
]
