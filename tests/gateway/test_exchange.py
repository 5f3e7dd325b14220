"""The data plane against services that behave, and services that do not."""

import asyncio
import time

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import (
    Script,
    Upstream,
    answering,
    raw,
    read_answer,
    read_head,
    read_request,
    upstream,
)

API = "/api/services/v1/applications"


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


async def test_a_call_reaches_the_service_under_its_own_path(start_gateway: StartGateway) -> None:
    async with upstream(answering(b'{"ok":true}')) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answer = await client.get(f"{API}/7?explain=true")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert service.received[0].line == "GET /v1/applications/7?explain=true HTTP/1.1"
    assert service.received[0].get("host") == f"127.0.0.1:{service.port}"


async def test_connections_to_the_service_are_kept(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            for _ in range(20):
                assert (await client.get(API)).status_code == 200
    assert (service.connections, len(service.received)) == (1, 20)


async def test_a_caller_can_not_claim_an_identity_or_an_origin(start_gateway: StartGateway) -> None:
    lies = {
        "X-User-Id": "admin",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=1.2.3.4",
        "X-Real-IP": "1.2.3.4",
        "X-Request-Id": "chosen-by-caller",
        "X_User_Id": "admin",
        "Cookie": "sso=secret; other=1",
        "Connection": "x-hop, close",
        "X-Hop": "of one hop",
        "TE": "trailers",
        "X-Original-URL": "/v1/internal",
        "Authorization": "Bearer abc",
    }
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            await client.get(API, headers=lies)
    got = service.received[0]
    assert got.all("x-forwarded-for") == ["127.0.0.1"]
    assert got.all("x-forwarded-host") == ["localhost:8000"]
    assert got.all("x-forwarded-proto") == ["http"]
    assert got.get("authorization") == "Bearer abc"
    assert len(got.all("x-request-id")) == 1
    assert got.get("x-request-id") != "chosen-by-caller"
    gone = ("x-user-id", "x_user_id", "forwarded", "x-real-ip", "cookie", "x-hop", "te", "connection", "x-original-url")
    assert [name for name in gone if got.get(name) is not None] == []


async def test_a_valid_trace_is_continued_and_another_is_replaced(start_gateway: StartGateway) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            await client.get(API, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "tracestate": "a=1"})
            await client.get(API, headers={"traceparent": "00-zz-00f067aa0ba902b7-01", "tracestate": "a=1"})
    first, second = service.received
    assert str(first.get("traceparent")).split("-")[1] == trace
    assert str(first.get("traceparent")).split("-")[2] != "00f067aa0ba902b7"
    assert first.get("tracestate") == "a=1"
    assert len(str(second.get("traceparent"))) == 55
    assert second.get("tracestate") is None


async def test_an_answer_comes_without_its_hop_fields_and_with_the_ids(start_gateway: StartGateway) -> None:
    extra = 'Connection: keep-alive\r\nServer: inner\r\nSet-Cookie: a=b\r\nETag: "1"\r\nX-Request-Id: inner\r\n'
    async with upstream(answering(extra=extra)) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answer = await client.get(API)
    assert answer.headers["etag"] == '"1"'
    assert answer.headers.get_list("x-request-id") == [service.received[0].get("x-request-id")]
    assert "set-cookie" not in answer.headers
    assert "inner" not in answer.headers.get("server", "")
    assert len(answer.headers.get_list("date")) == 1


async def test_who_refused_is_told(start_gateway: StartGateway) -> None:
    async with upstream(answering(b'{"code":"gone"}', status="410 Gone")) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            by_service = await client.get(API)
            by_gateway = await client.get("/api/nowhere/v1/x")
    assert by_service.headers["x-error-source"] == "service"
    assert by_gateway.headers["x-error-source"] == "gateway"
    assert by_gateway.headers["content-type"] == "application/problem+json"
    problem = by_gateway.json()
    assert (problem["status"], problem["code"], problem["instance"]) == (404, "no_such_service", "/api/nowhere/v1/x")
    assert len(problem["trace_id"]) == 32


@pytest.mark.parametrize(
    ("method", "body"), [("POST", b'{"a":1}'), ("PATCH", b"x" * 70_000), ("PUT", b""), ("DELETE", b"")]
)
async def test_bodies_arrive_whole(start_gateway: StartGateway, method: str, body: bytes) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answer = await client.request(method, API, content=body)
    assert answer.status_code == 200
    assert service.received[0].body == body


async def test_a_chunked_body_is_passed_on_chunk_by_chunk(start_gateway: StartGateway) -> None:
    parts: asyncio.Queue[bytes] = asyncio.Queue()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_head(reader)
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


async def test_a_body_over_the_limit_is_refused_stated_or_not(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        stated = await raw(port, f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n".encode())
        chunk = b"%x\r\n%b\r\n" % (512 * 1024, bytes(512 * 1024))
        head = f"POST {API} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        unstated = await raw(port, head + chunk * 3 + b"0\r\n\r\n")
        as_upload = await raw(
            port,
            f"PUT {API}/1/materials/A HTTP/1.1\r\nHost: x\r\nContent-Length: {21 * 1024 * 1024}\r\n\r\n".encode(),
        )
    assert [a.status for a in (stated, unstated, as_upload)] == [413, 413, 413]
    assert stated.json()["code"] == "body_too_large"
    assert [r for r in service.received if r.line.startswith("PUT")] == []


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


SMUGGLED = [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"Content-Length: 5, 5\r\n\r\nabcde",
    b"Content-Length: +5\r\n\r\nabcde",
    b"Content-Length: 0x5\r\n\r\nabcde",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\nabcde\r\n0\r\n\r\n",
    b"X: a\rContent-Length: 5\r\n\r\nabcde",
    b"Content-Length: 5\n\nabcde",
    b" Content-Length: 5\r\n\r\nabcde",
    b"Content-Length:\r\n 5\r\n\r\nabcde",
]


@pytest.mark.parametrize("fields", SMUGGLED)
async def test_a_request_that_two_readers_would_read_differently_is_refused(
    start_gateway: StartGateway, fields: bytes
) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        answer = await raw(port, f"POST {API} HTTP/1.1\r\nHost: x\r\n".encode() + fields)
    assert answer.status == 400
    assert service.received == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/services/v1/../internal/x",
        "/api/services/v1/%2e%2e/metrics",
        "/api/services/v1/a%2fb",
        "/api/services/v1/a%5cb",
        "/api/services/v1//x",
        "/api/services/v1/%00",
        "/api/services/v1/%252e%252e/x",
        "/api/services/v1/a%ff",
        "/api/services/v1/./x",
    ],
)
async def test_a_path_that_is_not_plain_is_refused(start_gateway: StartGateway, path: str) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        answer = await raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (answer.status, answer.json()["code"]) == (400, "bad_path")
    assert service.received == []


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/openapi.json", "/v1/internal/x", "/v1/internal", "/v2/x", ""])
async def test_what_is_inside_stays_inside(start_gateway: StartGateway, path: str) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        answer = await raw(port, f"GET /api/services{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (answer.status, answer.json()["code"]) == (404, "no_such_service")
    assert service.received == []


async def test_headers_have_a_limit(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        large = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\nX-Big: {'a' * 17000}\r\n\r\n".encode())
        many = "".join(f"X-{i}: 1\r\n" for i in range(120))
        too_many = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n{many}\r\n".encode())
        long = await raw(port, f"GET {API}?q={'a' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert [a.status for a in (large, too_many, long)] == [431, 431, 414]
    assert service.received == []


async def test_a_service_that_is_not_there_is_503_with_retry_after(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        url = service.url
    port = await start_gateway({"services": url})
    answer = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (answer.status, answer.json()["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_silent_service_is_504(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url}, answer_seconds=0.5)
        began = time.monotonic()
        answer = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        took = time.monotonic() - began
    assert (answer.status, answer.json()["code"]) == (504, "gateway_timeout")
    assert 0.4 < took < 3


async def test_an_answer_that_breaks_off_is_seen_as_broken(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            await writer.drain()
            writer.transport.abort()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_answer_is_502(start_gateway: StartGateway, answer: bytes) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        got = await raw(port, f"GET {API} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (got.status, got.json()["code"]) == (502, "bad_gateway")


async def test_a_second_answer_on_the_connection_reaches_nobody(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                place.received.append(await read_request(reader))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" * 2)
                await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answers = [await client.get(API) for _ in range(3)]
    assert [a.text for a in answers] == ["ok"] * 3
    assert (service.connections, len(service.received)) == (3, 3)


async def test_other_forms_of_answers_pass(start_gateway: StartGateway) -> None:
    forms = {
        "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
        "continue": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
        "unchanged": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 5\r\n\r\n',
        "until-close": b"HTTP/1.0 200 OK\r\n\r\nabcde",
    }

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                request = await read_request(reader)
                place.received.append(request)
                name = request.line.split()[1].rsplit("/", 1)[1]
                writer.write(forms[name])
                await writer.drain()
                if name == "until-close":
                    return

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            got = {name: await client.get(f"{API}/{name}") for name in forms}
            headed = await client.head(f"{API}/unchanged")
    assert {name: (a.status_code, a.content) for name, a in got.items()} == {
        "chunked": (200, b"abcde"),
        "continue": (200, b"abcde"),
        "nothing": (204, b""),
        "unchanged": (304, b""),
        "until-close": (200, b"abcde"),
    }
    assert headed.status_code == 304
    assert service.connections == 2


async def test_head_has_no_body_and_the_connection_goes_on(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                request = await read_request(reader)
                body = b"" if request.line.startswith("HEAD") else b"hello"
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)
                await writer.drain()

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            answers = [await client.request(m, API) for m in ("HEAD", "GET", "HEAD", "GET")]
    assert [a.text for a in answers] == ["", "hello", "", "hello"]
    assert answers[0].headers["content-length"] == "5"
    assert service.connections == 1


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


async def test_a_body_that_trickles_is_given_up(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url}, answer_seconds=0.5)
        head = f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode()
        answer = await raw(port, head)
    assert (answer.status, answer.json()["code"]) == (408, "body_too_slow")
    assert service.received == []
