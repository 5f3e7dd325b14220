"""When a feed is fresh, late or silent. Pure. A silent feed does more harm than a loud failure."""

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """How a feed is."""

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    UNMEASURED = "unmeasured"


LABELS: dict[State, tuple[str, str]] = {
    State.FRESH: ("正常", "Fresh"),
    State.LATE: ("超过更新周期", "Later than its cycle"),
    State.SILENT: ("从未更新", "Nothing ever came"),
    State.UNMEASURED: ("未承诺周期", "Nothing is promised"),
}


def state_of(now: datetime, last_at: datetime | None, within: timedelta | None) -> State:
    """How a feed is that brought something last at `last_at` and promises to do so `within` a time."""
    if last_at is None:
        return State.SILENT
    if within is None:
        return State.UNMEASURED
    return State.FRESH if now - last_at <= within else State.LATE


def age(now: datetime, last_at: datetime | None) -> int | None:
    """Seconds since the newest record, never negative; None when nothing ever came."""
    return None if last_at is None else max(0, int((now - last_at).total_seconds()))
