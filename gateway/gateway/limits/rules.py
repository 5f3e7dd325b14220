"""Counting calls in windows. Pure: the time is an argument.

A window begins with the first call in it, so the windows of different callers end at different times, and nobody's end
tells anything of another's. Windows of a day or more are days of the place (Asia/Shanghai).
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

DAY = 86_400
ZONE_OFFSET = 8 * 3600  # Asia/Shanghai, without summer time


@dataclass(frozen=True, slots=True)
class Window:
    """At most `quota` calls in `seconds`; the `name` is what headers call it."""

    name: str
    quota: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What one kind of caller may do; `text` is its RateLimit-Policy field."""

    name: str
    windows: tuple[Window, ...]
    text: bytes = field(init=False)

    def __post_init__(self) -> None:
        items = [f'"{window.name}";q={window.quota};w={window.seconds}' for window in self.windows]
        object.__setattr__(self, "text", ", ".join(items).encode())


@dataclass(slots=True)
class Count:
    """The calls of one caller in one window: `settled` in all processes as last heard, `here` since then.

    Times are seconds of Unix time. `sent` of those here are on their way to the common count.
    """

    window: Window
    since: float
    settled: int = 0
    here: int = 0
    sent: int = 0

    @property
    def used(self) -> int:
        return self.settled + self.here

    @property
    def left(self) -> int:
        return max(self.window.quota - self.used, 0)

    @property
    def ends(self) -> float:
        return self.since + self.window.seconds

    def seconds_left(self, now: float) -> int:
        return max(math.ceil(self.ends - now), 1)

    def hear(self, since: float, count: int) -> None:
        """Takes over what all processes have counted, this one's calls that were sent among them."""
        self.since, self.settled = since, count
        self.here -= self.sent
        self.sent = 0


class Verdict(NamedTuple):
    """`left` calls are left in the tightest window, which ends in `seconds`."""

    allowed: bool
    window: str
    left: int
    seconds: int


def begin(window: Window, now: float) -> float:
    """When the window that holds `now` began, for a caller whose first call this is."""
    return now if window.seconds < DAY else now - (now + ZONE_OFFSET) % window.seconds


def policy(name: str, per_minute: int, per_day: int) -> Policy:
    """A policy of two windows. Without a quota for the minute there is none for the day either."""
    windows = [Window(name, per_minute, 60)] if per_minute else []
    windows += [Window(f"{name}-day", per_day, DAY)] if per_minute and per_day else []
    return Policy(name, tuple(windows))


def daily(name: str, per_day: int) -> Policy:
    """A policy of a day alone."""
    return Policy(name, (Window(name, per_day, DAY),) if per_day else ())
