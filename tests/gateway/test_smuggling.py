"""Bytes that two readers could take for two different things: raw sockets, one table.

Each row is sent as it stands, on one connection. It says which statuses come back, in order, and which requests reach
the service: nothing may reach it that its neighbour in front would not have seen.
"""

import asyncio

from tests.gateway.conftest import StartGateway
from tests.gateway.support import answering, read_answer, upstream

API = "/api/services/v1/applications"
GET = f"GET {API}/1 HTTP/1.1\r\nHost: x\r\n".encode()
POST = f"POST {API} HTTP/1.1\r\nHost: x\r\n".encode()
INNER = f"GET {API}/smuggled HTTP/1.1\r\nHost: x\r\n\r\n".encode()

TABLE: dict[str, tuple[bytes, list[int], list[str]]] = {
    "plain": (GET + b"\r\n", [200], ["GET 1"]),
    "two requests at once": (GET + b"\r\n" + GET + b"\r\n", [200, 200], ["GET 1", "GET 1"]),
    "an empty line before": (b"\r\n" + GET + b"\r\n", [200], ["GET 1"]),
    "length and chunks (CL.TE)": (
        POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" + INNER, [400], []),
    "chunks and length (TE.CL)": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + INNER + b"0\r\n\r\n", [400], []),
    "two codings (TE.TE)": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + INNER, [400], []),
    "a coding with a tab": (POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", [200], ["POST applications"]),
    "a coding in another case": (POST + b"Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", [200], ["POST applications"]),
    "a coding with a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + INNER, [400], []),
    "a coding that is folded": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + INNER, [400], []),
    "two different lengths": (POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + INNER, [400], []),
    "two equal lengths": (POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", [400], []),
    "a list of lengths": (POST + b"Content-Length: 0, 44\r\n\r\n" + INNER, [400], []),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n" + INNER, [400], []),
    "a length with a sign": (POST + b"Content-Length: +0\r\n\r\n" + INNER, [400], []),
    "a length beyond 64 bits": (POST + b"Content-Length: 18446744073709551616\r\n\r\n" + INNER, [400], []),
    "a folded field": (GET + b"X-A: 1\r\n Content-Length: 44\r\n\r\n" + INNER, [400], []),
    "a folded field after a tab": (GET + b"X-A: 1\r\n\tb\r\n\r\n", [400], []),
    "a space before the colon": (POST + b"Content-Length : 44\r\n\r\n" + INNER, [400], []),
    "a field without a name": (GET + b": 1\r\n\r\n", [400], []),
    "a field without a colon": (GET + b"abc\r\n\r\n", [400], []),
    "a bare line feed": (GET + b"X-A: 1\nContent-Length: 44\r\n\r\n" + INNER, [400], []),
    "line feeds only": (GET.replace(b"\r\n", b"\n") + b"\n", [400], []),
    "a bare carriage return": (GET + b"X-A: 1\rContent-Length: 44\r\n\r\n" + INNER, [400], []),
    "a zero byte in a value": (GET + b"X-A: 1\x002\r\n\r\n", [400], []),
    "a zero byte in a name": (GET + b"X\x00-A: 1\r\n\r\n", [400], []),
    "a zero byte in the address": (GET.replace(b"/1 ", b"/1\x00 ") + b"\r\n", [400], []),
    "a chunk size beyond 64 bits": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", [400], []),
    "a chunk size with a sign": (POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", [400], []),
    "a chunk size as 0x": (POST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", [400], []),
    "a chunk longer than it says": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" + INNER, [400], []),
    "a chunk ended by a line feed": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n" + INNER, [400], []),
    "a chunk extension": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n", [200], ["POST applications"]),
    "a line feed in a chunk extension": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n" + INNER, [400], []),
    "a trailer that states a length": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 44\r\n\r\n" + INNER, [400], []),
    "no host": (f"GET {API}/1 HTTP/1.1\r\n\r\n".encode(), [400], []),
    "two hosts": (GET + b"Host: y\r\n\r\n", [400], []),
    "a whole address": (
        f"GET http://evil.example{API}/1 HTTP/1.1\r\nHost: x\r\n\r\n".encode(), [200], ["GET 1"]),
    "the address of a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", [400], []),
    "a space in the address": (f"GET {API}/1 x HTTP/1.1\r\nHost: x\r\n\r\n".encode(), [400], []),
    "another version": (f"GET {API}/1 HTTP/1.2\r\nHost: x\r\n\r\n".encode(), [400], []),
    "HTTP/0.9": (f"GET {API}/1\r\n\r\n".encode(), [400], []),
    "HTTP/2 prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], []),
    "HTTP/1.0 is closed after one": (
        f"GET {API}/1 HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n".encode() + INNER, [200], ["GET 1"]),
    "HTTP/1.0 with chunks": (
        f"POST {API} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode() + INNER, [400], []),
    "an upgrade to HTTP/2": (
        GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n" + INNER,
        [200], ["GET 1"]),
    "an upgrade to WebSocket": (
        GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + INNER, [200], ["GET 1"]),
    "a method in another case": (GET.replace(b"GET", b"get") + b"\r\n", [400], []),
    "a body of a GET": (GET + b"Content-Length: 5\r\n\r\nabcde", [200], ["GET 1"]),
    "a body of a GET that looks like a request": (
        GET + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER, [200], ["GET 1"]),
    "what follows Connection: close": (GET + b"Connection: close\r\n\r\n" + INNER, [200], ["GET 1"]),
}  # fmt: skip


async def test_everyone_reads_the_same(start_gateway: StartGateway) -> None:
    got: dict[str, tuple[list[int], list[str]]] = {}
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        for name, (sent, statuses, _) in TABLE.items():
            service.received.clear()
            answers = await conversation(port, sent, len(statuses))
            lines = [r.line.split() for r in service.received]
            got[name] = answers, [f"{method} {path.rsplit('/', 1)[1]}" for method, path, _ in lines]
    assert got == {name: (statuses, reached) for name, (_, statuses, reached) in TABLE.items()}


async def conversation(port: int, sent: bytes, expected: int) -> list[int]:
    """The statuses that come back; after the last expected one, whatever else the gateway says until it is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statuses: list[int] = []
    try:
        writer.write(sent)
        while True:
            seconds = 5 if len(statuses) < expected else 0.03
            statuses.append((await asyncio.wait_for(read_answer(reader), seconds)).status)
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        return statuses
    finally:
        writer.close()


async def test_bytes_that_come_one_by_one_are_read_like_those_that_come_at_once(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in (GET + b"\r\n", GET + b"X-A: 1\r\n\r\n", GET + b"\r\n"):
            for part in request:
                writer.write(bytes([part]))
                await writer.drain()
                await asyncio.sleep(0)
            assert (await asyncio.wait_for(read_answer(reader), 5)).status == 200
        writer.close()
    assert [r.get("x-a") for r in service.received] == [None, "1", None]


async def test_an_expectation_is_met_by_the_gateway_itself(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert (await asyncio.wait_for(read_answer(reader), 5)).status == 200
        writer.close()
    assert (service.received[0].get("expect"), service.received[0].body) == (None, b"{}")


async def test_fields_behind_the_body_are_no_header(start_gateway: StartGateway) -> None:
    """What stands in a trailer has passed no one who looks at headers in front of the gateway (RFC 9110, 6.5.1)."""
    body = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    trailer = b"X-Forwarded-For: 192.0.2.9\r\nAuthorization: Bearer made-up\r\nX-A: 1\r\nIdempotency-Key: b\r\n\r\n"
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url}, trusted_proxies=["127.0.0.1"])
        sent = POST + b"X-Forwarded-For: 198.51.100.7\r\n" + body + trailer + GET + b"\r\n"
        answers = await conversation(port, sent, 2)
    assert answers == [200, 200]
    first, second = service.received
    assert (first.body, first.get("x-forwarded-for")) == (b"{}", "198.51.100.7")
    assert {"authorization", "x-a", "idempotency-key"}.isdisjoint({name for name, _ in first.headers})
    assert second.line.startswith("GET")
