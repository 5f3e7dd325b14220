"""Plain searches straight from the connection: a client can't tell them from those that the route answers."""

from urllib.parse import quote

import pytest

from shared.http.pagination import MAX_LIMIT, page_query
from svc_credit_registry.discovery.plain_searches.rules import LIMIT, MOST, read
from tests.support.listening import listening
from tests.svc_credit_registry.record.lookups.test_listener import LISTENER, get, said
from tests.svc_credit_registry.record.lookups.test_lookups import code
from tests.svc_credit_registry.world import World, row

NAMES = ["随州红光酒业有限公司", "随州红光“新”商贸有限公司", "红光酒业(随州)有限公司", "随州永兴商贸有限公司"]
WAYS = [
    "q=红光", "q=红光&limit=2", "limit=1&q=%E7%BA%A2%E5%85%89", "q=红光酒业(随州)有限公司", "q=紅光", "q=hongguang",
    "q=hgjy", "q=随州红光酒厂", "q=%22新%22商贸", "q=红光%20酒业", "q=商贸有限公司&limit=200",
]  # fmt: skip


def path(query: str) -> str:
    return f"/v1/enterprises?{quote(query, safe='=&%')}"


async def test_the_answer_is_that_of_the_route_byte_for_byte(world: World) -> None:
    await world.load([row(code(n), name, legal_representative_name="李“红”") for n, name in enumerate(NAMES)])
    await world.load([row(code(0), "随州红光酒业股份有限公司"), row(code(3), NAMES[3], status="revoked")])
    await world.settled()
    async with listening(world.client.app, LISTENER) as (_, caller):
        for way in WAYS:
            for fields in ((), ("X-Forwarded-Prefix: /api/credit-registry",), ("X-Forwarded-Prefix: //evil.example",)):
                (short,) = await caller.ask(get(path(way), *fields))
                (long,) = await caller.ask(get(path(way), "Connection: keep-alive", *fields))
                assert said(short) == said(long), way
                assert short.status == 200
                assert short.headers.keys() == long.headers.keys()


async def test_a_further_page_follows_from_the_first(world: World) -> None:
    await world.load([row(code(n), f"随州红光{n}号商贸有限公司") for n in range(3)])
    await world.settled()
    async with listening(world.client.app, LISTENER) as (_, caller):
        (first,) = await caller.ask(get(path("q=红光&limit=2")))
        following = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
        (second,) = await caller.ask(get(following))
    found = [item["name"] for answer in (first, second) for item in answer.json()["items"]]
    assert found == [f"随州红光{n}号商贸有限公司" for n in range(3)]


async def test_what_is_refused_or_finds_nothing_is_the_routes_business(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    await world.settled()
    async with listening(world.client.app, LISTENER) as (_, caller):
        asked = [
            "q=红",
            "q=%00红光",
            "q=红光&limit=0",
            "q=红光&limit=201",
            "q=" + "红" * 101,
            f"q={code(1)}",
            "q=宏光酒业",
        ]
        answers = [(await caller.ask(get(path(each))))[0] for each in asked]
    assert [answer.status for answer in answers] == [422] * 5 + [200] * 2
    assert answers[-2].json()["items"][0]["match"] == "code"
    assert answers[-1].json()["did_you_mean"]


@pytest.mark.parametrize(
    "query",
    ["q=", "q", "limit=5", "q=a+b", "q=ab&q=cd", "q=ab&limit=", "q=ab&limit=-1", "q=ab&cursor=x", "q=ab;limit=1",
     "q=%FF%FE", "q=ab%0A", "q=%E7%BA", "Q=ab", "q=ab&limit=9999", "q=ab&region=42", "q=ab%ZZ=1", "q=ab#x",
     "q=91421303MA00000"],
)  # fmt: skip
def test_what_is_not_plain(query: str) -> None:
    assert read(query) is None


def test_what_is_plain() -> None:
    for query, text, limit in (("q=%E7%BA%A2%E5%85%89", "红光", 50), ("limit=7&q=Ab%26c", "abc", 7)):
        found = read(query)
        assert found is not None
        assert (found.wanted.text, found.limit) == (text, limit)
    assert (page_query().limit, MAX_LIMIT) == (LIMIT, MOST)
