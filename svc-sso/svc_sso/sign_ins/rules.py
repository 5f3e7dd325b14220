"""When a sign-in must wait (OWASP ASVS 5.0, 6.3.1): guessing gets slow, and nobody can lock someone else out.

Two counters hold a guesser back. One counts failures of a user name from one address, or from one known device; the
other counts all failures of a user name from devices which have never signed in with it. Someone who attacks a user
name from elsewhere fills the second, which the owner's own device does not look at.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """From `failures` on each attempt waits, `first` at first and twice as long each time, up to `longest`.

    Fewer failures than that are forgotten after `memory`, more after `longest`.
    """

    failures: int
    memory: timedelta
    first: timedelta
    longest: timedelta


PAIR = Limit(5, timedelta(seconds=60), timedelta(seconds=60), timedelta(minutes=15))
STRANGERS = Limit(50, timedelta(minutes=10), timedelta(seconds=60), timedelta(minutes=15))
SECOND = Limit(5, timedelta(minutes=10), timedelta(seconds=60), timedelta(minutes=15))
"""Of wrong second factors: at 3 valid codes in a million, 96 guesses a day find one in ten years."""
OPENING = Limit(10, timedelta(minutes=10), timedelta(seconds=60), timedelta(minutes=15))
"""Of accounts which were not opened since the user name or the identity number is taken, from one address."""


@dataclass(frozen=True)
class Count:
    """Attempts which have not been followed by a success."""

    attempts: int
    last_at: datetime
    blocked_until: datetime | None = None


def wait(count: Count | None, now: datetime) -> int:
    """Whole seconds until the next attempt is let through; 0 when it may come now."""
    if count is None or count.blocked_until is None or count.blocked_until <= now:
        return 0
    return max(1, -int(-(count.blocked_until - now).total_seconds() // 1))


def counted(count: Count | None, limit: Limit, now: datetime) -> Count:
    """The count with one more attempt. Attempts count before the password is checked: parallel guesses gain nothing."""
    memory = limit.memory if count is None or count.attempts < limit.failures else limit.longest
    if count is None or now - count.last_at > memory:
        count = Count(0, now)
    attempts = count.attempts + 1
    over = attempts - limit.failures
    if over < 0:
        return Count(attempts, now)
    delay = min(limit.first * 2 ** min(over, 20), limit.longest)
    return replace(count, attempts=attempts, last_at=now, blocked_until=now + delay)
