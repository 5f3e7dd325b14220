"""The counts of one process, and which of them the other processes have not heard of yet."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import islice

from gateway.limits.rules import Count, Policy, Verdict, Window, begin

MOST_CALLERS = 100_000
Key = tuple[str, str]  # the policy, and who is counted


class Counts:
    """Counts calls by policy and caller. Callers who left long ago go first when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.changed: set[Key] = set()
        self._counts: OrderedDict[Key, list[Count]] = OrderedDict()

    def take(self, policy: Policy, caller: str) -> Verdict:
        """Counts one call, if it is allowed; a refused one is not counted."""
        now, key = self.clock(), (policy.name, caller)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._begin(key, policy, now)
        tightest, least = counts[0], math.inf
        for place, window in enumerate(policy.windows):  # at every call, so written out instead of asked by name
            count = counts[place]
            if count.window is not window or count.since + window.seconds <= now:
                count = counts[place] = self._next(count, window, now)
            left = window.quota - count.settled - count.here
            if left < least:
                tightest, least = count, left
        if least <= 0:
            # Of several windows that are used up the one which ends last tells when to come back.
            last = max((count for count in counts if count.left == 0), key=lambda count: count.ends)
            return Verdict(False, last.window.name, 0, last.seconds_left(now))
        for count in counts:
            count.here += 1
        self.changed.add(key)
        window = tightest.window
        return Verdict(True, window.name, int(least) - 1, max(math.ceil(tightest.since + window.seconds - now), 1))

    def of(self, policy: Policy, caller: str) -> list[Count]:
        """What a caller has used, of windows that are open."""
        now = self.clock()
        counts = self._counts.get((policy.name, caller), [])
        return [count for count in counts if count.ends > now]

    def unsettled(self) -> list[tuple[Key, Count]]:
        """The counts with calls that the others have not heard of; they count as on their way from now on."""
        keys, self.changed = self.changed, set()
        found = []
        for key in keys:
            for count in self._counts.get(key, ()):
                if count.here:
                    count.sent = count.here
                    found.append((key, count))
        return found

    def not_sent(self, counts: Iterable[tuple[Key, Count]]) -> None:
        """The counts could not be handed over; they are tried again."""
        for key, count in counts:
            count.sent = 0
            self.changed.add(key)

    def _begin(self, key: Key, policy: Policy, now: float) -> list[Count]:
        if len(self._counts) >= MOST_CALLERS:
            for old in tuple(islice(self._counts, MOST_CALLERS // 10)):
                del self._counts[old]
        counts = self._counts[key] = [Count(window, begin(window, now)) for window in policy.windows]
        return counts

    @staticmethod
    def _next(count: Count, window: Window, now: float) -> Count:
        """The count of the next window; with a changed quota the same window goes on."""
        if count.ends > now and count.window.name == window.name:
            return Count(window, count.since, count.settled, count.here, count.sent)
        return Count(window, begin(window, now))
