"""When an index is followed up, and when it is better built anew."""

from svc_credit_registry.discovery.building.rules import SMALL_REGISTER

BATCH = 2_000
"""So many changes are taken in at a time."""
FAR_BEHIND = 50_000
"""From so many changes on that are a quarter of the register, building anew is faster than following."""
LONGEST_REST = 0.3
"""Seconds for which changes are gathered at most before the index takes them in."""


def rest(spent: float, taken: int) -> float:
    """Seconds to wait after a batch that took `spent`: a commit costs much the same for one change as for hundreds."""
    return 0.0 if taken >= BATCH else min(LONGEST_REST, 3 * spent)


def is_far_behind(lag: int, size: int) -> bool:
    """Whether so many changes are waiting that the index is rather built anew, once no more are coming."""
    return lag > FAR_BEHIND and lag * 4 > size


def has_outgrown(size: int, built_with: int) -> bool:
    """Whether an index has grown so much since it was built that its stretches have become too long."""
    return size > SMALL_REGISTER and size > 3 * built_with


def is_usable(position: int, last: int, forgotten: int) -> bool:
    """Whether an index can follow the feed from where it stands: not from before what is kept, nor from the future."""
    return forgotten <= position <= last
