"""What a client was told of ended log-ins, for its owner and the security administrator."""

import uuid
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_OPTIONAL, Page, Paging, Router, paginate
from svc_sso.access import AnyCaller
from svc_sso.agencies.routes import SeenClient
from svc_sso.backchannel import queries, service
from svc_sso.backchannel.schemas import DeliveryOut, shown
from svc_sso.notices.models import LogoutNotice

router = Router(prefix="/v1/clients/{client_id}/logout-deliveries", tags=["clients"])


@router.get("", response_model=Page[DeliveryOut])
async def list_logout_deliveries(
    client: SeenClient,
    session: SessionDep,
    paging: Paging,
    request: Request,
    response: Response,
    state: Annotated[Literal["pending", "delivered", "failed"] | None, Query()] = None,
) -> Page[DeliveryOut]:
    """退出通知投递情况: what the client was told of ended log-ins and what waits, the newest first."""
    found = await paginate(
        session,
        queries.of_client(client.id, state),
        keys=[LogoutNotice.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown(row) for row in found.rows])


@router.post("/{delivery_id}/replay", response_model=DeliveryOut, openapi_extra=IDEMPOTENCY_OPTIONAL)
async def replay_logout_delivery(
    client: SeenClient, delivery_id: uuid.UUID, caller: AnyCaller, session: SessionDep, now: NowDep
) -> DeliveryOut:
    """重新投递: tells the client once more of one ended log-in."""
    return shown(await service.replay(session, caller, client.id, delivery_id, now))
