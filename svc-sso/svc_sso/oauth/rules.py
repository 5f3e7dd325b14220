"""Reading what a client sends to an OAuth endpoint (RFC 6749, 2.3.1 and 3.2)."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote_plus

from svc_sso.assertions.rules import ASSERTION_TYPE
from svc_sso.clients.errors import InvalidClient, OAuthError
from svc_sso.clients.rules import BASIC, POST, PRIVATE_KEY_JWT

FORM = "application/x-www-form-urlencoded"
LONGEST_VALUE = 16_384
AS_OF = "client_as_of"
"""Under this name a request's state holds when the client which proved itself was last changed."""


def single_values(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """The parameters, each once. A repeated one is refused, an empty one counts as left out."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise OAuthError("invalid_request", "A parameter is repeated.")
        if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\x00" in value:
            raise OAuthError("invalid_request", "A parameter is malformed.")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def presented(headers: Sequence[str], form: Mapping[str, str]) -> str:
    """By which method a client proves itself (RFC 6749, 2.3: one in each request). Raises OAuthError."""
    ways = {
        BASIC: bool(headers),
        POST: "client_secret" in form,
        PRIVATE_KEY_JWT: "client_assertion" in form or "client_assertion_type" in form,
    }
    found = [method for method, used in ways.items() if used]
    if len(found) > 1 or len(headers) > 1:
        raise OAuthError("invalid_request", "The client authenticates in two ways at once.")
    complete = {
        BASIC: True,
        POST: "client_id" in form,
        PRIVATE_KEY_JWT: "client_assertion" in form and form.get("client_assertion_type") == ASSERTION_TYPE,
    }
    if not found or not complete[found[0]]:
        raise InvalidClient
    return found[0]


def basic_credentials(header: str) -> list[tuple[str, str]]:
    """Client id and secret of an Authorization header: as encoded by the RFC and, where that differs, as they stand."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, separator, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as exc:
        raise InvalidClient from exc
    if not separator or "\x00" in client_id or "\x00" in unquote_plus(client_id):
        raise InvalidClient
    plain, decoded = (client_id, secret), (unquote_plus(client_id), unquote_plus(secret))
    return [plain] if plain == decoded else [decoded, plain]


def bearer_of(headers: Sequence[str]) -> tuple[str, str | None]:
    """Scheme (`bearer` or `dpop`) and token of an Authorization header; no token for any other, or for two."""
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    known = scheme.lower() in {"bearer", "dpop"}
    return scheme.lower(), (token.strip() or None) if known else None
