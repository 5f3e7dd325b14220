"""How long a client is told of an ended log-in before it is given up (OpenID Connect Back-Channel Logout 1.0)."""

from datetime import datetime, timedelta

PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"
GIVE_UP_AFTER = timedelta(hours=24)
SHORTEST_GAP, LONGEST_GAP = timedelta(seconds=2), timedelta(minutes=15)
SHARE_OF_OUTAGE = 12
"""The next try waits a twelfth of the time that has passed: a client that was away for ten minutes hears of it within
50 seconds after its return, one that was away for a day within a quarter of an hour."""


def next_gap(since: datetime, now: datetime) -> timedelta | None:
    """How long to wait after a try that failed; None when it was the last one."""
    passed = now - since
    if passed >= GIVE_UP_AFTER:
        return None
    return min(max(passed / SHARE_OF_OUTAGE, SHORTEST_GAP), LONGEST_GAP)
