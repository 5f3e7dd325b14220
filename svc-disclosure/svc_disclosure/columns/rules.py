"""When a column is behind its update cycle, and which approvals its articles need.

Site supervision (State Council general office, indicators of 2019) fails a site for columns past their update cycle and
for empty columns. The cycle of each column is data; this file only compares days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from svc_disclosure.columns.errors import IncompleteChain


class Step(StrEnum):
    """A decision which an article needs before it may be published, in the order of a chain."""

    SECRECY_REVIEW = "secrecy_review"
    APPROVAL = "approval"
    LEADER_APPROVAL = "leader_approval"


class Freshness(StrEnum):
    """How a column stands against its update cycle."""

    CURRENT = "current"
    OVERDUE = "overdue"
    EMPTY = "empty"


@dataclass(frozen=True)
class Cycle:
    """The state of a column on a day: until when it must be updated again, and whether that day has passed."""

    freshness: Freshness
    update_due_on: date
    past_cycle: bool


def cycle_on(today: date, *, opened_on: date, last_published_on: date | None, cycle_days: int) -> Cycle:
    """The state of a column on `today`. The cycle counts calendar days from the last publication, or from the opening
    of a column that never had one; its last day still counts as in time."""
    due_on = (last_published_on or opened_on) + timedelta(days=cycle_days)
    past = today > due_on
    if last_published_on is None:
        return Cycle(Freshness.EMPTY, due_on, past)
    return Cycle(Freshness.OVERDUE if past else Freshness.CURRENT, due_on, past)


def steps_for(chain: tuple[Step, ...], *, sensitive: bool) -> tuple[Step, ...]:
    """The decisions an article needs in a column with this chain. A sensitive one always needs the leader's as well."""
    if not chain or chain[0] is not Step.SECRECY_REVIEW or len(set(chain)) != len(chain):
        raise IncompleteChain
    if sensitive and Step.LEADER_APPROVAL not in chain:
        return (*chain, Step.LEADER_APPROVAL)
    return chain
