"""What the log-in pages show."""

import io
from typing import Any

import segno

from svc_sso.clients.models import Client
from svc_sso.consents.rules import Wish


def qr_code(text: str) -> str:
    """The QR code of a text as SVG, to stand in a page which allows neither scripts nor styles of elements."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=4, xmldecl=False, svgclass="qr", lineclass=None,
                                     title="QR")  # fmt: skip
    return drawn.getvalue().decode()


def consent_content(client: Client, wish: Wish, texts: dict[str, str]) -> dict[str, Any]:
    """Who asks, and for what, in words."""
    scopes = [texts.get(f"scope_{scope}", scope) for scope in sorted(wish.scopes)]
    claims = [texts.get(f"claim_{claim}", claim) for claim in sorted(wish.claims)]
    return {"client_name": client.name or client.id, "asked": [*scopes, *claims]}
