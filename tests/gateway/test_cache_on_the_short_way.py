"""A public read that nothing is kept of is asked for on the short way, kept, and shared with who asks meanwhile."""

import asyncio
import time
from typing import Any

import pytest

from gateway.cache.rules import Terms, asked_of
from gateway.cache.store import Store
from tests.gateway.place import eventually
from tests.gateway.register import CODE, PATH, PUBLIC, TAGS, Register
from tests.gateway.test_cache import Start
from tests.gateway.test_cache import start as start
from tests.gateway.test_direct import Browser, browser, get

FILLED, MISSED = "yiwang; fwd=miss; stored", "yiwang; fwd=miss"


async def warm(start: Start, **changes: Any) -> tuple[Browser, Any]:
    """A connection of a client whose header is known, at a gateway with an idle connection to the register; and an
    ordinary client beside it."""
    client = await start(**changes)
    port = client.base_url.port
    assert port is not None
    first = await browser(port)
    await first.ask(get(f"{PATH}?first"))
    return first, client


async def asked(register: Register, times: int) -> None:
    async def reached() -> bool:
        return register.asked >= times

    await eventually(reached)


async def test_both_ways_fill_alike(register: Register, start: Start) -> None:
    register.extra = PUBLIC + TAGS + 'Vary: Accept-Language\r\nETag: "7"\r\nAge: 3\r\nX-More:  a  \r\n'
    first, _ = await warm(start, rate_per_minute=1000)
    short = await first.ask(get(f"{PATH}?a"))
    long = await first.ask(get(f"{PATH}?b", "Connection: keep-alive"))
    hits = [await first.ask(get(f"{PATH}?{name}")) for name in "ab"]
    for answer in (short, long, *hits):
        for name in ("x-request-id", "date", "server", "ratelimit"):
            assert answer.pop(name)
    assert short == long
    assert (short["cache-status"], short["age"], short["x-more"]) == (FILLED, "0", "a")
    assert [hit.pop("cache-status").partition("; ttl")[0] for hit in hits] == ["yiwang; hit"] * 2
    short.pop("cache-status")
    assert hits == [short, short]
    assert register.asked == 3
    sent = [dict(request.headers) for request in register.place.received[1:]]
    assert sent[0].keys() == sent[1].keys()


async def test_who_asks_meanwhile_waits_for_it(register: Register, start: Start) -> None:
    first, client = await warm(start)
    register.gate.clear()
    leader = asyncio.create_task(first.ask(get(PATH)))
    await asked(register, 2)
    others = [asyncio.create_task(client.get(PATH)) for _ in range(5)]
    others.append(asyncio.create_task(client.get(PATH, headers={"If-None-Match": '"x"'})))
    await asyncio.sleep(0.05)
    register.gate.set()
    assert (await leader)["cache-status"] == FILLED
    assert {(a.text, a.headers["cache-status"][:11]) for a in await asyncio.gather(*others)} == {("one", "yiwang; hit")}
    assert register.asked == 2


async def test_a_leader_who_leaves_frees_those_who_wait(register: Register, start: Start) -> None:
    first, client = await warm(start)
    register.gate.clear()
    leader = asyncio.create_task(first.ask(get(PATH)))
    await asked(register, 2)
    others = [asyncio.create_task(client.get(PATH)) for _ in range(5)]
    await asyncio.sleep(0.05)
    leader.cancel()
    first.writer.close()
    await asked(register, 3)
    register.gate.set()
    assert {a.text for a in await asyncio.gather(*others)} == {"one"}
    assert register.asked == 3


async def test_a_broken_connection_is_repeated_and_the_answer_kept(register: Register, start: Start) -> None:
    first, client = await warm(start)
    register.gate.clear()
    leader = asyncio.create_task(first.ask(get(PATH)))
    await asked(register, 2)
    other = asyncio.create_task(client.get(PATH))
    register.breaks = 1
    register.gate.set()
    assert ((await leader)["cache-status"], (await leader)["body"]) == (FILLED, "one")
    assert (await other).text == "one"
    assert (await client.get(PATH)).headers["cache-status"].startswith("yiwang; hit")
    assert register.asked == 3


async def test_an_answer_in_pieces_is_read_the_long_way_and_kept(register: Register, start: Start) -> None:
    first, client = await warm(start)
    register.text = "x" * 400_000
    answer = await first.ask(get(PATH))
    assert (answer["cache-status"], len(answer["body"])) == (FILLED, 400_000)
    assert (await client.get(PATH)).headers["cache-status"].startswith("yiwang; hit")
    assert register.asked == 2


async def test_a_purge_wins_over_an_answer_on_its_way(register: Register, start: Start, gateways: list[Any]) -> None:
    first, _ = await warm(start)
    register.gate.clear()
    slow = asyncio.create_task(first.ask(get(PATH)))
    await asked(register, 2)
    await register.change("two")
    store = gateways[-1].plane.cache.store

    async def heard() -> bool:
        return f"enterprise:{CODE}" in store._purged

    await eventually(heard)
    register.gate.set()
    answer = await slow
    assert (answer["cache-status"], answer["body"]) == (MISSED, "one")  # asked before the change
    again = await first.ask(get(PATH))
    assert (again["cache-status"], again["body"]) == (FILLED, "two")


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ("Cache-Control: public, s-maxage=60, private\r\n", "200 OK"),
        (f"{PUBLIC}Set-Cookie: a=b\r\n", "200 OK"),
        (f"{PUBLIC}Vary: Cookie\r\n", "200 OK"),
        (f"{PUBLIC}Cache-Tags: <script>\r\n", "200 OK"),
        ("Cache-Control: private\r\n", "200 OK"),
        (PUBLIC, "404 Not Found"),
        ("", "503 Service Unavailable"),
    ],
)
async def test_what_is_not_for_everyone_is_not_kept(register: Register, start: Start, extra: str, status: str) -> None:
    first, client = await warm(start)
    register.extra, register.status = extra, status
    answers = [await first.ask(get(PATH)) for _ in range(2)] + [dict((await client.get(PATH)).headers)]
    assert register.asked == 4
    for answer in answers:
        assert "cache-status" not in answer
        assert "s-maxage" not in answer.get("cache-control", "")
        assert ("x-error-source" in answer) == (status != "200 OK")


def test_a_variant_that_is_replaced_leaves_the_tags_of_the_others() -> None:
    store, vary = Store(10**6, 10**6), (b"accept-language",)
    chinese, english = asked_of([], authorized=False), asked_of([(b"accept-language", b"en")], authorized=False)
    for asked, tags in ((chinese, ("x",)), (english, ("x",)), (chinese, ())):
        kept = store.make("services", b"/v1/a", [], b"", Terms(60, 0, 0, vary, tags))
        assert store.keep(b"/a", asked, kept, vary, time.monotonic())
    assert store.purge(["x"]) == 1
    assert store.find(b"/a", english) is None
    assert (store.size, len(store), store._tagged) == (0, 0, {})


def test_a_tag_of_many_addresses_drops_all_of_them() -> None:
    store, asked = Store(10**6, 10**6), asked_of([], authorized=False)
    for number in range(3):
        kept = store.make("services", b"/v1/%d" % number, [], b"", Terms(60, 0, 0, (), ("all", f"own:{number}")))
        assert store.keep(b"/%d" % number, asked, kept, (), time.monotonic())
    assert [store.purge([tag]) for tag in ("own:1", "own:1", "=services/v1/0", "all", "all")] == [1, 0, 1, 1, 0]
    assert (store.size, store._tagged) == (0, {})


async def test_a_stale_answer_goes_the_short_way_while_it_is_renewed(
    register: Register, start: Start, gateways: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    register.extra = "Cache-Control: public, s-maxage=1, stale-while-revalidate=30\r\n" + TAGS
    first, client = await warm(start)
    await first.ask(get(PATH))
    direct, cache = gateways[-1].plane.direct, gateways[-1].plane.cache
    register.text = "two"
    register.gate.clear()

    async def renews() -> bool:
        await client.get(PATH)
        return bool(cache._renewing)

    await eventually(renews, 4)
    taken, take = [], direct.take

    def noted(client: Any, request: bytes) -> Any:
        taken.append(take(client, request))
        return taken[-1]

    monkeypatch.setattr(direct, "take", noted)
    assert (await first.ask(get(PATH)))["body"] == "one"
    assert taken[-1] is not None
    register.gate.set()

    async def renewed() -> bool:
        return (await first.ask(get(PATH)))["body"] == "two"

    await eventually(renewed)
