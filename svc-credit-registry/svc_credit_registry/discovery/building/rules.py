"""How the register is shared out among the processes that build an index of it."""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL_REGISTER = 20_000
"""Up to so many enterprises an index is built within the process that serves; beyond, by processes of their own."""
SMALL_REGISTER_MEMORY = 32 << 20
MEMORY = 512 << 20
"""Bytes for what is not on disk yet, over all processes: each writes a piece of the index when its share is full."""
MOST_PROCESSES = 4

Place = tuple[int, str]
"""Where an enterprise stands in the order: rank of its status, and name."""


@dataclass(frozen=True)
class Stretch:
    """A piece of the order: from one place on, and before another; without one, to the end."""

    low: Place
    high: Place | None


def shares(places: Sequence[Place], processes: int) -> list[Stretch]:
    """The order cut into stretches of about equal size, by a sorted sample of its places."""
    count = max(1, min(processes, MOST_PROCESSES))
    first: Place = (0, "")
    starts = sorted({first, *(places[len(places) * number // count] for number in range(1, count) if places)})
    return [Stretch(low, high) for low, high in zip(starts, [*starts[1:], None], strict=True)]
