"""A steady load: so many requests a second whatever the answers take, over connections kept as a browser keeps them."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 20.0


@dataclass
class Outcome:
    """What became of the requests: seconds of the good ones, reasons of the others, by what was said instead."""

    seconds: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        return len(self.seconds) + self.failed.total()

    def quantile(self, share: float) -> float:
        """The time within which that share was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


class Kept:
    """One connection that is kept from request to request, and made anew when the server closed it politely."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> int:
        """The status of the answer. Raises OSError, IncompleteReadError."""
        if self.writer is None or self.reader is None or self.reader.at_eof():
            self.close()
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        try:
            self.writer.write(request)
            head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
            await self._body(head)
        except BaseException:
            self.close()
            raise
        if b"\r\nconnection: close" in head:
            self.close()
        return int(head[9:12])

    async def _body(self, head: bytes) -> None:
        assert self.reader is not None
        if b"\r\ncontent-length:" in head:
            await self.reader.readexactly(int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]))
        elif b"\r\ntransfer-encoding:" in head:
            while size := int(await self.reader.readline(), 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readline()

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def request(url: str, headers: dict[str, str], method: str = "GET", body: bytes = b"") -> tuple[str, int, bytes]:
    """Host, port and bytes of a request."""
    parts = urlsplit(url)
    fields = {"Host": parts.netloc, **headers} | ({"Content-Length": str(len(body))} if body else {})
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return parts.hostname or "", parts.port or 80, "\r\n".join(lines).encode() + body


class Steady:
    """`rate` requests a second, in turn from `requests`, all to one server, until `stop` is set."""

    def __init__(self, requests: list[tuple[str, int, bytes]], *, rate: float) -> None:
        self.requests, self.rate = requests, rate
        self.outcome = Outcome()
        self.stop = asyncio.Event()
        self._idle: list[Kept] = []

    async def run(self, seconds: float | None = None) -> Outcome:
        """Sends until `stop` or for so many seconds; returns when all is answered."""
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        tasks: set[asyncio.Task[None]] = set()
        while not self.stop.is_set() and (seconds is None or loop.time() - began < seconds):
            task = asyncio.create_task(self._one(self.requests[count % len(self.requests)]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            count += 1
            await asyncio.sleep(max(began + count / self.rate - loop.time(), 0))
        await asyncio.gather(*tasks)
        for kept in self._idle:
            kept.close()
        return self.outcome

    async def _one(self, asked: tuple[str, int, bytes]) -> None:
        host, port, data = asked
        kept = self._idle.pop() if self._idle else Kept(host, port)
        began = asyncio.get_running_loop().time()
        try:
            status = await asyncio.wait_for(kept.ask(data), TIMEOUT_SECONDS)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as exc:
            self.outcome.failed[type(exc).__name__] += 1
            return
        self._idle.append(kept)
        if status < 400:
            self.outcome.seconds.append(asyncio.get_running_loop().time() - began)
        else:
            self.outcome.failed[str(status)] += 1


async def trickle(host: str, port: int, sockets: int, stop: asyncio.Event) -> None:
    """So many clients which send their header a byte at a time and come again when they are thrown out."""
    await asyncio.gather(*(_trickle(host, port, stop, number) for number in range(sockets)))


async def _trickle(host: str, port: int, stop: asyncio.Event, number: int) -> None:
    await asyncio.sleep(number / 1000)
    while not stop.is_set():
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            thrown_out = asyncio.ensure_future(reader.read())
            for byte in b"GET /api/services/v1/x HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 1000:
                if stop.is_set() or thrown_out.done():
                    break
                writer.write(bytes([byte]))
                await asyncio.sleep(0.5)
            thrown_out.cancel()
            writer.close()
