"""Certificates of the public record: issued once for what they say, signed, printed, and verified by anyone."""

import asyncio
import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.audit import SYSTEM, record
from shared.auth import Caller
from shared.clock import statutory_date
from svc_credit_registry.publication.certificates import queries, rules
from svc_credit_registry.publication.certificates.errors import (
    CertificateQuota,
    CertificateUnknown,
    CertificateWithdrawn,
)
from svc_credit_registry.publication.certificates.models import NUMBERS, Certificate, CertificateKey
from svc_credit_registry.publication.certificates.rules import ALGORITHM, FINDING_LABELS, TOKEN_TYPE, Finding
from svc_credit_registry.publication.certificates.schemas import (
    CertificateKeysOut,
    CertificateOut,
    CertificateVerificationIn,
    CertificateVerificationOut,
)
from svc_credit_registry.publication.printouts.service import Printout, render
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.rules import FACT_LABELS
from svc_credit_registry.record.record_views import service as record_views
from svc_credit_registry.record.record_views.schemas import RecordOut
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.record.records import queries as records

KEY_LOCK = 7_301_002
PATH = "/api/credit-registry/v1/certificates"


@dataclass(frozen=True)
class Request:
    """Who asks for a certificate of which record, where it can be verified, when, and how many he gets in a day."""

    caller: Caller
    reading: Reading
    origin: str
    now: datetime
    quota: int


async def issue(session: AsyncSession, request: Request) -> tuple[Certificate, bool]:
    """The certificate of the record as of a day, and whether it was made just now: what is said once is said once.

    429 when a new one would be beyond the caller's quota, or while another is being made for him.
    """
    reading = request.reading
    state = await record_views.state_of(session, reading)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(state.code, KEY_LOCK))))
    parts: dict[str, str] = {}
    shown: RecordOut | None = None
    # The record is read by several statements: what changed in between would be certified by a digest that is not its.
    while (now_parts := await _parts(session, state.code, reading.day, reading.today)) != parts:
        parts = now_parts
        known = await queries.of_content(session, state.code, reading.day, rules.fingerprint(parts))
        if known is not None:
            return known, False
        if shown is None:
            await _check_quota(session, request)
        shown = await record_views.record_of(session, reading, rules.ITEMS_OF_A_KIND)
    assert shown is not None
    return await _make(session, request, shown, parts, rules.fingerprint(parts)), True


async def _check_quota(session: AsyncSession, request: Request) -> None:
    subject = request.caller.subject
    if not await queries.take_turn(session, subject):
        raise CertificateQuota(headers={"Retry-After": "1"}, quota=request.quota)
    oldest = await queries.issued_before_quota(session, subject, request.now - rules.WINDOW, request.quota)
    if oldest is not None:
        wait = rules.seconds_until_free(request.now, oldest)
        raise CertificateQuota(headers={"Retry-After": str(wait)}, quota=request.quota)


async def _make(
    session: AsyncSession, request: Request, shown: RecordOut, parts: dict[str, str], digest: str
) -> Certificate:
    running = int(await session.scalar(select(NUMBERS.next_value())) or 0)
    tail = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.TAIL))
    number = rules.number_of(running, statutory_date(request.now), tail)
    issued_at = request.now.replace(microsecond=0)
    content: dict[str, Any] = {
        "number": number,
        "code": shown.enterprise.code,
        "as_of": shown.as_of.isoformat(),
        "issued_at": issued_at.isoformat(),
        "issuer": request.origin,
        "basis": rules.BASIS,
        "digest": digest,
        "parts": parts,
        "record": shown.model_dump(mode="json"),
    }
    url = verification_url(request.origin, number)
    printout = Printout(number, shown.as_of, issued_at, digest, url, content["record"])
    pdf = await asyncio.to_thread(render, printout)
    certificate = Certificate(
        number=number,
        code=shown.enterprise.code,
        as_of=shown.as_of,
        digest=digest,
        issued_at=issued_at,
        requested_by=request.caller.subject,
        content=content,
        token=sign(content, await _signing_key(session)),
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
    )
    session.add(certificate)
    after = {"code": certificate.code, "as_of": certificate.as_of, "digest": digest}
    await record(
        session, request.caller, action="certificate.issued", object_type="certificate", object_id=number, after=after
    )
    await session.flush()
    return certificate


def verification_url(origin: str, number: str) -> str:
    """Where the QR code leads."""
    return f"{origin.rstrip('/')}{PATH}/{number}/verification"


async def _parts(session: AsyncSession, code: str, day: date, today: date) -> dict[str, str]:
    """The fingerprint of each part of the record at the end of `day`: only facts count, no labels and no wording."""
    state = await enterprises.find_on(session, code, day)
    facts = {name: str(getattr(state, name)) for name in ("code", "established_on", "registered_on", *FACT_LABELS)}
    names = await enterprises.names_on(session, code, day)
    parts = {"registration": facts, "names": [name.model_dump(mode="json") for name in names]}
    complaints = await queries.complaint_numbers(session, code, day)
    found = parts | ({"complaint": complaints} if complaints else {})
    items = await queries.fingerprints(session, code, day, today)
    return items | {part: rules.fingerprint(value) for part, value in found.items()}


def sign(content: dict[str, Any], key: CertificateKey) -> str:
    """The signed form of a certificate: a compact JWS (RFC 7515)."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TOKEN_TYPE}
    payload = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    private = ECKey.import_key(json.loads(key.private))
    return jws.serialize_compact(header, payload, private, algorithms=[ALGORITHM])


async def _signing_key(session: AsyncSession) -> CertificateKey:
    """The newest key; the first one is made when the first certificate is issued, by one process only."""
    known = await queries.keys(session)
    if not known:
        await session.execute(select(func.pg_advisory_xact_lock(KEY_LOCK)))
        known = await queries.keys(session)
    return known[0] if known else await new_key(session)


async def new_key(session: AsyncSession) -> CertificateKey:
    """A fresh key, which signs from now on. Earlier ones go on verifying."""
    made = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": ALGORITHM})
    kid = made.thumbprint()
    public = {**made.as_dict(private=False), "kid": kid}
    key = CertificateKey(kid=kid, public=public, private=json.dumps(made.as_dict(private=True)))
    session.add(key)
    await record(session, SYSTEM, action="certificate_key.made", object_type="certificate_key", object_id=kid)
    await session.flush()
    return key


async def keys_out(session: AsyncSession) -> CertificateKeysOut:
    """The public keys; whether the record has changed since is only known here."""
    return CertificateKeysOut(keys=[dict(key.public) for key in await queries.keys(session)])


async def find(session: AsyncSession, number: str, *large: InstrumentedAttribute[Any]) -> Certificate:
    """A certificate by its number, with those of its `large` columns; 404 when there is none."""
    found = await queries.by_number(session, number.strip().upper(), *large)
    if found is None:
        raise CertificateUnknown
    return found


async def readable(session: AsyncSession, number: str, today: date, *large: InstrumentedAttribute[Any]) -> Certificate:
    """A certificate to read or print; 410 once anything in it has left publication: it can only be verified then."""
    found = await find(session, number, *large)
    said: dict[str, Any] = dict(found.content["record"])  # type: ignore[call-overload]
    ids = [uuid.UUID(item["id"]) for kind in said["kinds"] for item in kind["items"]]
    complaints = {complaint["number"] for complaint in said["complaints"]}
    if not await records.are_public(session, ids, today):
        raise CertificateWithdrawn
    if complaints and not complaints <= set(await queries.complaint_numbers(session, found.code, today)):
        raise CertificateWithdrawn
    return found


async def verify_number(
    session: AsyncSession, number: str, now: datetime, *, english: bool
) -> CertificateVerificationOut:
    """Whether the certificate with this number was issued, and whether the record still says what it says."""
    known = await queries.by_number(session, number.strip().upper())
    return await _told(session, known, None if known else Finding.UNKNOWN, now, english=english)


async def verify(
    session: AsyncSession, body: CertificateVerificationIn, now: datetime, *, english: bool
) -> CertificateVerificationOut:
    """Whether a presented certificate is genuine: by its signed form, or by its number and the digest of its PDF."""
    if body.certificate is not None:
        fault, known = await _examine(session, body.certificate)
        return await _told(session, known, fault, now, english=english)
    known = await queries.by_number(session, (body.number or "").strip().upper())
    fault = Finding.UNKNOWN if known is None else None
    if known is not None and body.pdf_sha256 is not None and body.pdf_sha256.lower() != known.pdf_sha256:
        fault = Finding.ALTERED
    return await _told(session, known, fault, now, english=english)


async def _examine(session: AsyncSession, token: str) -> tuple[Finding | None, Certificate | None]:
    try:
        header = jws.extract_compact(token.strip().encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        return Finding.UNREADABLE, None
    if header.get("typ") != TOKEN_TYPE or header.get("alg") != ALGORITHM:
        return Finding.UNREADABLE, None
    name = str(header.get("kid"))
    key = await session.get(CertificateKey, name) if name.isprintable() else None
    if key is None:
        return Finding.ALTERED, None
    try:
        public: dict[str, Any] = dict(key.public)
        opened = jws.deserialize_compact(token.strip(), ECKey.import_key(public), algorithms=[ALGORITHM])
        content: dict[str, Any] = json.loads(opened.payload)
    except (JoseError, ValueError, RecursionError):
        return Finding.ALTERED, None
    known = await queries.by_number(session, str(content.get("number")))
    return (None if known is not None and known.content == content else Finding.UNKNOWN), known


async def _told(
    session: AsyncSession, known: Certificate | None, fault: Finding | None, now: datetime, *, english: bool
) -> CertificateVerificationOut:
    changed: list[str] = []
    if fault is None and known is not None:
        today = statutory_date(now)
        parts = dict(known.content["parts"])  # type: ignore[call-overload]
        changed = rules.differing(parts, await _parts(session, known.code, today, today))
    finding = fault or (Finding.CHANGED_SINCE if changed else Finding.VALID)
    shown = known if fault is None else None
    return CertificateVerificationOut(
        genuine=fault is None,
        finding=finding,
        finding_label=FINDING_LABELS[finding][english],
        number=shown.number if shown else None,
        code=shown.code if shown else None,
        name=name_of(shown) if shown else None,
        as_of=shown.as_of if shown else None,
        issued_at=shown.issued_at if shown else None,
        digest=shown.digest if shown else None,
        pdf_sha256=shown.pdf_sha256 if shown else None,
        changed_parts=changed,
        checked_at=now,
    )


def name_of(certificate: Certificate) -> str:
    """The name which the enterprise bore, as the certificate says."""
    content: dict[str, Any] = dict(certificate.content)
    return str(content["record"]["enterprise"]["name"])


def certificate_out(row: Certificate, origin: str) -> CertificateOut:
    """A certificate over HTTP."""
    return CertificateOut(
        number=row.number,
        code=row.code,
        name=name_of(row),
        as_of=row.as_of,
        issued_at=row.issued_at,
        digest=row.digest,
        record=RecordOut.model_validate(row.content["record"]),
        certificate=row.token,
        pdf_url=f"/v1/certificates/{row.number}/pdf",
        pdf_sha256=row.pdf_sha256,
        verification_url=verification_url(origin, row.number),
    )
