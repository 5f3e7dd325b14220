"""Comparing a name with all that are borne or held, and keeping those in step."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.codes import regions
from shared.errors import FieldError
from shared.events.services import NameReservedV1
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.names import queries, rules
from svc_credit_registry.discovery.names.errors import NameIncomplete
from svc_credit_registry.discovery.names.models import HeldName
from svc_credit_registry.discovery.names.rules import Name, OtherName, Standing, Verdict
from svc_credit_registry.discovery.names.schemas import NameComparisonIn
from svc_credit_registry.discovery.projection import queries as projected
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.record.classification.rules import industry_code, usual_word
from svc_credit_registry.record.decomposition.rules import Decomposition, decompose, display_region, industry_of
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.wording.rules import fold

SHOWN = 50
MOST_UNSEEN = 2_000
"""So many changes which the index has not taken in are looked at beside it; more there are only during a bulk load."""
STANDING: dict[str, Standing] = {
    Status.ACTIVE: Standing.REGISTERED,
    Status.CANCELLED: Standing.CANCELLED,
    Status.REVOKED: Standing.REVOKED,
}


def read_name(asked: NameComparisonIn) -> Name:
    """The name that is asked about; 422 for an unknown region, or without a trade name or a form."""
    if not regions.is_known(asked.region):
        raise _incomplete("/region", "没有此行政区划; there is no such region", "region_unknown")
    given = decompose(asked.name, asked.region) if asked.name else None
    trade_name = asked.trade_name or (given.trade_name if given else "")
    form = asked.organisation_form or (given.organisation_form if given else "")
    if len(fold(trade_name)) < 2:
        raise _incomplete("/trade_name", "字号应当由两个以上汉字组成; a trade name has at least two characters")
    if not form:
        raise _incomplete("/organisation_form", "请填写组织形式; the organisation form is missing")
    code = industry_code(asked.industry_code or "") or ""
    word = asked.industry_word
    if word is None:
        word = given.industry_word if given else usual_word(code)
    name = asked.name or f"{display_region(asked.region)}{trade_name}{word}{form}"
    parts = Decomposition(
        folded=fold(name),
        region_text=given.region_text if given else fold(display_region(asked.region)),
        trade_name=fold(trade_name),
        industry_word=fold(word),
        industry=industry_of(word),
        organisation_form=fold(form),
    )
    return Name(name, parts, code, rules.registrar_scope(asked.region))


def _incomplete(pointer: str, message: str, code: str = "missing") -> NameIncomplete:
    return NameIncomplete(message, errors=[FieldError(pointer, code, message)])


async def compare(
    projection: Projection, session: AsyncSession, asked: NameComparisonIn, today: date
) -> tuple[Name, list[Verdict]]:
    """The name and every verdict on it, refusals first. It knows all that has committed, also what the index has not
    taken in yet.
    """
    applicant, view = read_name(asked), projection.view
    late = await projected.unseen(session, view.position, MOST_UNSEEN)
    fresh = await projected.entries(session, late) if late else []
    reserved = [_held(row) for row in await queries.held(session, applicant, asked.reservation_id, today)]

    def judge() -> list[Verdict]:
        there = [entry for entry in queries.candidates(view, applicant, today) if entry.code not in late]
        others = [other for entry in (*there, *fresh) for other in names_of(entry)]
        return rules.compare_all(applicant, [*others, *reserved], today)

    verdicts = await projection.ask(judge)
    return applicant, [rules.exempted(verdict, asked.related_codes) for verdict in verdicts]


def names_of(entry: Entry) -> Iterator[OtherName]:
    """The name of an enterprise, and those it bore, as they may be in the way of another one."""
    standing = STANDING[entry.status]
    ended = date.fromisoformat(entry.ended_on) if entry.ended_on else None
    scope = rules.registrar_scope(entry.region)
    parts = decompose(entry.name, entry.region)
    yield OtherName(entry.name, parts, entry.industry_code, scope, standing, entry.code, ended)
    for former in entry.former:
        parts = decompose(former.name, entry.region)
        changed_on = date.fromisoformat(former.until) + timedelta(days=1)  # the day behind the last one it was borne
        yield OtherName(former.name, parts, entry.industry_code, scope, Standing.FORMER, entry.code, changed_on)


def _held(row: HeldName) -> OtherName:
    given = (row.region_text, row.trade_name, row.industry_word, row.industry, row.organisation_form)
    parts = Decomposition(fold(row.name), *given)
    return OtherName(row.name, parts, row.industry_code, row.scope, Standing.RESERVED, until=row.until)


async def hold(session: AsyncSession, event: NameReservedV1) -> None:
    """Puts a reserved name among those that are compared, once."""
    parts = decompose(event.name, event.region)
    row = {
        "reservation_id": event.reservation_id,
        "name": event.name,
        "trade_name": fold(event.trade_name),
        "region_text": parts.region_text,
        "industry_word": parts.industry_word,
        "industry": parts.industry,
        "industry_code": industry_code(event.industry_code) or "",
        "organisation_form": fold(event.organisation_form),
        "scope": rules.registrar_scope(event.region),
        "until": event.reserved_until,
    }
    statement = insert(HeldName).values(**row).on_conflict_do_nothing(index_elements=["reservation_id"])
    if (await session.execute(statement.returning(HeldName.reservation_id))).first() is not None:
        await _audit(session, "name.held", event.reservation_id, {"name": event.name, "until": event.reserved_until})


async def release(session: AsyncSession, reservation_id: uuid.UUID, reason: str) -> None:
    """Takes a reserved name out again; nothing happens when it is not there."""
    statement = delete(HeldName).where(HeldName.reservation_id == reservation_id).returning(HeldName.name)
    name = (await session.scalars(statement)).one_or_none()
    if name is not None:
        await _audit(session, "name.released", reservation_id, {"name": name, "reason": reason})


async def _audit(session: AsyncSession, action: str, reservation_id: uuid.UUID, after: dict[str, object]) -> None:
    await audit.record(
        session, audit.SYSTEM, action=action, object_type="name_reservation", object_id=reservation_id, after=after
    )
