"""Bodies in both directions pass as they come; whoever is too fast is held back."""

import asyncio

import httpx

from tests.gateway.conftest import StartGateway
from tests.gateway.support import (
    Script,
    Upstream,
    raw,
    read_answer,
    read_head,
    read_request,
    upstream,
)

API = "/api/services/v1/applications"


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


async def test_a_chunked_body_is_passed_on_chunk_by_chunk(start_gateway: StartGateway) -> None:
    parts: asyncio.Queue[bytes] = asyncio.Queue()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            place.received.append(await read_head(reader))
            while size := int(await reader.readline(), 16):
                await parts.put(await reader.readexactly(size))
                await reader.readexactly(2)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST {API} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n".encode())
        assert await asyncio.wait_for(parts.get(), 5) == b"abc"  # The second chunk is not even sent yet.
        writer.write(b"2\r\nde\r\n0\r\n\r\n")
        assert await asyncio.wait_for(parts.get(), 5) == b"de"
        assert (await read_answer(reader)).status == 200
        writer.close()
    assert service.received[0].get("x-deadline-ms") is None  # it begins when the body is there


async def test_an_upload_is_held_back_when_the_service_is_slow_and_never_kept(start_gateway: StartGateway) -> None:
    """The gateway stops reading from the client while the service reads nothing: 20 MB do not fit anywhere."""
    go = asyncio.Event()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await read_head(reader)
            await go.wait()
            body = await reader.readexactly(int(head.get("content-length") or 0))
            answer = str(len(body)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))

        return talk

    size = 20 * 1024 * 1024
    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(f"PUT {API}/1/materials/A HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        sent, block = 0, bytes(256 * 1024)
        while sent < size:
            writer.write(block)
            sent += len(block)
            try:
                await asyncio.wait_for(writer.drain(), 1.0)
            except TimeoutError:
                break
        # What the system's socket buffers take, and a little of the gateway's.
        assert sent < 15 * 1024 * 1024
        go.set()
        while sent < size:
            writer.write(block)
            sent += len(block)
            await writer.drain()
        answer = await asyncio.wait_for(read_answer(reader), 10)
        writer.close()
    assert (answer.status, answer.body) == (200, str(size).encode())


async def test_a_download_is_streamed_and_held_back_when_the_client_is_slow(start_gateway: StartGateway) -> None:
    size = 40 * 1024 * 1024
    written = 0

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal written
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            block = bytes(64 * 1024)
            while written < size:
                writer.write(block)
                written += len(block)
                await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
        writer.write(f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await read_head(reader)
        before, settled = -1, written
        while settled != before:  # until the flow stands still, nobody reading
            before = settled
            await asyncio.sleep(0.3)
            settled = written
        assert settled < size // 2
        body = await asyncio.wait_for(reader.readexactly(size), 20)
        writer.close()
    assert (head.get("content-length"), len(body)) == (str(size), size)


async def test_an_early_answer_to_an_upload_is_passed_on(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_head(reader)
            writer.write(b"HTTP/1.1 415 Unsupported Media Type\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
            await reader.read(1)

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        head = f"PUT {API}/1/materials/A HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n".encode()
        answer = await raw(port, head + bytes(100_000))
    assert answer.status == 415


async def test_events_are_passed_on_as_they_come_and_end_with_their_reader(start_gateway: StartGateway) -> None:
    gone = asyncio.Event()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
            await reader.read()
            gone.set()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url}, transfer_seconds=0.2)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await read_head(reader)
        assert await asyncio.wait_for(reader.readuntil(b"data: 1\n\n"), 5)
        writer.close()
        await asyncio.wait_for(gone.wait(), 5)
