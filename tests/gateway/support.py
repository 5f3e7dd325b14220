"""Servers for the tests of the gateway: services that do just what a test tells them, and the gateway itself."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    """A request as a service received it."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str | None:
        found = self.all(name)
        return found[0] if found else None


@dataclass
class Upstream:
    """A service at a port; `script` talks on each connection. `answering` uses `status` and `extra` of the moment."""

    port: int = 0
    status: str = "200 OK"
    extra: str = ""
    connections: int = 0
    dropped: int = 0
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def upstream(script: Callable[["Upstream"], Script], port: int = 0) -> AsyncIterator[Upstream]:
    """A raw TCP server whose connections run `script(upstream)`, on a free port if none is given."""
    place = Upstream()
    talk = script(place)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> Received:
    """One request with its whole body."""
    received = await read_head(reader)
    if length := received.get("content-length"):
        received.body = await reader.readexactly(int(length))
    elif received.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            received.body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    return received


async def read_head(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
    return Received(line, [(n.lower(), v.strip()) for n, _, v in (r.partition(":") for r in rest)])


def answering(body: bytes = b"{}", extra: str = "", status: str = "200 OK") -> Callable[[Upstream], Script]:
    """A service that notes each request and answers it with `body`, on connections that stay open."""

    def script(place: Upstream) -> Script:
        place.status, place.extra = status, extra

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                place.received.append(await read_request(reader))
                head = f"HTTP/1.1 {place.status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                head += f"{place.extra}\r\n"
                writer.write(head.encode() + body)
                await writer.drain()

        return talk

    return script


@contextlib.asynccontextmanager
async def served(app: Any, http: str = "httptools", port: int = 0) -> AsyncIterator[int]:
    """An ASGI application behind a real server on a port of this machine; the port."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=http,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await task


@dataclass
class Answer:
    """What came back over a raw connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def raw(port: int, data: bytes, *, seconds: float = 10) -> Answer:
    """Sends bytes as they are and reads one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            return await read_answer(reader)
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    head = await read_head(reader)
    body = b""
    if length := head.get("content-length"):
        body = await reader.readexactly(int(length))
    return Answer(int(head.line.split()[1]), dict(head.headers), body)
