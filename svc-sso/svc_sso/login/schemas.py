"""What the log-in pages show."""

from typing import Any

from svc_sso.clients.models import Client
from svc_sso.consents.rules import Wish


def consent_content(client: Client, wish: Wish, texts: dict[str, str]) -> dict[str, Any]:
    """Who asks, and for what, in words."""
    scopes = [texts.get(f"scope_{scope}", scope) for scope in sorted(wish.scopes)]
    claims = [texts.get(f"claim_{claim}", claim) for claim in sorted(wish.claims)]
    return {"client_name": client.name or client.id, "asked": [*scopes, *claims]}
