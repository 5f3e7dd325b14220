"""Reading what a client sends to an OAuth endpoint (RFC 6749, 2.3.1 and 3.2)."""

import base64
import binascii
from collections.abc import Iterable
from urllib.parse import unquote_plus

from svc_sso.clients.errors import InvalidClient, OAuthError

FORM = "application/x-www-form-urlencoded"
LONGEST_VALUE = 16_384


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


def basic_credentials(header: str) -> list[tuple[str, str]]:
    """Client id and secret of an Authorization header: as encoded by the RFC and, where that differs, as they stand."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, separator, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise InvalidClient from exc
    if not separator or "\x00" in client_id or "\x00" in unquote_plus(client_id):
        raise InvalidClient
    plain, decoded = (client_id, secret), (unquote_plus(client_id), unquote_plus(secret))
    return [plain] if plain == decoded else [decoded, plain]
