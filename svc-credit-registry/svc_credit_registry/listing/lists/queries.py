"""Reading entries, their documents and their history."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.db import Sessions
from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.grounds.rules import ListKind, terms_of
from svc_credit_registry.listing.lists.models import DOCUMENTS, NUMBERS, ListDocument, ListEntry, ListStep
from svc_credit_registry.listing.lists.rules import PUBLIC_STATES, Act, Calendar, State, calendar_of
from svc_credit_registry.listing.periods.queries import queue as queued
from svc_credit_registry.record.enterprises.models import EnterpriseSuccessor
from svc_credit_registry.record.enterprises.rules import Succession
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind

E = ListEntry
CHUNK = 2000
GROUPS = 20
OPEN = (State.PROPOSED.value, State.LISTED.value)


@dataclass(frozen=True)
class Filters:
    """What a reader of the public lists asks for; None for whatever he left out."""

    list: str | None = None
    ground: str | None = None
    code: str | None = None
    region: str | None = None
    state: str = State.LISTED.value
    listed_from: date | None = None
    listed_until: date | None = None
    report_year: int | None = None


async def next_number(session: AsyncSession) -> int:
    """A serial for the number of an entry; gaps are normal."""
    return await cases.next_serial(session, NUMBERS)


async def next_document(session: AsyncSession) -> int:
    """A serial for the number of a decision; gaps are normal."""
    return await cases.next_serial(session, DOCUMENTS)


async def find(session: AsyncSession, entry_id: uuid.UUID, *, lock: bool = False) -> ListEntry | None:
    """The entry, locked until the transaction ends if asked."""
    return await cases.by_id(session, ListEntry, entry_id, lock=lock)


def _shown() -> list[ColumnElement[bool]]:
    return [(E.list == kind) & E.state.in_(sorted(states)) for kind, states in PUBLIC_STATES.items()]


def public(filters: Filters) -> Select[ListEntry]:
    """The entries which everybody may see, of those asked for."""
    statement = select(E).where(or_(*_shown()), E.state == filters.state)
    for name in ("list", "ground", "code", "report_year"):
        if getattr(filters, name) is not None:
            statement = statement.where(getattr(E, name) == getattr(filters, name))
    if filters.region is not None:
        statement = statement.where(cases.within(E.region, filters.region))
    if filters.listed_from is not None:
        statement = statement.where(E.listed_on >= filters.listed_from)
    if filters.listed_until is not None:
        statement = statement.where(E.listed_on <= filters.listed_until)
    return statement


NEWEST_FIRST: list[ColumnElement[Any]] = [E.listed_on.desc(), E.id.desc()]


async def exported(sessions: Sessions, filters: Filters) -> AsyncIterator[Sequence[ListEntry]]:
    """All public entries asked for, the newest first, in batches of their own sessions: no long transaction."""
    last: tuple[Any, ...] | None = None
    while True:
        query = public(filters).order_by(*NEWEST_FIRST).limit(CHUNK)
        if last is not None:
            query = query.where(tuple_(E.listed_on, E.id) < last)
        async with sessions() as session:
            rows = (await session.scalars(query)).all()
        yield rows
        if len(rows) < CHUNK:
            return
        last = (rows[-1].listed_on, rows[-1].id)


def queue(caller: Caller, kind: str | None, overdue_on: date | None) -> Select[ListEntry]:
    """Entries of the officer's region and below on which an officer has something to do."""
    statement = queued(ListEntry, caller, overdue_on)
    return statement if kind is None else statement.where(E.list == kind)


def of_enterprise(code: str) -> Select[ListEntry]:
    """All entries of an enterprise, proposed and ended ones too, for itself."""
    return select(E).where(E.code == code)


async def standing(session: AsyncSession, code: str, kind: ListKind | None = None) -> Sequence[ListEntry]:
    """The entries under which an enterprise stands on the lists now."""
    statement = select(E).where(E.code == code, E.state == State.LISTED)
    if kind is not None:
        statement = statement.where(E.list == kind)
    return (await session.scalars(statement.order_by(E.id))).all()


async def outdated(session: AsyncSession, limit: int) -> Sequence[ListEntry]:
    """Entries on a list whose days rest on days off that were not published, and are others by today's calendar; or are
    certain by now. Locked; those in use wait.

    Most stay provisional for years: they are compared by the day of their listing, so that they hold up no other.
    """
    days = [E.terms_version, E.listed_on, *(getattr(E, day.name) for day in fields(Calendar))]
    running = (E.state == State.LISTED, E.provisional)
    stale = [row for row in await session.execute(select(*days).where(*running).distinct()) if _is_outdated(*row)]
    if not stale:
        return []
    same = or_(*(and_(*(a.is_not_distinct_from(b) for a, b in zip(days, row, strict=True))) for row in stale[:GROUPS]))
    statement = select(E).where(*running, same).order_by(E.id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


def _is_outdated(terms_version: str, listed_on: date, *stored: date | None) -> bool:
    terms = terms_of(terms_version)
    is_certain = not any(period.deadline(listed_on).provisional for period in terms.after_listing)
    return is_certain or stored != tuple(vars(calendar_of(terms, listed_on)).values())


async def has_open(session: AsyncSession, code: str, kind: str, ground: str, report_year: int | None) -> bool:
    """Whether the enterprise is listed or proposed on this ground already."""
    same = (E.code == code, E.list == kind, E.ground == ground, E.report_year.is_not_distinct_from(report_year))
    return await session.scalar(select(E.id).where(*same, E.state.in_(OPEN)).limit(1)) is not None


async def has_report(session: AsyncSession, code: str, year: int) -> bool:
    """Whether the annual report for `year` stands on the public record, also under the codes it had before."""
    R, S = RecordItem, EnterpriseSuccessor  # noqa: N806 - read as tables
    changed = S.reason == Succession.CODE_CHANGED
    before = select(S.old_code).where(S.new_code == code, changed).cte("before", recursive=True)
    before = before.union(select(S.old_code).join(before, S.new_code == before.c.old_code).where(changed))
    of_year = (
        or_(R.code == code, R.code.in_(select(before.c.old_code))),
        R.kind == RecordKind.ANNUAL_REPORT,
        R.content["year"].as_integer() == year,
    )
    return await session.scalar(select(R.id).where(*of_year, R.superseded_at.is_(None)).limit(1)) is not None


async def steps(session: AsyncSession, entry_id: uuid.UUID) -> Sequence[ListStep]:
    """The history of an entry, oldest first."""
    return (await session.scalars(select(ListStep).where(ListStep.entry_id == entry_id).order_by(ListStep.id))).all()


def notices(code: str) -> Select[ListStep]:
    """What an enterprise was told about its entries."""
    return select(ListStep).where(ListStep.code == code, ListStep.notice)


async def document(session: AsyncSession, number: str) -> ListDocument | None:
    """The decision with this number."""
    return await session.get(ListDocument, number)


def public_named_in(document: ListDocument) -> Select[ListEntry]:
    """The public entries which a decision names: those it put on the list, or the one it has ended."""
    naming = E.document_number if document.act == Act.LIST else E.end_document_number
    return select(E).where(naming == document.number, or_(*_shown()))


async def is_shown(session: AsyncSession, document: ListDocument) -> bool:
    """Whether everybody may read a decision to list or to remove: while an entry is public which it names. One whose
    removal was undone, or which was wrong from the start, names none.
    """
    named = document.act in (Act.LIST, Act.REMOVE) and await session.scalar(public_named_in(document).limit(1))
    return bool(named)
