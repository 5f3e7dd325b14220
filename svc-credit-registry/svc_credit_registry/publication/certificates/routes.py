"""Certificates of the record: whoever is logged in may ask for one, everybody may verify it."""

from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from shared.address import public_path
from shared.auth import Public
from shared.clock import STATUTORY_ZONE, NowDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, cached, not_modified
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller
from svc_credit_registry.publication.certificates import queries, service
from svc_credit_registry.publication.certificates.models import Certificate
from svc_credit_registry.publication.certificates.schemas import (
    CertificateIn,
    CertificateKeysOut,
    CertificateOut,
    CertificateSummary,
    CertificateVerificationIn,
    CertificateVerificationOut,
)
from svc_credit_registry.record.enterprises.routes import Code
from svc_credit_registry.record.enterprises.rules import read_day, valid_code
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.record.records.rules import KINDS
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.settings import Settings

router = Router(tags=["certificates"])
pages = Environment(loader=PackageLoader("svc_credit_registry.publication.certificates"), autoescape=True)

Number = Annotated[str, Path(max_length=60, description="The number on the certificate, with its tail")]
PART_LABELS = {
    "registration": ("基本信息", "Basic data"),
    "names": ("名称", "Names"),
    "complaint": ("投诉", "Complaints"),
}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language",
}


@router.post(
    "/v1/enterprises/{code}/certificates",
    operation_id="issue_certificate",
    summary="Certify the record of an enterprise as of a day",
    status_code=201,
    responses={200: {"model": CertificateOut, "description": "Just this was certified before: the same certificate"}},
)
async def issue_certificate(
    reply: ReplyDep, runtime: RuntimeDep, now: NowDep, caller: AnyCaller, code: Code, body: CertificateIn
) -> CertificateOut:
    """Numbered, signed (JWS) and as PDF with a QR code. The same record as of the same day has one certificate.

    404 `enterprise_unknown`, 404 `record_not_begun`, 422 `day_ahead`; 429 `certificate_quota` with Retry-After when the
    caller has had its share of new ones within 24 hours, or has another one made at this moment.
    """
    reading = Reading(valid_code(code), read_day(body.as_of, reply.today), reply.today, english=False)
    settings = runtime.settings
    assert isinstance(settings, Settings)
    origin = settings.issuer
    asked = service.Request(caller, reading, origin, now, settings.certificates_per_day)
    made, is_new = await service.issue(reply.session, asked)
    reply.response.status_code = 201 if is_new else 200
    reply.created(f"/v1/certificates/{made.number}")
    return service.certificate_out(made, origin)


@router.get("/v1/certificates/keys", operation_id="list_certificate_keys", dependencies=[Public])
async def list_certificate_keys(reply: ReplyDep) -> CertificateKeysOut:
    """The public keys with which anyone verifies the signed form offline (RFC 7517)."""
    reply.response.headers.update(cached("certificate-keys", brief=True))
    return await service.keys_out(reply.session)


@router.get("/v1/certificates/{number}", operation_id="get_certificate", summary="A certificate", dependencies=[Public])
async def get_certificate(reply: ReplyDep, runtime: RuntimeDep, number: Number) -> CertificateOut:
    """What it says and its signed form, for whoever holds the number. 410 once a part of it has left publication."""
    reply.response.headers["Cache-Control"] = "no-store"
    found = await service.readable(reply.session, number, reply.today, Certificate.token)
    return service.certificate_out(found, runtime.settings.issuer)


@router.get(
    "/v1/certificates/{number}/pdf",
    operation_id="get_certificate_pdf",
    summary="A certificate as PDF",
    dependencies=[Public],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The PDF, always the same bytes"}},
)
async def get_certificate_pdf(reply: ReplyDep, number: Number) -> Response:
    """The file whose SHA-256 the verification names. 410 once a part of it has left publication."""
    found = await service.readable(reply.session, number, reply.today, Certificate.pdf)
    headers = {
        "ETag": f'"{found.pdf_sha256[:32]}"',
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{found.number}.pdf"',
    }
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(found.pdf, media_type="application/pdf", headers=headers)


@router.get(
    "/v1/certificates/{number}/verification",
    operation_id="verify_certificate_by_number",
    summary="Where the QR code leads: is the certificate genuine, and has the record changed since",
    dependencies=[Public],
    response_model=CertificateVerificationOut,
    responses={200: {"content": {"text/html": {}}, "description": "JSON, or a page for browsers"}},
)
async def verify_certificate_by_number(
    reply: ReplyDep, now: NowDep, number: Number
) -> CertificateVerificationOut | Response:
    """Compare the digest on the paper with the one here. Browsers get a page, others JSON."""
    english = reply.english
    found = await service.verify_number(reply.session, number, now, english=english)
    if "text/html" not in reply.request.headers.get("accept", ""):
        reply.response.headers.update({name: PAGE_HEADERS[name] for name in ("Cache-Control", "Vary")})
        return found
    return HTMLResponse(_page(reply.request, found, english=english), headers=PAGE_HEADERS)


def _page(request: Request, found: CertificateVerificationOut, *, english: bool) -> str:
    kinds = {kind.value: (rule.zh, rule.en) for kind, rule in KINDS.items()}
    labels = kinds | PART_LABELS
    issued = found.issued_at.astimezone(STATUTORY_ZONE) if found.issued_at else None
    return pages.get_template("verification.html").render(
        found=found,
        english=english,
        issued=f"{issued:%Y-%m-%d %H:%M:%S}" if issued else "",
        checked=f"{found.checked_at.astimezone(STATUTORY_ZONE):%Y-%m-%d %H:%M:%S}",
        changed=[labels[part][english] for part in found.changed_parts],
        record_url=public_path(request, f"/v1/enterprises/{found.code}/record"),
    )


@router.post(
    "/v1/certificate-verifications",
    operation_id="verify_certificate",
    summary="Verify a certificate that someone presented",
    dependencies=[Public],
    openapi_extra=IDEMPOTENCY_NONE,
)
async def verify_certificate(
    reply: ReplyDep, body: CertificateVerificationIn, now: NowDep
) -> CertificateVerificationOut:
    """By its signed form, or by its number and the SHA-256 of the PDF: genuine, altered, unknown, or changed since."""
    return await service.verify(reply.session, body, now, english=reply.english)


@router.get("/v1/me/certificates", operation_id="list_own_certificates", summary="Certificates the caller asked for")
async def list_own_certificates(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[CertificateSummary]:
    """The newest first."""
    keys = (Certificate.issued_at.desc(), Certificate.number.desc())
    statement = queries.requested_by(caller.subject)
    found = await reply.page_of(statement, keys, paging)
    return found.page([CertificateSummary.model_validate(row) for row in found.rows])
