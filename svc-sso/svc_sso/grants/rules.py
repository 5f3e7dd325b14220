"""Codes and refresh tokens: how long they hold, what proves them (RFC 7636, RFC 9700, 4.14)."""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

CODE_LIFETIME = timedelta(seconds=60)
REPLAY_WINDOW = timedelta(seconds=10)
"""A client which lost the answer to a refresh gets the same answer again for this long; later it is a theft."""
KEPT_AFTER_END = timedelta(days=1)
FAMILY_ABSOLUTE, FAMILY_IDLE = timedelta(hours=12), timedelta(hours=4)
"""A family ends with its log-in; these are its own limits, for a log-in which goes on elsewhere (ASVS 10.4.8)."""

VERIFIER = re.compile(r"^[A-Za-z0-9._~-]{43,128}$")
CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")

CODE_REUSED, TOKEN_REUSED, REVOKED, SESSION_OVER = "code_reused", "refresh_token_reused", "revoked", "session_over"


def proves(verifier: str | None, challenge: str) -> bool:
    """Whether `verifier` is the one behind an S256 `challenge`."""
    if verifier is None or not VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def narrowed(asked: str | None, granted: str) -> str | None:
    """The scope asked for when it lies within the one granted, else None."""
    if asked is None:
        return granted
    return asked if set(asked.split()) <= set(granted.split()) else None


def has_run_out(created_at: datetime, used_at: datetime, now: datetime) -> bool:
    """Whether a family is past its absolute limit, or has not been used for too long."""
    return now >= created_at + FAMILY_ABSOLUTE or now >= used_at + FAMILY_IDLE
