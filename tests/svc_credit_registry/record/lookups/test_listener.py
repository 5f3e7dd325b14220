"""Look-ups straight from the connection: a client can't tell them from those that uvicorn reads."""

import asyncio
from typing import Any

import pytest

from tests.gateway.support import Answer, read_answer
from tests.support.listening import listening
from tests.svc_credit_registry.record.lookups.test_lookups import PLAIN, code
from tests.svc_credit_registry.world import World, row

LISTENER = "svc_credit_registry.listener:Listener"
OWN = {"date", "x-request-id"}


def get(path: str, *fields: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", "Host: x", *fields, "")).encode()


def said(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {k: v for k, v in answer.headers.items() if k not in OWN}, answer.body


async def test_it_answers_as_uvicorn_does(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司"), row(code(2), "随州永兴商贸有限公司")])
    async with listening(world.client.app, LISTENER) as (server, caller):
        (short,) = await caller.ask(get(PLAIN, "X-Request-Id: abcdefgh12345678"))
        (long,) = await caller.ask(get(PLAIN, "X-Request-Id: abcdefgh12345678", "Connection: keep-alive"))
        assert server.server_state.total_requests == 2
        assert said(short) == said(long)
        assert short.headers.keys() == long.headers.keys()
        assert short.headers["x-request-id"] == long.headers["x-request-id"] == "abcdefgh12345678"
        (other,) = await caller.ask(get(f"/v1/enterprises/{code(2)}"))
        assert other.json()["code"] == code(2)


@pytest.mark.parametrize("field", ['If-None-Match: "1"', 'IF-NONE-MATCH: "1"'])
async def test_conditions_are_the_routes_business(world: World, field: str) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    async with listening(world.client.app, LISTENER) as (_, caller):
        assert [(await caller.ask(get(PLAIN, field)))[0].status for _ in range(2)] == [304, 304]


async def test_what_it_does_not_find_the_route_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    async with listening(world.client.app, LISTENER) as (_, caller):
        wrong = get("/v1/enterprises/91421303MA00000060")
        answers = [(await caller.ask(each))[0] for each in (get(f"/v1/enterprises/{code(9)}"), wrong, get(PLAIN))]
        assert [answer.status for answer in answers] == [404, 422, 200]
        reader: Any = world.client.app.reader
        monkeypatch.setattr(reader, "dsn", "postgresql://nobody@127.0.0.1:1/none")
        reader.close()
        assert (await caller.ask(get(PLAIN)))[0].status == 200


async def test_requests_before_the_answer_are_answered_in_turn(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号商贸有限公司") for n in (1, 2, 3)])
    paths = [f"/v1/enterprises/{code(n)}" for n in (1, 2, 3)]
    async with listening(world.client.app, LISTENER) as (_, caller):
        caller.writer.write(b"".join(map(get, paths)))
        together = [(await asyncio.wait_for(read_answer(caller.reader), 5)).json()["code"] for _ in paths]
        mixed = await caller.ask(get(paths[0]), get("/livez"), get(paths[1], "Connection: keep-alive"), get(paths[2]))
    assert together == [code(1), code(2), code(3)]
    assert [answer.json().get("code") for answer in mixed] == [code(1), None, code(2), code(3)]


async def test_a_request_in_the_body_of_another_is_none(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    inner = get(PLAIN)
    head = f"POST /v1/enterprises HTTP/1.1\r\nHost: x\r\nContent-Length: {len(inner)}\r\n\r\n".encode()
    async with listening(world.client.app, LISTENER) as (_, caller):
        caller.writer.write(head)
        await asyncio.sleep(0.02)
        (answer,) = await caller.ask(inner)
        (next_,) = await caller.ask(get("/livez"))
    assert answer.status in (401, 404, 405)
    assert next_.json() != answer.json()
    assert "code" not in next_.json()
