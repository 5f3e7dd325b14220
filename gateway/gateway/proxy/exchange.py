"""One request carried to a service and its answer carried back, both as they come, neither held whole."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Send

from gateway.errors import BodyTooLarge, BodyTooSlow, ServiceBroke, ServiceDown, ServiceTooSlow
from gateway.proxy.connection import Closed, Connection, CouldNotConnect, Silent, UpstreamError
from gateway.proxy.headers import Headers
from gateway.proxy.pool import Pool

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
EVENT_STREAM = b"text/event-stream"
GRACE = 5.0  # seconds before the least rate of a body is asked for
LEAST_RATE = 1024  # bytes a second


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class BrokenOff(Exception):
    """The answer had begun when the service died: the client must see a broken connection, not a short answer."""


@dataclass(slots=True)
class Limits:
    """Deadlines in seconds, sizes in bytes."""

    head: float
    idle: float
    body: int


@dataclass(slots=True)
class Request:
    """A request ready to be written."""

    method: str
    head: bytes
    has_body: bool
    chunked: bool
    repeatable: bool
    short: bool
    limits: Limits
    first: bytes = b""  # the first bytes of the body; all of it when `whole`
    whole: bool = True
    on_head: Callable[[int, Headers], Headers] = field(default=lambda status, headers: headers)


async def exchange(pool: Pool, request: Request, receive: Receive, send: Send) -> int:
    """Carries one request; the status that the client got. Raises a DomainError while nothing was sent to the client,
    BrokenOff afterwards, ClientGone when there is no client left."""
    if request.has_body:
        await _read_first(request, receive)
    try:
        connection = await _answered(pool, request, receive)
    except UpstreamError as exc:
        raise _refusal(pool, exc) from exc
    try:
        return await _return(connection, request, receive, send)
    finally:
        pool.release(connection)


async def _read_first(request: Request, receive: Receive) -> None:
    """Reads the start of a body: all of a short one, so that it can be sent twice, and what is there of others."""
    try:
        async with asyncio.timeout(request.limits.head):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                request.first += message.get("body", b"")
                request.whole = not message.get("more_body", False)
                if request.whole or not request.short or len(request.first) > request.limits.body:
                    break
    except TimeoutError as exc:
        raise BodyTooSlow from exc
    if len(request.first) > request.limits.body:
        raise BodyTooLarge(f"At most {request.limits.body} bytes are taken here.")


async def _answered(pool: Pool, request: Request, receive: Receive) -> Connection:
    """A connection on which the answer's header has arrived. A request that a kept connection lost before any byte of
    an answer is sent once more on a fresh one, if doing it twice does no harm (RFC 9110, 9.2.2)."""
    connection = await pool.acquire()
    reused = connection.used
    try:
        await _send(connection, request, receive)
    except Closed:
        again = reused and request.repeatable and request.whole and not connection.received
        pool.release(connection)
        if not again:
            raise
    except BaseException:
        connection.abort()
        pool.release(connection)
        raise
    else:
        return connection
    connection = await pool.acquire(fresh=True)
    try:
        await _send(connection, request, receive)
    except BaseException:
        connection.abort()
        pool.release(connection)
        raise
    return connection


async def _send(connection: Connection, request: Request, receive: Receive) -> None:
    """Writes the request and waits for the answer's header."""
    deadline = connection.loop.time() + request.limits.head
    connection.begin(head_only=request.method == "HEAD", deadline=deadline)
    if not request.has_body:
        connection.write(request.head)
    elif request.whole:
        connection.write(request.head + _framed(request, request.first, last=True))
    else:
        await _stream_up(connection, request, receive)
        return
    await connection.head()


async def _stream_up(connection: Connection, request: Request, receive: Receive) -> None:
    """Passes a long body on as it comes, and stops when the service answers before it has all of it."""
    connection.deadline = 0.0
    connection.write(request.head + _framed(request, request.first, last=False))
    upload = asyncio.ensure_future(_upload(connection, request, receive))
    answer = asyncio.ensure_future(connection.head())
    try:
        await asyncio.wait({upload, answer}, return_when=asyncio.FIRST_COMPLETED)
        if upload.done():
            upload.result()
            connection.deadline = connection.loop.time() + request.limits.head
            await answer
        else:
            answer.result()
            connection.keep_alive = False  # The rest of the body would be read as the next request.
    finally:
        for task in (upload, answer):
            task.cancel()
        with contextlib.suppress(Exception):
            await asyncio.gather(upload, answer, return_exceptions=True)


async def _upload(connection: Connection, request: Request, receive: Receive) -> None:
    began, size, more = connection.loop.time(), len(request.first), True
    while more:
        connection.deadline = connection.loop.time() + request.limits.idle
        await connection.drained()
        connection.deadline = 0.0  # While the client sends slowly the service is not late.
        message = await _next_part(receive, connection.loop.time() - began, size)
        data: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(data)
        if size > request.limits.body:
            raise BodyTooLarge(f"At most {request.limits.body} bytes are taken here.")
        if data or not more:
            connection.write(_framed(request, data, last=not more))


async def _next_part(receive: Receive, elapsed: float, size: int) -> Message:
    """The next part of a body. Raises BodyTooSlow below the least rate, ClientGone."""
    allowed = max(GRACE + size / LEAST_RATE - elapsed, 0.01)
    try:
        async with asyncio.timeout(allowed):
            message = await receive()
    except TimeoutError as exc:
        raise BodyTooSlow from exc
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


def _framed(request: Request, data: bytes, *, last: bool) -> bytes:
    if not request.chunked:
        return data
    part = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
    return part + b"0\r\n\r\n" if last else part


async def _return(connection: Connection, request: Request, receive: Receive, send: Send) -> int:
    status = connection.status
    headers = request.on_head(status, connection.headers)
    connection.deadline = 0.0 if _is_event_stream(headers) else connection.loop.time() + request.limits.idle
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if connection.complete:
        data, _ = await connection.chunk()
        await send({"type": "http.response.body", "body": data})
        return status
    gone = asyncio.ensure_future(_client_gone(receive, connection))
    try:
        await _stream_down(connection, request, send)
    except UpstreamError as exc:
        raise BrokenOff from exc
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
    return status


async def _stream_down(connection: Connection, request: Request, send: Send) -> None:
    more = True
    timed = connection.deadline > 0
    while more:
        data, more = await connection.chunk()
        connection.deadline = 0.0  # While the client reads slowly the service is not late.
        await send({"type": "http.response.body", "body": data, "more_body": more})
        if timed:
            connection.deadline = connection.loop.time() + request.limits.idle


async def _client_gone(receive: Receive, connection: Connection) -> None:
    """Stops the service's work on a long answer when its reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.fail(Closed("the client left"))


def _is_event_stream(headers: Headers) -> bool:
    return any(name == b"content-type" and value.startswith(EVENT_STREAM) for name, value in headers)


def _refusal(pool: Pool, exc: UpstreamError) -> Exception:
    if isinstance(exc, CouldNotConnect):
        return ServiceDown(headers={"Retry-After": "1"})
    if isinstance(exc, Silent):
        return ServiceTooSlow()
    return ServiceBroke()
