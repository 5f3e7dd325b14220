"""Putting many items of one producer and kind on the public record at once, with the same effect as one by one.

`records.service.put` takes some ten statements an item; here they are ten for hundreds of items. Versions, receipts,
audit rows and changes are the same, which a test compares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from svc_credit_registry.listing.penalties.rules import Penalty, is_same, published_on, shown, types_of
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.records.models import RECEIPTS, RecordItem
from svc_credit_registry.record.records.rules import RecordKind, found_by, publication_due, receipt_of
from svc_credit_registry.record.records.service import LOCK, Entered, Item, Outcome

R = RecordItem
REVOKED, DAY = "revoked", timedelta(days=1)
_LOCKS = text(
    """
    SELECT pg_advisory_xact_lock(hash) FROM (
        SELECT DISTINCT hashtextextended(name, :seed) AS hash FROM unnest(CAST(:names AS text[])) AS n (name) ORDER BY 1
    ) AS hashes
    """
)


@dataclass(frozen=True)
class Series:
    """Whose items they are, of which kind, who enters them, and when."""

    caller: Caller
    producer: str
    kind: RecordKind
    now: datetime


async def put(session: AsyncSession, series: Series, items: Sequence[Item]) -> dict[str, Entered]:
    """Puts items on the record; what became of each, by its key. Each key may occur once.

    Contents are checked (`records.service.checked_content`) and codes are known before: neither is looked at again.
    """
    keys = [item.key for item in items]
    await lock(session, series.producer, series.kind, keys)
    standing = await _standing(session, series, keys)
    known = await _ended(session, series, [i for i in items if i.key not in standing]) | standing
    items = [_carried(item, known.get(item.key), statutory_date(series.now)) for item in items]
    done = {i.key: Entered(b.id, b.receipt, Outcome.UNCHANGED) for i in items if (b := _same(standing, i)) is not None}
    fresh = [item for item in items if item.key not in done]
    if not fresh:
        return done
    replaced = [standing[item.key] for item in fresh if item.key in standing]
    at = max([series.now, *(row.recorded_at for row in replaced)])
    await _supersede(session, replaced, at)
    for row in await _enter(session, series, fresh, at):
        before = standing.get(row.key)
        outcome = Outcome.REPLACED if before is not None else Outcome.CREATED
        done[row.key] = Entered(row.id, row.receipt, outcome)
        await _note(session, series.caller, row, before, outcome)
    await _tell(session, fresh, standing, done, statutory_date(at))
    return done


async def lock(session: AsyncSession, producer: str, kind: str, keys: Sequence[str]) -> None:
    """Keeps others from putting or ending these items until the transaction ends; all lock in the same order."""
    if keys:
        names = ["\x1f".join((producer, kind, key)) for key in keys]
        await session.execute(_LOCKS, {"seed": LOCK, "names": names})


async def _standing(session: AsyncSession, series: Series, keys: Sequence[str]) -> dict[str, RecordItem]:
    same = (R.producer == series.producer, R.kind == series.kind, R.key.in_(keys), R.superseded_at.is_(None))
    query = select(R).where(*same).execution_options(populate_existing=True)
    return {row.key: row for row in await session.scalars(query)}


async def _ended(session: AsyncSession, series: Series, items: Sequence[Item]) -> dict[str, RecordItem]:
    """The last version of each of these penalties that stood before and was taken off: the same decision, not void."""
    if series.kind is not RecordKind.PENALTY or not items:
        return {}
    decided = {item.key: item.produced_on for item in items}
    same = (R.producer == series.producer, R.kind == series.kind, R.key.in_(decided))
    last = select(R).where(*same).ext(distinct_on(R.key)).order_by(R.key, R.version.desc())
    rows = await session.scalars(last.execution_options(populate_existing=True))
    return {row.key: row for row in rows if not row.is_void and row.produced_on == decided[row.key]}


def _same(standing: Mapping[str, RecordItem], item: Item) -> RecordItem | None:
    row = standing.get(item.key)
    if row is None:
        return None
    names = (
        "code",
        "content",
        "basis",
        "produced_on",
        "effective_from",
        "effective_until",
        "provider",
        "publish_until",
    )
    return row if all(getattr(row, name) == getattr(item, name) for name in names) else None


def _carried(item: Item, before: RecordItem | None, day: date) -> Item:
    """The item with what this platform has added to it: the term of a penalty, and that it was repaired.

    So a producer that sends all its records again neither changes them nor undoes what was decided here, also when it
    has ended them before.
    """
    if item.kind is not RecordKind.PENALTY:
        return item
    content = dict(item.content) if isinstance(item.content, dict) else item.content.model_dump(mode="json")
    if before is None:
        return replace(item, content=content, publish_until=_term(item, content, day))
    if before.content.get("state") == "repaired" and content.get("state") != REVOKED:
        content["state"] = "repaired"
    return replace(item, content=content, publish_until=_kept_term(before, content, day))


def _kept_term(before: RecordItem, content: dict[str, Any], day: date) -> date | None:
    """The last day on which a penalty is shown whose producer has sent it again; None when it is given anew
    (`penalties`), as for one that became another one, or whose revocation was set aside.

    A revoked one is withdrawn at once (《行政处罚法》第四十八条第二款：三日内撤回). A repaired one stays out of
    publication whatever of it is changed: only the authority that granted a repair revokes it.
    """
    was, is_over = before.content.get("state"), before.publish_until is not None and before.publish_until < day
    if content.get("state") == REVOKED:
        return before.publish_until if is_over else day - DAY
    keeps = was == "repaired" or (was != REVOKED and is_same(before.content, content))
    return before.publish_until if keeps else None


def _term(item: Item, content: dict[str, Any], day: date) -> date:
    """The last day on which a new penalty is shown; the day before the decision when it never is."""
    if content.get("state") == REVOKED:
        return item.produced_on - DAY
    due = publication_due(item.kind, item.produced_on)
    producer_region = item.producer.rpartition("-")[2]
    penalty = Penalty(
        code=item.code,
        region=producer_region if regions.is_known(producer_region) else item.code[2:8],
        decided_on=item.produced_on,
        published_on=published_on(day, due.due_on if due else None),
        types=types_of(content.get("penalty_types") or ()),
        fine_yuan=Decimal(str(content.get("fine_yuan") or 0)),
    )
    clock = shown(penalty).clock
    return clock.due_on if clock else item.produced_on - DAY


async def _supersede(session: AsyncSession, rows: Sequence[RecordItem], at: datetime) -> None:
    if rows:
        query = update(R).where(R.id.in_([row.id for row in rows])).values(superseded_at=at)
        await session.execute(query.execution_options(synchronize_session=False))


async def _enter(session: AsyncSession, series: Series, items: Sequence[Item], at: datetime) -> Sequence[RecordItem]:
    versions = await _versions(session, series, [item.key for item in items])
    numbers = list(
        await session.scalars(select(RECEIPTS.next_value()).select_from(func.generate_series(1, len(items))))
    )
    values: list[dict[str, Any]] = []
    for item, number in zip(items, numbers, strict=True):
        due = publication_due(item.kind, item.produced_on)
        values.append(
            {
                name: getattr(item, name)
                for name in (
                    "code", "kind", "key", "content", "producer", "provider", "basis", "produced_on",
                    "effective_from", "effective_until", "publish_until",
                )
            }
            | {
                "version": versions.get(item.key, 0) + 1,
                "receipt": receipt_of(int(number), statutory_date(at)),
                "recorded_at": at,
                "publication_due_on": due.due_on if due else None,
            }
            | found_by(item.kind, dict(item.content))
        )  # fmt: skip
    return (await session.scalars(insert(R).returning(R), values)).all()


async def _versions(session: AsyncSession, series: Series, keys: Sequence[str]) -> dict[str, int]:
    same = (R.producer == series.producer, R.kind == series.kind, R.key.in_(keys))
    rows = await session.execute(select(R.key, func.max(R.version)).where(*same).group_by(R.key))
    return {str(key): int(version) for key, version in rows}


async def _note(
    session: AsyncSession, caller: Caller, row: RecordItem, before: RecordItem | None, outcome: Outcome
) -> None:
    after = {name: getattr(row, name) for name in ("code", "kind", "producer", "key", "version", "receipt")}
    await audit.record(
        session, caller, action=f"record_item.{outcome}", object_type="record_item", object_id=row.id,
        before={} if before is None else {"id": before.id, "receipt": before.receipt, "version": before.version},
        after=after, reason=row.basis,
    )  # fmt: skip


async def _tell(
    session: AsyncSession,
    items: Sequence[Item],
    before: Mapping[str, RecordItem],
    done: Mapping[str, Entered],
    day: date,
) -> None:
    changes = [(row.code, str(row.kind), row.id) for i in items if (row := before.get(i.key)) and row.code != i.code]
    changes += [(item.code, str(item.kind), done[item.key].item_id) for item in items]
    await feed.all_changed(session, changes, day)
