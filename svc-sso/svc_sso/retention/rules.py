"""How long is kept what nobody works with any more (Cybersecurity Law of 2016, art. 21: logs six months at least)."""

import uuid
from datetime import datetime, timedelta

DEVICES = timedelta(days=365)
"""As long as a browser keeps the cookie by which it is known."""


def first_id(at: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of an instant: what was made before it has a smaller one."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)
