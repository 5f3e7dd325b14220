"""Orders to publish what an enterprise should have published itself, and did not. Pure.

《企业信息公示暂行条例》 article 10 has the authority order it; 《企业经营异常名录管理暂行办法》 (工商总局令第68号,
2014-10-01) article 7 sets 10 days, in writing. Who does not publish in that time may be proposed for the list of
abnormal operation.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, calendar_days_after
from shared.terms import in_force
from svc_credit_registry.reporting.publication_orders.errors import (
    NothingToReview,
    NotWhatWasOrdered,
    OrderNotOpen,
)


class State(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[str, tuple[str, str]] = {
    "open": ("责令限期公示中", "Ordered, to be published in time"),
    "expired": ("逾期未公示", "Not published in the time ordered"),
    "fulfilled": ("已公示", "Published"),
    "withdrawn": ("已撤销", "Withdrawn"),
}


@dataclass(frozen=True)
class Terms:
    """The term in force from `since`, in calendar days; its end moves to a working day."""

    version: str
    since: date
    days: int
    basis: str
    confirmed: bool = True
    note: str = ""


TERMS: tuple[Terms, ...] = (
    Terms(
        "saic-68-2014",
        date(2014, 10, 1),
        10,
        "《企业经营异常名录管理暂行办法》（工商总局令第68号，2014-10-01起施行）第七条：书面责令其在10日内履行公示义务",
        confirmed=False,
        note="2025年修订后的条文待核 / the text as revised in 2025 is still to be confirmed",
    ),
)


def deadline(ordered_on: date) -> Deadline:
    """The last day of the period ordered."""
    row = in_force(TERMS, ordered_on)
    return calendar_days_after(ordered_on, row.days, basis=row.basis)


def state_on(state: str, due_on: date, today: date) -> str:
    """The state as it is shown: an open order whose last day has passed is `expired`."""
    return "expired" if state == State.OPEN and today > due_on else state


def check_open(state: str) -> None:
    """Refuses acts on an order that is over (409)."""
    if state != State.OPEN:
        raise OrderNotOpen(state=state)


def check_fulfilment(wanted: str, ordered_on: date, kind: str, published_on: date, used_for: str | None) -> None:
    """Refuses (422) a publication of another kind, one whose latest version is older than the order, and one by which
    another order, whose number is `used_for`, was fulfilled.
    """
    if kind != wanted:
        raise NotWhatWasOrdered(f"责令公示的是{wanted}，不是{kind} / of another kind")
    if published_on < ordered_on:
        raise NotWhatWasOrdered(f"公示于{published_on}，早于责令日 / published before it was ordered")
    if used_for is not None:
        raise NotWhatWasOrdered(f"已用于履行{used_for} / another order was fulfilled by it", number=used_for)


def check_review(state: str, reviewed_on: date | None) -> None:
    """Refuses a review (409) where nothing was said to be fulfilled, or that was reviewed already."""
    if state != State.FULFILLED or reviewed_on is not None:
        raise NothingToReview(state=state)


def facts(number: str, matter: str, ordered_on: date, due_on: date) -> str:
    """What a proposal for the list says of an order that expired."""
    return f"{ordered_on}书面责令公示“{matter}”（{number}），期限至{due_on}，逾期未公示"


def number_for(region: str, day: date, serial: int) -> str:
    """The number of the document, such as ZL421303-20261121-000045."""
    return f"ZL{region}-{day:%Y%m%d}-{serial:06d}"
