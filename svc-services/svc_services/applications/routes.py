"""What applicants do with their applications."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, Select

from shared.clock import NowDep, TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, not_modified, paginate, set_etag, view_etag
from shared.http.pagination import PageQuery
from shared.outbound import OutboundDep
from shared.problems import wants_english
from shared.runtime import RuntimeDep
from svc_services.access import AnyCaller, Applicant, NameHolder
from svc_services.applications import queries, service
from svc_services.applications.schemas import (
    ApplicationIn,
    ApplicationOut,
    ApplicationPatch,
    ApplicationSummary,
    MaterialOut,
    ResubmissionIn,
    WithdrawalIn,
)
from svc_services.cases import queries as case_queries
from svc_services.cases import service as cases
from svc_services.cases.models import Application
from svc_services.materials.service import Upload, handed_in
from svc_services.names import service as names

router = Router(prefix="/v1", tags=["applications"])

MaterialCode = Annotated[str, Path(max_length=60, description="Code of a material of the guide")]
Filename = Annotated[str | None, Query(max_length=200, description="The file's own name")]
StateFilter = Annotated[str | None, Query(max_length=40)]
BINARY = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("application/pdf", "image/png", "image/jpeg")
        },
    }
}


@dataclass(frozen=True)
class Reply:
    """How a case goes out: as it stands today, in the caller's language, with its version."""

    session: SessionDep
    request: Request
    response: Response
    today: TodayDep

    @property
    def english(self) -> bool:
        """Whether the caller asked for English before Chinese."""
        return wants_english(self.request)

    async def application(self, application: Application) -> ApplicationOut:
        """One case in full."""
        set_etag(self.response, application)
        return await queries.full(self.session, application, self.today, english=self.english)

    async def page_of(
        self, statement: Select[Any], keys: Sequence[ColumnElement[Any]], paging: PageQuery
    ) -> Page[ApplicationSummary]:
        """One page of cases."""
        found = await paginate(
            self.session, statement, keys=keys, paging=paging, request=self.request, response=self.response
        )
        return found.page([queries.summary_of(row, self.today, english=self.english) for row in found.rows])


ReplyDep = Annotated[Reply, Depends(Reply)]


@router.post("/applications", status_code=201)
async def start_application(
    body: ApplicationIn,
    session: SessionDep,
    outbound: OutboundDep,
    caller: Applicant,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """A draft in which everything the state knows is filled in already: the reserved name, the applicant's data."""
    application = await service.start(session, outbound, caller, body, today)
    reply.response.headers["Location"] = f"/v1/applications/{application.id}"
    return await reply.application(application)


@router.get("/applications")
async def list_applications(
    caller: Applicant,
    paging: Paging,
    reply: ReplyDep,
    state: StateFilter = None,
    matter_code: StateFilter = None,
) -> Page[ApplicationSummary]:
    """The caller's applications, newest first."""
    keys: list[ColumnElement[Any]] = [Application.created_at.desc(), Application.id.desc()]
    return await reply.page_of(case_queries.of_applicant(caller, state, matter_code), keys, paging)


@router.get("/applications/{application_id}", response_model=ApplicationOut)
async def read_application(
    application_id: uuid.UUID, session: SessionDep, caller: AnyCaller, reply: ReplyDep
) -> ApplicationOut | Response:
    """One application, for its applicant and for officers of its region and above; 404 for everyone else."""
    application = await cases.visible(session, caller, application_id)
    shown = await reply.application(application)
    # Materials, language and the day change what is shown and not the version.
    headers = {"ETag": view_etag(application, shown), "Vary": "Authorization, Accept-Language"}
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    reply.response.headers.update(headers)
    return shown


@router.patch("/applications/{application_id}")
async def edit_application(  # noqa: PLR0913 - one parameter for each thing it depends on
    application_id: uuid.UUID,
    body: ApplicationPatch,
    session: SessionDep,
    caller: Applicant,
    version: IfMatch,
    today: TodayDep,
    reply: ReplyDep,
) -> ApplicationOut:
    """Fills in the form (merge patch) of a draft, or of a case under correction. Prefilled fields are not asked for."""
    application = await service.edit(session, caller, (application_id, version), body, today)
    return await reply.application(application)


@router.put("/applications/{application_id}/materials/{code}", openapi_extra=BINARY)
async def put_material(  # noqa: PLR0913 - one parameter for each thing it depends on
    application_id: uuid.UUID,
    code: MaterialCode,
    request: Request,
    session: SessionDep,
    runtime: RuntimeDep,
    caller: Applicant,
    now: NowDep,
    reply: ReplyDep,
    filename: Filename = None,
) -> MaterialOut:
    """Hands in the file for one material of the guide: the raw body, PDF, PNG or JPEG by content, up to 20 MiB."""
    upload = Upload(request.stream(), filename, now)
    place = (application_id, code)
    application = await service.put_material(session, runtime, caller, place, upload)
    full = await reply.application(application)
    return next(m for m in full.materials if m.code == code)


@router.get("/applications/{application_id}/materials/{code}", response_class=Response)
async def read_material(
    application_id: uuid.UUID, code: MaterialCode, session: SessionDep, runtime: RuntimeDep, caller: AnyCaller
) -> Response:
    """The file which was handed in, for its applicant and for officers of the region and above."""
    application = await cases.visible(session, caller, application_id)
    material = await handed_in(session, application.id, code)
    content: AsyncIterator[bytes] = runtime.files.open(material.sha256)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(material.filename)}",
        "Content-Length": str(material.size),
        "ETag": f'"{material.sha256}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type=material.media_type, headers=headers)


@router.post("/applications/{application_id}/submission")
async def submit_application(
    application_id: uuid.UUID, session: SessionDep, caller: Applicant, today: TodayDep, reply: ReplyDep
) -> ApplicationOut:
    """Hands the draft in to the unit of its region. 422 names every fault and every missing material at once."""
    application = await service.submit(session, caller, application_id, today)
    return await reply.application(application)


@router.post("/applications/{application_id}/resubmission")
async def resubmit_application(
    application_id: uuid.UUID,
    session: SessionDep,
    caller: Applicant,
    today: TodayDep,
    reply: ReplyDep,
    body: ResubmissionIn | None = None,
) -> ApplicationOut:
    """Hands the corrections in; what was asked for must be changed, or the applicant explains why it stays."""
    application = await service.resubmit(session, caller, application_id, body or ResubmissionIn(), today)
    return await reply.application(application)


@router.post("/applications/{application_id}/withdrawal")
async def withdraw_application(
    application_id: uuid.UUID,
    session: SessionDep,
    caller: Applicant,
    today: TodayDep,
    reply: ReplyDep,
    body: WithdrawalIn | None = None,
) -> ApplicationOut:
    """Takes an application back before it is decided."""
    application = await service.withdraw(session, caller, application_id, body.reason if body else None, today)
    return await reply.application(application)


@router.delete("/name-reservations/{reservation_id}", status_code=204, tags=["names"])
async def withdraw_reservation(
    reservation_id: uuid.UUID, session: SessionDep, caller: NameHolder, today: TodayDep
) -> None:
    """Lets a reserved name go; 409 while an application rests on it."""
    in_use = await case_queries.is_reservation_in_use(session, reservation_id)
    await names.withdraw(session, caller, reservation_id, today, in_use=in_use)
