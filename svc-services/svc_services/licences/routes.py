"""Electronic licences: everyone may read and verify them."""

from fastapi import Request, Response

from shared.auth import Public
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, cached, not_modified, paginate
from shared.problems import wants_english
from svc_services.access import AnyCaller
from svc_services.licences import queries, service
from svc_services.licences.models import Licence
from svc_services.licences.schemas import KeysOut, LicenceOut, VerificationIn, VerificationOut

router = Router(prefix="/v1", tags=["licences"])


@router.get("/licences/keys", dependencies=[Public])
async def read_keys(session: SessionDep, response: Response) -> KeysOut:
    """The public keys with which anyone verifies a licence offline (RFC 7517)."""
    response.headers.update(cached("licence-keys"))
    return await service.keys_out(session)


@router.get(
    "/licences/{number}",
    dependencies=[Public],
    response_model=LicenceOut,
    responses={304: {"description": "Unchanged since the ETag in If-None-Match"}},
)
async def read_licence(number: str, session: SessionDep, request: Request, response: Response) -> LicenceOut | Response:
    """A licence by its number, with its signed form."""
    found = await service.licence(session, number)
    tag = f'"{found.number}-{found.state}"'
    headers = {"ETag": tag} | cached(f"licence:{found.number}")
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return service.licence_out(found)


@router.get("/me/licences")
async def list_own_licences(
    session: SessionDep, caller: AnyCaller, paging: Paging, request: Request, response: Response
) -> Page[LicenceOut]:
    """The licences of the caller's applications, newest first."""
    found = await paginate(
        session,
        queries.held_by(caller.subject),
        keys=[Licence.number.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([service.licence_out(row) for row in found.rows])


@router.post("/licence-verifications", dependencies=[Public], openapi_extra=IDEMPOTENCY_NONE)
async def verify_licence(body: VerificationIn, session: SessionDep, request: Request) -> VerificationOut:
    """Whether a presented licence is genuine and in force, and if not, why: altered, never issued, revoked."""
    return await service.verify(session, body.licence, english=wants_english(request))
