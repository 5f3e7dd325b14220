"""Who may call, as types: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, AnyCaller, Caller, Public

ADMINISTER = "sso:accounts:administer"

SecurityAdmin = Annotated[Caller, Access(ADMINISTER)]

__all__ = ["ADMINISTER", "AnyCaller", "Public", "SecurityAdmin"]
