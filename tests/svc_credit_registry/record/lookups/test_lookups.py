import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.codes import credit_code
from svc_credit_registry.record.lookups.rules import code_asked
from svc_credit_registry.record.lookups.service import MOST
from tests.support.servers import Servers
from tests.support.ways import Way
from tests.svc_credit_registry.world import World, row

SHORT = {"x-request-id", "date"}


def code(number: int) -> str:
    return credit_code.make("421303", 431_100_000 + number)


PLAIN = f"/v1/enterprises/{code(1)}"


async def both_ways(world: World, path: str) -> tuple[httpx.Response, httpx.Response]:
    """The answer of the short way and that of the route, which a further header field makes responsible."""
    short = await world.client.get(path)
    route = await world.client.get(path, headers={"If-None-Match": '"never"'})
    return short, route


def said(response: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    return response.status_code, response.content, {k: v for k, v in response.headers.items() if k not in SHORT}


async def test_the_answer_is_that_of_the_route_byte_for_byte(world: World) -> None:
    rows = [
        row(code(1), "随州红光酒业有限公司", address='湖北省随州市解放路1号"甲"', business_scope="酒类\\销售"),
        row(code(2), "随州永兴商贸有限公司", registered_capital_yuan="", status="cancelled", ended_on="2020-02-29"),
        row(code(3), "随州天华食品有限公司", region="100000", registered_capital_yuan="0"),
    ]
    await world.load(rows)
    await world.load([row(code(1), "随州红星酒业有限公司"), *rows[1:]])
    for number in (1, 2, 3):
        short, route = await both_ways(world, f"/v1/enterprises/{code(number)}")
        assert said(short) == said(route)
        assert short.status_code == 200
    assert (await world.client.get(f"/v1/enterprises/{code(1)}")).headers["etag"] == '"2"'


async def test_what_is_not_plain_is_answered_by_the_route(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    path = f"/v1/enterprises/{code(1)}"
    unchanged = await world.client.get(path, headers={"If-None-Match": '"1"'})
    past = await world.client.get(path, params={"as_of": "2001-01-01"})
    spaced = await world.client.get(path.lower())
    unknown = await world.client.get(f"/v1/enterprises/{code(9)}")
    assert (unchanged.status_code, past.status_code, unknown.status_code) == (304, 404, 404)
    assert past.json()["code"] == "record_not_begun"
    assert spaced.json()["code"] == code(1)
    assert (await world.client.get("/v1/enterprises/91421303MA00000060")).status_code == 422


async def test_a_code_that_went_on_elsewhere_is_answered_308(world: World) -> None:
    ended = row(code(1), "随州红光酒业有限公司", status="cancelled", ended_on="2020-02-29")
    await world.load([ended, row(code(2), "随州永兴酒业有限公司")])
    insert = """
        INSERT INTO enterprise_successors (old_code, new_code, reason, since, producer, basis)
        VALUES (:old, :new, 'merged', '2020-02-29', 'AMR-421303', 'test')
    """
    async with world.client.sessions() as session, session.begin():
        await session.execute(text(insert), {"old": code(1), "new": code(2)})
    answer = await world.client.get(f"/v1/enterprises/{code(1)}")
    assert answer.status_code == 308
    assert answer.headers["location"].endswith(code(2))


async def test_many_at_once_each_get_their_own(world: World) -> None:
    numbers = range(2 * MOST + 5)
    await world.load([row(code(n), f"随州永兴{n}号商贸有限公司") for n in numbers])
    answers = await asyncio.gather(*(world.client.get(f"/v1/enterprises/{code(n)}") for n in (*numbers, *numbers)))
    assert [answer.json()["code"] for answer in answers] == [code(n) for n in (*numbers, *numbers)]


async def test_it_is_planned_once(world: World) -> None:
    """A plan for each query would cost more than the query."""
    await world.load([row(code(1), "随州红光酒业有限公司")])
    for _ in range(7):
        assert (await world.client.get(PLAIN)).status_code == 200
    used = "SELECT sum(generic_plans) > 0, sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%moved%'"
    assert tuple(await world.client.app.reader._connection.fetchrow(used)) == (True, 0)


async def test_one_who_left_takes_nobody_along(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    reader = world.client.app.reader
    first, second = (asyncio.create_task(reader.find(code(1))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)["code"] == code(1)


async def test_when_its_connection_breaks_the_route_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    path = f"/v1/enterprises/{code(1)}"
    assert (await world.client.get(path)).status_code == 200
    world.client.app.reader._connection.terminate()
    assert (await world.client.get(path)).status_code == 200
    monkeypatch.setattr(world.client.app.reader, "dsn", "postgresql://nobody@127.0.0.1:1/none")
    world.client.app.reader.close()
    assert (await world.client.get(path)).status_code == 200


async def test_when_the_database_ends_its_connection_the_route_answers(
    world: World, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    reader = world.client.app.reader
    async with Way(servers) as way:
        reader.close()
        monkeypatch.setattr(reader, "dsn", reader.dsn.replace(f":{servers.port}/", f":{way.port}/"))
        assert (await world.client.get(PLAIN)).status_code == 200
        await way.say_goodbye(reader._connection)
        assert [(await world.client.get(PLAIN)).status_code for _ in range(3)] == [200, 200, 200]
        reader.close()


@pytest.mark.parametrize(
    ("method", "path", "query", "headers"),
    [
        ("HEAD", PLAIN, b"", []),
        ("GET", PLAIN, b"as_of=2026-01-01", []),
        ("GET", PLAIN[:-1] + "?", b"", []),
        ("GET", f"{PLAIN}/", b"", []),
        ("GET", PLAIN, b"", [(b"if-none-match", b'"1"')]),
        ("GET", PLAIN, b"", [(b"content-length", b"2")]),
    ],
)
def test_these_are_not_plain(method: str, path: str, query: bytes, headers: list[Any]) -> None:
    assert code_asked(method, path, query, headers) is None


def test_a_plain_one_names_its_code() -> None:
    assert code_asked("GET", PLAIN, b"", []) == code(1)
