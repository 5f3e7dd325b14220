"""Which request for a token may be answered like the one before it, and what the next token says."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

HOLDS_SECONDS, RENEWED_AFTER_SECONDS = 5.0, 4.0
"""So long a pattern holds, if its client is as it was (`repeats.service`). Then the token endpoint is asked again: it
reads new keys and notes the last use. One asks a little before that, so that not all wait for it at once.
"""
REMEMBERED = 2000
LONGEST_BODY = 4096
FORM = b"application/x-www-form-urlencoded"
ALONE = frozenset({b"dpop", b"transfer-encoding"})
"""Header fields of requests which are never repetitions."""
OF_THE_MOMENT = frozenset({"iat", "nbf", "exp", "jti"})


@dataclass(frozen=True)
class Asked:
    """What of a request decides whether it is a repetition."""

    authorization: bytes
    request_id: str


def asked_in(headers: Iterable[tuple[bytes, bytes]]) -> Asked | None:
    """The header of a request which proves its client by Basic alone and fits in one piece, else None."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in ALONE or (name == b"authorization" and name in found):
            return None
        found[name] = value
    authorization, length = found.get(b"authorization", b""), found.get(b"content-length", b"0")
    form = found.get(b"content-type", b"").partition(b";")[0].strip().lower() == FORM
    small = length.isdigit() and int(length) <= LONGEST_BODY
    if not form or not small or authorization[:6].lower() != b"basic ":
        return None
    return Asked(authorization, found.get(b"x-request-id", b"").decode("latin-1"))


def key_of(authorization: bytes, body: bytes) -> bytes:
    """Under what a request is known again. Of the secret in it nothing is kept."""
    return hashlib.sha256(b"%d\0" % len(authorization) + authorization + body).digest()


def is_for_machines(body: bytes) -> bool:
    """Whether a form asks for a client's own token, and for nothing which depends on more than the client."""
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=8)
    except ValueError:
        return False
    return ("grant_type", "client_credentials") in pairs and not any(n.startswith("client_") for n, _ in pairs)


@dataclass
class Pattern:
    """The tokens of one client for one audience, but for what each has of its own. `as_of` is when the client was last
    changed before the first of them; the other times are by the monotonic clock.
    """

    client_id: str
    audience: str
    as_of: datetime
    claims: bytes
    lifetime: int
    holds_until: float
    renew_at: float

    def claims_at(self, now: int, jti: str) -> bytes:
        """The claims of a token issued now, in JSON."""
        return b'%s"iat":%d,"nbf":%d,"exp":%d,"jti":"%s"}' % (
            self.claims, now, now, now + self.lifetime, jti.encode(),
        )  # fmt: skip


def pattern_of(claims: dict[str, Any], as_of: datetime | None, moment: float) -> Pattern | None:
    """The pattern of a machine's token just issued; None for a token of any other kind."""
    if as_of is None or claims.get("kind") != "system" or "sid" in claims or "cnf" in claims or "act" in claims:
        return None
    lasting = {name: value for name, value in claims.items() if name not in OF_THE_MOMENT}
    text = json.dumps(lasting, separators=(",", ":")).encode()[:-1] + b","
    lifetime = int(claims["exp"]) - int(claims["iat"])
    holds, renew = moment + HOLDS_SECONDS, moment + RENEWED_AFTER_SECONDS
    return Pattern(str(claims["client_id"]), str(claims["aud"]), as_of, text, lifetime, holds, renew)
