"""Token buckets, one for each caller and policy, kept in this process.

Headers after the IETF draft draft-ietf-httpapi-ratelimit-headers-10. Quotas that several gateways share come on top of
these and don't replace them: a bucket needs no round trip.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import RateLimited
from gateway.proxy.headers import Headers

MAX_KEYS = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining` calls are left; the quota is whole again, or one call is free again, in `seconds`."""

    allowed: bool
    remaining: int
    seconds: int


class Buckets:
    """`quota` calls in `window` seconds for each key, refilled evenly; a quota of 0 means no limit."""

    def __init__(self, name: str, quota: int, window: int = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.quota, self.window, self.clock = name, quota, window, clock
        self.rate = quota / window
        self.policy = f'"{name}";q={quota};w={window}'.encode()
        self._levels: dict[bytes, tuple[float, float]] = {}

    def take(self, key: bytes) -> Verdict:
        """Counts one call of `key`."""
        now = self.clock()
        level, since = self._levels.get(key, (float(self.quota), now))
        level = min(level + (now - since) * self.rate, float(self.quota))
        if level < 1.0:
            self._levels[key] = (level, now)
            return Verdict(False, 0, max(math.ceil((1.0 - level) / self.rate), 1))
        level -= 1.0
        if key not in self._levels and len(self._levels) >= MAX_KEYS:
            self._forget_full(now)
        self._levels[key] = (level, now)
        return Verdict(True, int(level), math.ceil((self.quota - level) / self.rate))

    def _forget_full(self, now: float) -> None:
        """Drops the buckets that are full again; if all are in use, the oldest tenth."""
        for key, (level, since) in list(self._levels.items()):
            if level + (now - since) * self.rate >= self.quota:
                del self._levels[key]
        if len(self._levels) >= MAX_KEYS:
            for key in list(self._levels)[: MAX_KEYS // 10]:
                del self._levels[key]

    def headers(self, verdict: Verdict) -> Headers:
        state = f'"{self.name}";r={verdict.remaining};t={verdict.seconds}'.encode()
        return [(b"ratelimit-policy", self.policy), (b"ratelimit", state)]


def refused(verdict: Verdict) -> RateLimited:
    """The refusal for a used-up bucket; its Retry-After and the `t` of RateLimit name the same moment."""
    return RateLimited(headers={"Retry-After": str(verdict.seconds)})
