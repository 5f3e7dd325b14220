"""What time does to entries: the warning before three years, the proposal after them, the end of a term."""

import hashlib
import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.clock import statutory_date
from shared.events.credit_registry import RegisterLoadedV1
from shared.outbox import publish
from svc_credit_registry.apart import Apart
from svc_credit_registry.listing.escalation import queries
from svc_credit_registry.listing.grounds.rules import SAMR_68, THREE_YEARS, ListKind
from svc_credit_registry.listing.list_objections import queries as objection_queries
from svc_credit_registry.listing.list_objections import service as objections
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.lists import rules
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.errors import AlreadyListed, NotSubject, ReportFiled
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.rules import Act, Evidence
from svc_credit_registry.listing.proposals import service as proposals
from svc_credit_registry.listing.removals import queries as removal_queries
from svc_credit_registry.listing.removals import service as removals
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.feed.queries import RECORDED

ESCALATING: Apart[uuid.UUID] = Apart("lists.escalate")
EXPIRING: Apart[uuid.UUID] = Apart("lists.expire")
GOING_ON: Apart[uuid.UUID] = Apart("lists.go_on")
WARNING = "列入经营异常名录将于 %s 届满三年，请履行公示义务并申请移出；届满仍未履行的，将提请列入严重违法失信名单"


def warning_days() -> int:
    """How many calendar days a warning must have stood."""
    return SAMR_68.warning.lead_days if SAMR_68.warning else 0


async def warn(session: AsyncSession, now: datetime, limit: int) -> int:
    """Warns entries 60 days before their third year ends, on their page and in the enterprises' notices."""
    today = statutory_date(now)
    codes = await queries.warn(session, today, now, WARNING, limit)
    if not codes:
        return 0
    digest = hashlib.sha256("\n".join(codes).encode()).hexdigest()
    await audit.record(
        session, audit.SYSTEM, action="list_entry.warn", object_type="list_batch", object_id=f"warning-{today}",
        after={"entries": len(codes), "first": codes[0], "codes_sha256": digest}, reason=SAMR_68.measure,
    )  # fmt: skip
    await tell(session, f"warning-{today}", len(codes), today)
    return len(codes)


async def tell(session: AsyncSession, source: str, rows: int, today: date) -> None:
    """Wakes followers of the feed, and lets keepers of public answers drop them, after many entries have changed."""
    await session.execute(select(func.pg_notify(RECORDED, "")))
    loaded = {"register_name": "abnormal_operation", "source": source, "rows": rows, "loaded_on": today}
    await publish(session, RegisterLoadedV1.model_validate(loaded))


async def escalate(session: AsyncSession, now: datetime, limit: int) -> int:
    """Proposes for the serious list whoever stood on the other one for three years, after its warning; how many.

    The clock only proposes: the province decides, with the enterprise's say. After a standstill the warning comes
    first, and its 60 days are kept. Whoever has published the missing report meanwhile has done his duty, and is not
    proposed though he never asked for his removal. Of several entries one is proposed at a time, the next when that
    came to nothing or has ended. An entry that can't be proposed holds up no other.
    """
    today = statutory_date(now)
    warned_before, aside = today - timedelta(days=warning_days()), ESCALATING.aside(now)
    found = await queries.to_escalate(session, today, warned_before, limit, aside)

    async def act(entry: ListEntry) -> None:
        try:
            note = await _propose(session, entry, today)
        except AlreadyListed:  # on another entry of its own: this one waits for what becomes of that
            return
        entry.escalated_on = today
        done = lists.Done(Act.ESCALATE, "system", None, today, note, notice=True)
        await lists.note(session, entry, done, before=entry.state)

    return await ESCALATING.each(session, [(entry.id, entry) for entry in found], act, now)


async def _propose(session: AsyncSession, entry: ListEntry, today: date) -> str:
    if await lists.is_reported(session, entry):
        return f"未提请：{ReportFiled.title_zh}，可以申请移出 / not proposed: {ReportFiled.title}"
    decision = f"{entry.document_number}第{entry.document_item}项"
    facts = f"{entry.listed_on} 起列入经营异常名录（{decision}），届满三年仍未履行公示义务"
    evidence = Evidence(verified_on=entry.escalates_on or today)
    region = rules.province_of(entry.region)
    proposal = proposals.Proposal(ListKind.SERIOUS, THREE_YEARS, facts, evidence, region, entry.id)
    enterprise = await enterprises.by_code(session, entry.code)
    assert enterprise is not None, f"{entry.number} is of an enterprise"
    try:
        made = await proposals.open_proposal(session, audit.SYSTEM, enterprise, proposal, today)
    except NotSubject as exc:  # it has left business
        return f"未提请：{exc.title_zh} / not proposed: {exc.title}"
    return f"已提请，{made.number} / proposed"


async def expire(session: AsyncSession, now: datetime, limit: int) -> int:
    """Ends entries whose term is over, each by a document; how many."""
    today = statutory_date(now)
    found = await queries.to_expire(session, today, limit, EXPIRING.aside(now))

    async def act(entry: ListEntry) -> None:
        reason = f"列入期限于 {entry.expires_on} 届满 / its term ended"
        await lists.take_off(session, entry, lists.Done(Act.EXPIRE, "system", None, today, reason), reason, now)

    return await EXPIRING.each(session, [(entry.id, entry) for entry in found], act, now)


async def go_on(session: AsyncSession, now: datetime, limit: int) -> int:
    """Takes entries along to the code to which that of their enterprise was changed, so that nobody leaves a list by a
    new code, and that he can ask for his removal under it; how many.
    """
    found = await queries.gone_on(session, limit, GOING_ON.aside(now))

    async def act(one: tuple[ListEntry, str]) -> None:
        entry, code = one
        text = f"统一社会信用代码由{entry.code}变更为{code} / the code was changed"
        done = lists.Done(Act.REMARK, "system", None, statutory_date(now), text, notice=True)
        await lists.go_on(session, entry, code, done, now)

    return await GOING_ON.each(session, [(one[0].id, one) for one in found], act, now)


async def lapse(session: AsyncSession, today: date) -> int:
    """Closes objections to entries, and applications for removal, whose entry has ended otherwise; how many."""
    objected = await queries.idle(session, ListObjection, objection_queries.OPEN)
    for objection, entry in objected:
        await objections.lapse(session, objection, entry, today)
    asked = await queries.idle(session, Removal, removal_queries.OPEN)
    for removal, entry in asked:
        await removals.lapse(session, removal, entry, today)
    return len(objected) + len(asked)
