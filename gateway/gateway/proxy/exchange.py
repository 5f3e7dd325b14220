"""One request carried to a service and its answer carried back, both as they come, neither held whole."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Send

from gateway.errors import BodyTooLarge, BodyTooSlow, ServiceBroke, ServiceDown, ServiceTooSlow
from gateway.proxy.breaker import CircuitOpen
from gateway.proxy.connection import Closed, Connection, CouldNotConnect, Silent, UpstreamError
from gateway.proxy.headers import Headers
from gateway.proxy.upstream import Upstream

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
EVENT_STREAM = b"text/event-stream"
GRACE = 5.0  # seconds before the least rate of a body is asked for
LEAST_RATE = 1024  # bytes a second


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class _Left(Closed):
    """The client left while the answer was passed on."""


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
    """A request ready to be written; `head` lacks the deadline and the empty line."""

    method: str
    head: bytes
    has_body: bool
    chunked: bool
    repeatable: bool
    short: bool
    limits: Limits
    first: bytes = b""  # the first bytes of the body; all of it when `whole`
    whole: bool = True
    deadline: float = 0.0  # on the loop's clock: the header of the answer is due, whatever was tried until then
    on_head: Callable[[int, Headers], Headers] = field(default=lambda status, headers: headers)


async def exchange(
    upstream: Upstream, request: Request, receive: Receive, send: Send, begun: Connection | None = None
) -> int:
    """Carries one request; the status that the client got. On `begun` the request was sent already. Raises a
    DomainError while nothing was sent to the client, BrokenOff afterwards, ClientGone when there is no client left."""
    if request.has_body:
        await _read_first(request, receive)
    request.deadline = upstream.loop.time() + request.limits.head
    try:
        connection = await _answered(upstream, request, receive, begun)
    except UpstreamError as exc:
        if isinstance(exc, Silent | Closed):
            upstream.breaker.failed()
        raise _refusal(exc) from exc
    upstream.worked()
    try:
        return await _return(connection, request, receive, send)
    finally:
        upstream.pool.release(connection)


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


async def _answered(upstream: Upstream, request: Request, receive: Receive, begun: Connection | None) -> Connection:
    """A connection on which the answer's header has arrived. A request that was lost before any byte of an answer is
    sent once more on a fresh one, if doing it twice does no harm (RFC 9110, 9.2.2) and the budget allows it."""
    connection = begun or await upstream.connection()
    try:
        if begun is None:
            await _send(connection, request, receive)
        else:
            await connection.head()
    except BaseException as exc:
        again = isinstance(exc, Closed) and request.repeatable and request.whole and not connection.received
        _give_up(upstream, connection)
        if not again or not upstream.may_repeat():
            raise
    else:
        return connection
    connection = await upstream.connection(fresh=True)
    try:
        await _send(connection, request, receive)
    except BaseException:
        _give_up(upstream, connection)
        raise
    return connection


def _give_up(upstream: Upstream, connection: Connection) -> None:
    connection.abort()
    upstream.pool.release(connection)


async def _send(connection: Connection, request: Request, receive: Receive) -> None:
    """Writes the request, with what is left of its time, and waits for the answer's header. Of a body which is still
    to come nobody knows how long it takes, and the time begins after it: nothing is said of it then."""
    left = max(request.deadline - connection.loop.time(), 0.0)
    head = request.head + (b"x-deadline-ms: %d\r\n\r\n" % (left * 1000) if request.whole else b"\r\n")
    connection.begin(head_only=request.method == "HEAD", deadline=request.deadline)
    if not request.has_body:
        connection.write(head)
    elif request.whole:
        connection.write(head + _framed(request, request.first, last=True))
    else:
        await _stream_up(connection, head, request, receive)
        return
    await connection.head()


async def _stream_up(connection: Connection, head: bytes, request: Request, receive: Receive) -> None:
    """Passes a long body on as it comes, and stops when the service answers before it has all of it."""
    connection.deadline = 0.0
    connection.write(head + _framed(request, request.first, last=False))
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


def seconds_for_more(elapsed: float, size: int) -> float:
    """How long to wait for more of a body of which `size` bytes came in `elapsed` seconds, at the least rate."""
    return max(GRACE + size / LEAST_RATE - elapsed, 0.01)


async def _next_part(receive: Receive, elapsed: float, size: int) -> Message:
    """The next part of a body. Raises BodyTooSlow below the least rate, ClientGone."""
    try:
        async with asyncio.timeout(seconds_for_more(elapsed, size)):
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
        raise (ClientGone if isinstance(exc, _Left) else BrokenOff) from exc
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
        try:
            async with asyncio.timeout(request.limits.idle):
                await send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError as exc:  # He reads nothing at all, and holds a connection which others wait for.
            raise _Left from exc
        if timed:
            connection.deadline = connection.loop.time() + request.limits.idle


async def _client_gone(receive: Receive, connection: Connection) -> None:
    """Stops the service's work on a long answer when its reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.fail(_Left())


def _is_event_stream(headers: Headers) -> bool:
    return any(name == b"content-type" and value.startswith(EVENT_STREAM) for name, value in headers)


def _refusal(exc: UpstreamError) -> Exception:
    if isinstance(exc, CouldNotConnect | CircuitOpen):
        return ServiceDown(headers={"Retry-After": "1"})
    if isinstance(exc, Silent):
        return ServiceTooSlow()
    return ServiceBroke()
