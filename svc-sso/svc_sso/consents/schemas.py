"""Bodies about consents."""

from datetime import datetime

from pydantic import BaseModel

from svc_sso.clients.models import Client
from svc_sso.consents.models import Consent


class ConsentOut(BaseModel):
    """What one client may know of its person."""

    client_id: str
    name: str
    scopes: list[str]
    claims: list[str]
    given_at: datetime


class ConsentsOut(BaseModel):
    """The standing consents."""

    items: list[ConsentOut]


def shown(row: Consent, client: Client) -> ConsentOut:
    """A consent as the person sees it."""
    return ConsentOut(
        client_id=row.client_id,
        name=client.name or client.id,
        scopes=row.scopes,
        claims=row.claims,
        given_at=row.given_at,
    )
