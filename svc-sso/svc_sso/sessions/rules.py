"""How long a log-in lasts (NIST SP 800-63B, 7.2: idle and absolute limits; GB/T 22239-2019, 8.1.4.1: idle log-out)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOUCH_EVERY = timedelta(seconds=30)
"""Use is noted at most this often: a row is not rewritten for each of a page's calls."""

LOGGED_OUT, EXPIRED, IDLE, DISABLED = "logged_out", "expired", "idle", "account_disabled"
ENDED_BY_SELF, PASSWORD_CHANGED, REPLACED = "ended_by_person", "password_changed", "replaced"
RESET = "reset_by_administrator"
ENDED_BY_ADMINISTRATOR = "ended_by_administrator"


@dataclass(frozen=True)
class Limits:
    """How long a session lasts without use, and how long at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Proof:
    """What was shown when a session began or became stronger: the class of it, its methods (RFC 8176), and when."""

    acr: str
    amr: tuple[str, ...]
    at: datetime


def end_of(now: datetime, *, expires_at: datetime, last_seen_at: datetime, idle: timedelta) -> str | None:
    """Why a session is over by time, or None while it goes on."""
    if now >= expires_at:
        return EXPIRED
    return IDLE if now >= last_seen_at + idle else None
