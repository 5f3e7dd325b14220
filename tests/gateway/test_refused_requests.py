"""What the data plane does not let through."""

import httpx

from tests.gateway.conftest import StartGateway
from tests.gateway.support import (
    answering,
    raw,
    upstream,
)

API = "/api/services/v1/applications"


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


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


async def test_a_request_that_two_readers_would_read_differently_is_refused(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        head = f"POST {API} HTTP/1.1\r\nHost: x\r\n".encode()
        answers = {fields: (await raw(port, head + fields)).status for fields in SMUGGLED}
    assert {fields: status for fields, status in answers.items() if status != 400} == {}
    assert service.received == []


UNPLAIN = [
    "/v1/../internal/x",
    "/v1/%2e%2e/metrics",
    "/v1/a%2fb",
    "/v1/a%5cb",
    "/v1//x",
    "/v1/%00",
    "/v1/%252e%252e/x",
    "/v1/a%ff",
    "/v1/./x",
]
INSIDE = ["/metrics", "/livez", "/openapi.json", "/v1/internal/x", "/v1/internal", "/v2/x", ""]


async def test_a_path_that_is_not_plain_is_refused_and_what_is_inside_stays_inside(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})

        async def code_of(path: str) -> str:
            answer = await raw(port, f"GET /api/services{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            return str(answer.json()["code"])

        assert {await code_of(path) for path in UNPLAIN} == {"bad_path"}
        assert {await code_of(path) for path in INSIDE} == {"no_such_service"}
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
