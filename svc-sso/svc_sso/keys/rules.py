"""The life of a signing key: it is published before it signs, and for a while after."""

from datetime import datetime, timedelta

ALGORITHM = "ES256"
CURVE = "P-256"
NEXT, CURRENT, RETIRED = "next", "current", "retired"

PUBLISHED_AFTER_RETIREMENT = timedelta(hours=24)
"""No token lives longer than a log-in's refresh interval; a day also covers ID tokens kept as logout hints."""


def published_since(now: datetime) -> datetime:
    """Keys retired after this instant are still published."""
    return now - PUBLISHED_AFTER_RETIREMENT
