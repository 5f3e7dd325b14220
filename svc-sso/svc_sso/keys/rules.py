"""The life of a signing key: it is published before it signs, and for a while after."""

from datetime import datetime, timedelta

ES256, RS256 = "ES256", "RS256"
ALGORITHMS = (ES256, RS256)
"""ES256 signs access tokens always, ID tokens by what the client registered (OpenID Connect Core 15.1: RS256)."""
CURVE, RSA_BITS = "P-256", 2048
NEXT, CURRENT, RETIRED, REVOKED = "next", "current", "retired", "revoked"

PUBLISHED_AFTER_RETIREMENT = timedelta(hours=24)
"""No token lives longer than a log-in's refresh interval; a day also covers ID tokens kept as logout hints."""


def published_since(now: datetime) -> datetime:
    """Keys retired after this instant are still published."""
    return now - PUBLISHED_AFTER_RETIREMENT


def may_sign(published_at: datetime, now: datetime, ahead: timedelta) -> bool:
    """Whether a key has been in the key set for so long that whoever caches the set for `ahead` knows it."""
    return not ahead or now - published_at >= ahead
