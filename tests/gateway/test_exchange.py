"""The data plane against services that behave, and services that do not."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import (
    Script,
    Upstream,
    answering,
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
