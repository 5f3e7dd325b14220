"""Clients: registered by the security administrator, kept by those whom they belong to."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response, status

from shared.auth import Access, AccessRule, Caller
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import (
    IDEMPOTENCY_NONE,
    IDEMPOTENCY_OPTIONAL,
    IfMatch,
    Page,
    Paging,
    Router,
    etag,
    not_modified,
    paginate,
    set_etag,
)  # fmt: skip
from svc_sso.access import MFA, STEP_UP_SECONDS, AnyCaller, SteppedUpSecurityAdmin
from svc_sso.agencies import queries, rules, service
from svc_sso.agencies.schemas import (
    ClientCreated,
    ClientIn,
    ClientOut,
    ClientPatch,
    ClientTokenIn,
    ClientTokenOut,
    DirectoryOut,
    KeyIn,
    PermissionOut,
    SecretIn,
    SecretOut,
    entry,
    shown,
)  # fmt: skip
from svc_sso.clients.models import Client

router = Router(prefix="/v1", tags=["clients"])
Internal = Annotated[Caller, Access("internal:read")]


class KeeperRule(AccessRule):
    """Who changes a client: the client itself by its own token, or a person who has proven himself twice and lately."""

    def check(self, caller: Caller) -> None:
        """Refuses a person whose log-in is too weak or too old; a client has shown its key."""
        if caller.kind != rules.SYSTEM_KIND:
            super().check(caller)


Keeper = Annotated[Caller, Depends(KeeperRule(acr=MFA, max_age=STEP_UP_SECONDS))]

# Registering and new secrets take no Idempotency-Key: the kept answer would hold a secret.


@router.post(
    "/clients", status_code=status.HTTP_201_CREATED, response_model=ClientCreated, openapi_extra=IDEMPOTENCY_NONE
)
async def register_client(
    body: ClientIn, caller: SteppedUpSecurityAdmin, session: SessionDep, response: Response
) -> ClientCreated:
    """登记客户端: registers an agency's system or an application; a secret is shown once."""
    client, secret = await service.register(session, caller, body)
    response.headers["Location"] = f"/v1/clients/{client.id}"
    response.headers["Cache-Control"] = "no-store"
    set_etag(response, client)
    return ClientCreated(**shown(client).model_dump(), client_secret=secret)


@router.get("/clients", response_model=Page[ClientOut])
async def list_clients(
    caller: AnyCaller, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[ClientOut]:
    """客户端名册: all clients for the security administrator; the own ones for everybody else."""
    found = await paginate(
        session,
        service.visible_to(caller),
        keys=[Client.created_at.desc(), Client.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown(row) for row in found.rows])


async def get_client(client_id: str, caller: AnyCaller, session: SessionDep) -> Client:
    """The client of the path, for those who may see it. Raises NotFound."""
    return await service.seen(session, caller, client_id)


SeenClient = Annotated[Client, Depends(get_client)]


@router.get("/clients/{client_id}", response_model=ClientOut)
async def read_client(client: SeenClient, request: Request, response: Response) -> ClientOut | Response:
    """客户端: keys, quotas, contacts and last use, for its owner and the security administrator."""
    if not_modified(request, etag(client)):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag(client)})
    set_etag(response, client)
    return shown(client)


@router.patch("/clients/{client_id}", response_model=ClientOut)
async def change_client(
    client_id: str,
    body: ClientPatch,
    caller: Keeper,
    session: SessionDep,
    version: IfMatch,
    response: Response,
) -> ClientOut:
    """变更客户端: its owner changes contacts and disables it; everything else is the security administrator's."""
    client = await service.change(session, caller, client_id, body, version)
    set_etag(response, client)
    return shown(client)


@router.post(
    "/clients/{client_id}/keys",
    status_code=status.HTTP_201_CREATED,
    response_model=ClientOut,
    openapi_extra=IDEMPOTENCY_OPTIONAL,
)
async def add_client_key(
    client_id: str, body: KeyIn, caller: Keeper, session: SessionDep, response: Response
) -> ClientOut:
    """添加公钥: adds a public key beside those that are there."""
    client = await service.add_key(session, caller, client_id, body.key)
    response.headers["Location"] = f"/v1/clients/{client_id}"
    set_etag(response, client)
    return shown(client)


@router.delete("/clients/{client_id}/keys/{kid}", response_model=ClientOut)
async def remove_client_key(
    client_id: str, kid: str, caller: Keeper, session: SessionDep, response: Response
) -> ClientOut:
    """删除公钥: removes a public key at once; the last one can't be removed."""
    client = await service.remove_key(session, caller, client_id, kid)
    set_etag(response, client)
    return shown(client)


@router.post(
    "/clients/{client_id}/secret",
    status_code=status.HTTP_201_CREATED,
    response_model=SecretOut,
    openapi_extra=IDEMPOTENCY_NONE,
)
async def rotate_client_secret(
    client_id: str, body: SecretIn, caller: Keeper, session: SessionDep, now: NowDep, response: Response
) -> SecretOut:
    """更换口令: a new secret, shown once; the one before goes on for the hours asked for."""
    overlap = timedelta(hours=body.overlap_hours)
    client, secret = await service.rotate_secret(session, caller, client_id, overlap, now)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/v1/clients/{client_id}"
    return SecretOut(client_secret=secret, previous_secret_until=client.previous_secret_until)


@router.get("/client-permissions", response_model=list[PermissionOut])
async def list_client_permissions(_caller: AnyCaller) -> list[PermissionOut]:
    """可授予的权限: what an agency's system can be allowed to do."""
    return [
        PermissionOut(code=code, title=title, title_en=english) for code, (title, english) in rules.PERMISSIONS.items()
    ]


@router.post("/internal/client-tokens", response_model=ClientTokenOut, openapi_extra=IDEMPOTENCY_NONE)
async def issue_client_token(
    body: ClientTokenIn, caller: Internal, session: SessionDep, request: Request, response: Response
) -> ClientTokenOut:
    """签名调用令牌: a token of a client whose signed call the gateway has verified."""
    token, lifetime = await service.token_for_signed_call(
        session, request.app.state.issuer, caller, body.client_id, body.audience
    )
    response.headers["Cache-Control"] = "no-store"
    return ClientTokenOut(access_token=token, expires_in=lifetime)


@router.get("/internal/clients", response_model=DirectoryOut)
async def read_directory(_caller: Internal, session: SessionDep) -> DirectoryOut:
    """客户端目录: keys, quotas and standing of all clients, for the gateway."""
    return DirectoryOut(items=[entry(client) for client in await queries.of_others(session)])
