"""Who may call, as types: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, AnyCaller, Caller, MaybeCaller, Public

EDIT = "disclosure:articles:edit"
REVIEW = "disclosure:articles:review"
APPROVE = "disclosure:articles:approve"
LEAD = "disclosure:articles:lead"

Editor = Annotated[Caller, Access(EDIT)]
Reviewer = Annotated[Caller, Access(REVIEW)]
Approver = Annotated[Caller, Access(APPROVE)]
Leader = Annotated[Caller, Access(LEAD)]

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
