"""Issues electronic licences and says whether one that is presented is genuine."""

import json
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM, record
from shared.codes import regions
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.events.services import LicenceIssuedV1, LicenceRevokedV1
from shared.outbox import publish
from svc_services.cases import queries as cases
from svc_services.cases import service
from svc_services.cases.models import Application
from svc_services.cases.rules import Act, State
from svc_services.licences import queries
from svc_services.licences.errors import LicenceUnknown
from svc_services.licences.models import Licence, LicenceKey
from svc_services.licences.rules import (
    ALGORITHM,
    FINDING_LABELS,
    TOKEN_TYPE,
    Finding,
    LicenceState,
    finding_of,
)
from svc_services.licences.schemas import KeysOut, LicenceContent, LicenceOut, VerificationOut
from svc_services.names import service as names
from svc_services.numbering.rules import Kind
from svc_services.numbering.service import next_number

KEY_LOCK = 7_301_001


async def complete(session: AsyncSession, event: EnterpriseRegisteredV1, today: date) -> None:
    """The enterprise is registered: its application is completed with a licence, its name is kept by the register.

    Events of enterprises which did not come from an application here are none of this service's business.
    """
    if event.application_id is None:
        return
    application = await cases.by_id(session, event.application_id, lock=True)
    if application is None or application.state != State.GRANTED:
        return
    licence = await _issue(session, application, event, today)
    if application.reservation_id is not None:
        await names.mark_used(session, application.reservation_id, today)
    application.completed_on = today
    await service.move(session, SYSTEM, application, Act.ISSUE, today)
    issued = LicenceIssuedV1(
        licence_number=licence.number, application_id=application.id, enterprise_code=event.code, issued_on=today
    )
    await publish(session, issued)


async def _issue(
    session: AsyncSession, application: Application, event: EnterpriseRegisteredV1, today: date
) -> Licence:
    number = await next_number(session, Kind.LICENCE, application.region, today)
    content = LicenceContent(
        number=number,
        code=event.code,
        name=event.name,
        organisation_form=event.organisation_form,
        legal_representative=event.legal_representative_name,
        registered_capital_yuan=Decimal(str(application.form["registered_capital_yuan"])),
        established_on=event.established_on,
        address=str(application.form["address"]),
        business_scope=str(application.form["business_scope"]),
        registrar=f"{regions.full_name(application.region)}市场监督管理局",
        issued_on=today,
    )
    plain = content.model_dump(mode="json")
    licence = Licence(
        number=number,
        application_id=application.id,
        holder_id=application.applicant_id,
        enterprise_code=event.code,
        issued_on=today,
        content=plain,
        token=sign(plain, await _signing_key(session)),
    )
    session.add(licence)
    after = {"number": number, "enterprise_code": event.code, "application": application.number}
    await record(session, SYSTEM, action="licence.issued", object_type="licence", object_id=number, after=after)
    await session.flush()
    return licence


def sign(content: dict[str, object], key: LicenceKey) -> str:
    """The signed form of a licence: a compact JWS (RFC 7515)."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TOKEN_TYPE}
    payload = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    private = ECKey.import_key(json.loads(key.private))
    return jws.serialize_compact(header, payload, private, algorithms=[ALGORITHM])


async def _signing_key(session: AsyncSession) -> LicenceKey:
    """The newest key; the first one is made when the first licence is issued, by one process only."""
    known = await queries.keys(session)
    if not known:
        await session.execute(select(func.pg_advisory_xact_lock(KEY_LOCK)))
        known = await queries.keys(session)
    return known[0] if known else await new_key(session)


async def new_key(session: AsyncSession) -> LicenceKey:
    """A fresh key, which signs from now on. Earlier ones go on verifying."""
    made = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": ALGORITHM})
    kid = made.thumbprint()
    public = {**made.as_dict(private=False), "kid": kid}
    private = json.dumps(made.as_dict(private=True))
    key = LicenceKey(kid=kid, public=public, private=private)
    session.add(key)
    await record(session, SYSTEM, action="licence_key.made", object_type="licence_key", object_id=kid)
    await session.flush()
    return key


async def keys_out(session: AsyncSession) -> KeysOut:
    """The public keys; licences can be verified with them offline, but whether one was revoked is only known here."""
    return KeysOut(keys=[dict(k.public) for k in await queries.keys(session)])


async def licence(session: AsyncSession, number: str) -> Licence:
    """A licence by its number; 404 when there is none."""
    found = await queries.by_number(session, number)
    if found is None:
        raise LicenceUnknown(number)
    return found


async def verify(session: AsyncSession, token: str, *, english: bool) -> VerificationOut:
    """Whether a presented licence was issued here, in these words, and holds."""
    finding, content = await _examine(session, token)
    shown = LicenceContent.model_validate(content) if content is not None else None
    label = FINDING_LABELS[finding][english]
    return VerificationOut(valid=finding is Finding.VALID, reason=finding.value, reason_label=label, licence=shown)


async def _examine(session: AsyncSession, token: str) -> tuple[Finding, dict[str, object] | None]:
    try:
        header = jws.extract_compact(token.strip().encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        return Finding.UNREADABLE, None
    if header.get("typ") != TOKEN_TYPE or header.get("alg") != ALGORITHM:
        return Finding.UNREADABLE, None
    name = str(header.get("kid"))
    key = await session.get(LicenceKey, name) if name.isprintable() else None
    if key is None:
        return Finding.TAMPERED, None
    try:
        public: dict[str, Any] = dict(key.public)
        opened = jws.deserialize_compact(token.strip(), ECKey.import_key(public), algorithms=[ALGORITHM])
        content: dict[str, object] = json.loads(opened.payload)
    except (JoseError, ValueError, RecursionError):
        return Finding.TAMPERED, None
    known = await queries.by_number(session, str(content.get("number")))
    state = LicenceState(known.state) if known else None
    return finding_of(state, same_text=known is not None and known.content == content), content


async def revoke(session: AsyncSession, number: str, reason: str, today: date) -> Licence:
    """Ends a licence; whoever verifies it from now on hears so. Harmless twice."""
    found = await licence(session, number)
    if found.state == LicenceState.VALID:
        found.state, found.revoked_on = LicenceState.REVOKED, today
        change = {"before": {"state": LicenceState.VALID}, "after": {"state": LicenceState.REVOKED}}
        await record(
            session,
            SYSTEM,
            action="licence.revoked",
            object_type="licence",
            object_id=number,
            reason=reason,
            **change,
        )
        revoked = LicenceRevokedV1(licence_number=number, enterprise_code=found.enterprise_code, revoked_on=today)
        await publish(session, revoked)
    return found


async def of_application(session: AsyncSession, application_id: uuid.UUID) -> Licence | None:
    """The licence which an application led to."""
    return await queries.of_application(session, application_id)


def licence_out(row: Licence) -> LicenceOut:
    """A licence over HTTP."""
    return LicenceOut(
        number=row.number,
        state=LicenceState(row.state).value,
        revoked_on=row.revoked_on,
        content=LicenceContent.model_validate(row.content),
        licence=row.token,
    )
