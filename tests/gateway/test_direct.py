"""The short way of plain reads: a client can't tell it from the long one."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.place import API as CASES
from tests.gateway.place import Place, eventually
from tests.gateway.support import Script, Upstream, answering, read_answer, read_request, upstream

API = "/api/services/v1/applications"


def get(path: str = API, *fields: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: x", *fields]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


class Browser:
    """One connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes) -> dict[str, str]:
        """The header of the answer, with its status."""
        self.writer.write(request)
        answer = await asyncio.wait_for(read_answer(self.reader), 5)
        return {"status": str(answer.status), "body": answer.body.decode()} | answer.headers


async def browser(port: int) -> Browser:
    return Browser(*await asyncio.open_connection("127.0.0.1", port))


async def test_both_ways_answer_alike(start_gateway: StartGateway) -> None:
    async with upstream(answering(b'{"a":1}', extra='ETag: "1"\r\nCache-Tags: x\r\nServer: inner\r\n')) as service:
        port = await start_gateway({"services": service.url}, rate_per_minute=1000)
        client = await browser(port)
        answers = [await client.ask(get()) for _ in range(3)]
    for answer in answers:
        for name in ("x-request-id", "date", "server", "ratelimit"):
            assert answer.pop(name)
    assert answers[0] == answers[1] == answers[2]
    assert set(answers[0]) == {
        "status", "body", "content-type", "content-length", "etag", "x-content-type-options", "ratelimit-policy",
    }  # fmt: skip
    sent = [dict(request.headers) for request in service.received]
    ids = {request.pop("x-request-id") for request in sent} | {request.pop("traceparent") for request in sent}
    assert len(ids) == 6
    assert [request.pop("x-deadline-ms")[:2] for request in sent] == ["99", "10", "10"]
    assert sent[0] == sent[1] == sent[2]


async def test_each_request_on_a_connection_is_its_own_callers(place: Place) -> None:
    """The header is remembered, and with it who calls: other bytes are another caller."""
    async with place.browser() as first, place.browser() as second:
        await place.log_in(first)
        await place.log_in(second)
        await first.get(CASES)
        await second.get(CASES)
        place.service.received.clear()
        client = await browser(place.port)
        cookies = [f"Cookie: sid={each.cookies['sid']}" for each in (first, second)]
        plan = [cookies[0], cookies[0], cookies[1], "X-A: 1", cookies[0], "Authorization: Bearer own", cookies[1]]
        for field in plan:
            await client.ask(get(CASES, field))
    tokens = [request.get("authorization") for request in place.service.received]
    a, b = tokens[0], tokens[2]
    assert tokens == [a, a, b, None, a, "Bearer own", b]
    assert a != b


async def test_a_session_that_ended_is_noticed(place: Place) -> None:
    async with place.browser() as person:
        await place.log_in(person)
        client = await browser(place.port)
        request = get(CASES, f"Cookie: sid={person.cookies['sid']}")
        assert "set-cookie" not in await client.ask(request)
        await person.post("/session/logout", headers={"X-CSRF": "1"})
        place.service.received.clear()
        assert (await client.ask(request))["status"] == "200"  # a page for everyone
    assert place.service.received[0].get("authorization") is None


@pytest.mark.parametrize("way", ["first", "second"])
async def test_a_refusal_of_the_token_asks_for_another_and_step_up_does_not(place: Place, way: str) -> None:
    """RFC 9470: a stronger log-in is wanted; the session and its token are as good as before."""
    challenge = 'Bearer error="insufficient_user_authentication", acr_values="urn:yiwang:acr:mfa", max_age=1200'
    async with place.browser() as person:
        await place.log_in(person)
        if way == "second":
            await person.get(CASES)
        exchanged = len(place.provider.exchanged)
        place.service.status, place.service.extra = "401 Unauthorized", f"WWW-Authenticate: {challenge}\r\n"
        answer = await person.get(CASES)
        place.service.status, place.service.extra = "200 OK", ""
        again = await person.get(CASES)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge)
        assert answer.headers["x-error-source"] == "service"
        assert "set-cookie" not in answer.headers
        assert again.status_code == 200
        assert len(place.provider.exchanged) <= max(exchanged, 1)
        place.service.status = "401 Unauthorized"
        await person.get(CASES)
        place.service.status = "200 OK"
        await person.get(CASES)
        assert len(place.provider.exchanged) == max(exchanged, 1) + 1


async def test_errors_are_marked_and_private_answers_too(place: Place) -> None:
    async with place.browser() as person:
        await place.log_in(person)
        await person.get(CASES)
        place.service.status = "404 Not Found"
        answer = await person.get(CASES)
    assert answer.headers["x-error-source"] == "service"
    assert answer.headers["cache-control"] == "private, no-store"


FORMS = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "in two pieces": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab|cde",
    "cut in the header": b"HTTP/1.1 200 OK\r\nContent-|Length: 5\r\n\r\nabcde",
    "after an interim one": b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    "that closes": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde",
    "without a reason": b"HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nabcde",
    "large": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
    "empty": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
}


@pytest.mark.parametrize("form", FORMS)
async def test_any_form_of_answer_arrives_whole(start_gateway: StartGateway, form: str) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                place.received.append(await read_request(reader))
                for piece in FORMS[form].split(b"|"):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.02)
                if form == "that closes":
                    return

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answers = [await client.get(API) for _ in range(3)]
    expected = {"large": b"x" * 1_000_000, "empty": b"", "not modified": b""}.get(form, b"abcde")
    assert [answer.content for answer in answers] == [expected] * 3
    assert len(service.received) == 3


async def test_the_next_request_before_the_answer_is_answered_after_it(start_gateway: StartGateway) -> None:
    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                number = (await read_request(reader)).line.split()[1].rsplit("/", 1)[1]
                await asyncio.sleep(0.1)
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(number)}\r\n\r\n{number}".encode())

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        client = await browser(port)
        await client.ask(get(f"{API}/0"))
        client.writer.write(get(f"{API}/1"))
        await asyncio.sleep(0.03)
        client.writer.write(get(f"{API}/2"))
        await asyncio.sleep(0.03)
        client.writer.write(get(f"{API}/3"))
        bodies = [(await asyncio.wait_for(read_answer(client.reader), 5)).body for _ in range(3)]
    assert bodies == [b"1", b"2", b"3"]


async def test_a_reader_who_leaves_frees_the_service(start_gateway: StartGateway) -> None:
    gone = asyncio.Event()

    def script(place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                place.received.append(await read_request(reader))
                if len(place.received) == 2:
                    await reader.read()
                    gone.set()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        return talk

    async with upstream(script) as service:
        port = await start_gateway({"services": service.url})
        client = await browser(port)
        await client.ask(get())
        client.writer.write(get())

        async def arrived() -> bool:
            return len(service.received) == 2

        await eventually(arrived)
        client.writer.close()
        await asyncio.wait_for(gone.wait(), 5)
