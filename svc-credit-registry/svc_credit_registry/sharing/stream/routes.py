"""The change stream over HTTP."""

import contextlib
import weakref
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.auth import Caller, MaybeCaller
from shared.db import SessionDep
from shared.errors import Forbidden, Unauthenticated
from shared.http import Router
from svc_credit_registry.sharing.exchange.rules import Asked, Exchanged, ExchangeKind, digest
from svc_credit_registry.sharing.exchange.service import ENTRY_HEADER, AskedDep, log
from svc_credit_registry.sharing.stream import service
from svc_credit_registry.sharing.stream.rules import AT_ONCE
from svc_credit_registry.sharing.stream.schemas import StreamLine, StreamState
from svc_credit_registry.sharing.stream.service import Hub, Piece

router = Router(tags=["stream"])
MEDIA_TYPE = "application/x-ndjson"
FOLLOW = "credit-registry:stream:follow"
POSITION_HEADER = "X-Stream-Position"
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": StreamLine.model_json_schema()}}, "description": "One change a line"}
}


def get_hub(request: Request) -> Hub:
    """The followers of this process."""
    state = request.app.state
    if not hasattr(state, "stream_hub"):
        state.stream_hub = Hub(state.runtime)
    hub: Hub = state.stream_hub
    return hub


HubDep = Annotated[Hub, Depends(get_hub)]


@router.get(
    "/v1/stream",
    operation_id="read_stream",
    summary="Changes of the public record behind a position",
    response_class=Response,
    responses=RESPONSES,
)
async def read_stream(  # noqa: PLR0913 - who asks, for what, and how
    caller: MaybeCaller,
    asked: AskedDep,
    session: SessionDep,
    hub: HubDep,
    after: Annotated[int, Query(ge=0, le=2**62, description="The last position you have; 0 from the start")] = 0,
    limit: Annotated[int, Query(ge=1, le=AT_ONCE, description="Changes read at once")] = 200,
    follow: Annotated[bool, Query(description="Stay connected; needs credit-registry:stream:follow")] = False,
) -> Response:
    """Each line tells a change with its position and the resource as it is now. Read on from your last position.

    With `follow` the connection stays for up to 15 minutes; a line of type heartbeat comes every ten seconds in which
    nothing changes. 410 `position_forgotten` names the snapshot to start from.
    """
    await service.check(session, after)
    if follow:
        return _followed(hub, _follower(caller), asked, (after, limit))
    piece = await service.read(session, after, limit)
    headers = {POSITION_HEADER: str(piece.position)}
    if caller is not None:
        headers[ENTRY_HEADER] = str(await log(session, caller, asked, _exchanged(piece)))
    return Response(piece.content, media_type=MEDIA_TYPE, headers=headers)


@router.get("/v1/stream/state", operation_id="get_stream_state", summary="How far the change stream is")
async def get_stream_state(caller: MaybeCaller, session: SessionDep, hub: HubDep) -> StreamState:
    """The last position, and how old the oldest change without one is."""
    return await service.state(session, hub.followers.total())


def _follower(caller: Caller | None) -> Caller:
    if caller is None:
        raise Unauthenticated("Following needs an access token; bounded reads do not.")
    if not caller.has(FOLLOW):
        raise Forbidden(f"This needs the permission {FOLLOW}.", permission=FOLLOW)
    return caller


def _followed(hub: Hub, caller: Caller, asked: Asked, start: tuple[int, int]) -> Response:
    place = contextlib.ExitStack()
    place.enter_context(hub.place(caller.client_id or caller.subject))
    return Followed(_sent(hub, caller, asked, start), place)


class Followed(StreamingResponse):
    """An answer that holds a place among the followers until it ends, however it does."""

    def __init__(self, content: AsyncIterator[bytes], place: contextlib.ExitStack) -> None:
        super().__init__(content, media_type=MEDIA_TYPE)
        self.place = place
        weakref.finalize(self, place.close)  # also when it is never sent, as the transaction has failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.place:
            await super().__call__(scope, receive, send)


async def _sent(hub: Hub, caller: Caller, asked: Asked, start: tuple[int, int]) -> AsyncIterator[bytes]:
    """The pieces, each in the log of the exchange before it is sent; ends when the caller's log-in does."""
    after, limit = start
    async for piece in service.follow(hub, after, limit):
        if hub.runtime.revocations.refuses(caller):
            return
        if piece.position > after:
            async with hub.runtime.sessions() as session, session.begin():
                await log(session, caller, asked, _exchanged(piece))
            after = piece.position
        yield piece.content


def _exchanged(piece: Piece) -> Exchanged:
    return Exchanged(ExchangeKind.STREAM, f"stream/{piece.position}", len(piece.lines), digest(piece.content))
