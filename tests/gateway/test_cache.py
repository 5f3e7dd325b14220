"""Public answers are kept, and dropped by events; nobody sees an old one for longer than the promise allows."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from gateway.cache.ears import TRUST_SECONDS
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.gateway.register import CODE, PATH, PUBLIC, TAGS, Register
from tests.gateway.support import upstream
from tests.gateway.test_direct import browser, get

Start = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def start(register: Register, start_gateway: StartGateway, gateways: list[Any]) -> AsyncIterator[Start]:
    """Starts a gateway which hears the register; a client of it."""
    async with contextlib.AsyncExitStack() as stack:
        service = await stack.enter_async_context(upstream(register.script))

        async def begin(**changes: Any) -> httpx.AsyncClient:
            port = await start_gateway(
                {"credit-registry": service.url}, nats_prefix=register.bus.prefix, hold_seconds=0, **changes
            )
            app = gateways[-1]

            async def hears() -> bool:
                return bool(app.plane.cache.takes_part("credit-registry"))

            await eventually(hears, 5)
            client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
            return await stack.enter_async_context(client)

        yield begin


async def test_an_answer_is_kept_and_served_without_asking_again(register: Register, start: Start) -> None:
    client = await start()
    first, second = await client.get(PATH), await client.get(PATH)
    third = await client.get(PATH, headers={"Cookie": "sid=made-up"})
    other = await client.get(PATH + "?x=1")
    assert [a.text for a in (first, second, third, other)] == ["one"] * 4
    assert register.asked == 2  # of which one for the other address
    assert first.headers["cache-status"] == "yiwang; fwd=miss; stored"
    assert second.headers["cache-status"].startswith("yiwang; hit; ttl=")
    assert (second.headers["age"], second.headers["cache-control"]) == ("0", "public, max-age=0")
    assert second.headers["etag"] == first.headers["etag"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "cache-tags" not in first.headers
    assert "ratelimit" not in second.headers  # no limits in this gateway


async def test_who_has_it_is_told_that_it_is_unchanged_and_head_has_no_body(register: Register, start: Start) -> None:
    client = await start()
    tag = (await client.get(PATH)).headers["etag"]
    unchanged = await client.get(PATH, headers={"If-None-Match": f'"other", W/{tag}'})
    changed = await client.get(PATH, headers={"If-None-Match": '"other"'})
    head = await client.head(PATH)
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in unchanged.headers
    assert changed.status_code == 200
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "3", b"")
    assert register.asked == 1


NOT_KEPT = [
    ("Cache-Control: public, max-age=60\r\n", "200 OK"),  # for browsers, not for this cache
    (f"{PUBLIC}Set-Cookie: a=b\r\n", "200 OK"),
    ("Cache-Control: public, s-maxage=60, private\r\n", "200 OK"),
    ("Cache-Control: public, s-maxage=60, no-store\r\n", "200 OK"),
    ("Cache-Control: s-maxage=60\r\n", "200 OK"),
    (f"{PUBLIC}Vary: *\r\n", "200 OK"),
    (f"{PUBLIC}Vary: Cookie\r\n", "200 OK"),
    (f"{PUBLIC}Cache-Control: public\r\n", "200 OK"),  # twice: nobody knows which counts
    (f"{PUBLIC}Cache-Tags: <script>\r\n", "200 OK"),
    (PUBLIC, "404 Not Found"),
    (PUBLIC, "500 Internal Server Error"),
    ("", "200 OK"),
]


async def test_what_is_not_for_everyone_is_not_kept(register: Register, start: Start) -> None:
    client = await start()
    for number, (extra, status) in enumerate(NOT_KEPT):
        register.extra, register.status = extra, status
        answers = [await client.get(f"{PATH}?case={number}") for _ in range(3)]
        assert register.asked == 3 * (number + 1), extra
        assert {a.text for a in answers} == {"one"}
        assert not [a for a in answers if "cache-status" in a.headers]


async def test_answers_differ_by_what_they_depend_on(register: Register, start: Start) -> None:
    register.extra = PUBLIC + TAGS + "Vary: Accept-Language, Authorization\r\n"
    client = await start()
    await client.get(PATH, headers={"Accept-Language": "zh-CN"})
    register.text = "two"
    same = await client.get(PATH, headers={"Accept-Language": "zh;q=0.9"})
    english = await client.get(PATH, headers={"Accept-Language": "en-GB,zh"})
    token = await client.get(PATH, headers={"Accept-Language": "zh", "Authorization": "Bearer x"})
    assert (same.text, english.text, token.text) == ("one", "two", "two")


async def test_an_answer_is_kept_for_what_the_service_was_asked(register: Register, start: Start) -> None:
    """Of several fields a service reads the first, and one that `Connection` names does not reach it."""
    register.extra = PUBLIC + TAGS + "Vary: Accept-Language\r\n"
    client = await start()
    register.text = "english"
    await client.get(PATH, headers=[("Accept-Language", "en"), ("Accept-Language", "zh")])
    assert register.place.received[0].all("accept-language")[:1] == ["en"]
    register.text = "chinese"
    chinese = await client.get(PATH, headers={"Accept-Language": "zh"})
    named = await client.get(PATH + "?x", headers={"Accept-Language": "en", "Connection": "Accept-Language"})
    register.text = "english"
    english = await client.get(PATH + "?x", headers={"Accept-Language": "en"})
    assert (chinese.text, named.text, english.text) == ("chinese", "chinese", "english")


async def test_what_a_cookie_that_is_over_reads_is_kept_for_nobody_who_is_known(
    register: Register, start: Start
) -> None:
    register.extra = PUBLIC + TAGS + "Vary: Authorization\r\n"
    client = await start()
    over = await client.get(PATH, headers={"Cookie": "sid=made-up"})
    assert register.place.received[-1].get("authorization") is None
    register.text = "two"
    known = await client.get(PATH, headers={"Authorization": "Bearer x"})
    anyone = await client.get(PATH)
    assert (over.text, known.text, anyone.text) == ("one", "two", "one")


async def test_a_change_is_seen_when_its_event_comes_or_was_only_recorded(register: Register, start: Start) -> None:
    client = await start()
    await client.get(PATH)

    async def shows(text: str) -> bool:
        return (await client.get(PATH)).text == text

    await register.change("two")
    await eventually(lambda: shows("two"), 2)
    await register.change("three", published=False)  # as if the broker had lost it
    await eventually(lambda: shows("three"), 2)
    assert register.asked == 3


async def test_a_purge_wins_over_an_answer_on_its_way(register: Register, start: Start, gateways: list[Any]) -> None:
    client = await start()
    register.gate.clear()
    slow = asyncio.create_task(client.get(PATH))
    await eventually(lambda: _is(register.asked == 1))
    await register.change("two")
    store = gateways[-1].plane.cache.store
    await eventually(lambda: _is(f"enterprise:{CODE}" in store._purged))
    register.gate.set()
    assert (await slow).text == "one"  # asked before the change
    assert (await client.get(PATH)).text == "two"


async def _is(condition: bool) -> bool:
    return condition


async def test_many_who_ask_at_once_cost_one_call(register: Register, start: Start) -> None:
    client = await start()
    register.gate.clear()
    many = [asyncio.create_task(client.get(PATH)) for _ in range(20)]
    await eventually(lambda: _is(register.asked > 0))
    register.gate.set()
    answers = await asyncio.gather(*many)
    assert {a.text for a in answers} == {"one"}
    assert register.asked == 1


async def test_one_who_fails_or_leaves_does_not_take_the_others_along(register: Register, start: Start) -> None:
    client = await start()
    register.gate.clear()
    leader = asyncio.create_task(client.get(PATH))
    await eventually(lambda: _is(register.asked == 1))
    others = [asyncio.create_task(client.get(PATH)) for _ in range(5)]
    leader.cancel()
    register.gate.set()
    assert {a.text for a in await asyncio.gather(*others)} == {"one"}


async def test_nobody_waits_where_nothing_is_kept(register: Register, start: Start) -> None:
    register.extra = "Cache-Control: private, no-store\r\n"
    client = await start()
    await client.get(PATH)
    register.gate.clear()
    many = [asyncio.create_task(client.get(PATH)) for _ in range(5)]
    await eventually(lambda: _is(register.asked == 6))
    register.gate.set()
    assert {a.status_code for a in await asyncio.gather(*many)} == {200}


async def test_a_stale_answer_serves_while_it_is_renewed(register: Register, start: Start) -> None:
    register.extra = "Cache-Control: public, s-maxage=1, stale-while-revalidate=30\r\n" + TAGS
    client = await start()
    await client.get(PATH)
    register.text = "two"
    seen: list[str] = []

    async def renewed() -> bool:
        seen.append((await client.get(PATH)).text)
        return seen[-1] == "two"

    await eventually(renewed, 4)
    assert seen[0] == "one"


async def test_a_service_that_is_away_is_stood_in_for_until_a_change(register: Register, start: Start) -> None:
    register.extra = "Cache-Control: public, s-maxage=1, stale-if-error=600\r\n" + TAGS
    client = await start()
    await client.get(PATH)
    register.extra, register.status = "", "503 Service Unavailable"

    async def stands_in() -> bool:
        return "service-away" in (await client.get(PATH)).headers["cache-status"]

    await eventually(stands_in, 4)
    await register.change("two")

    async def refused() -> bool:
        return (await client.get(PATH)).status_code == 503

    await eventually(refused, 2)


async def test_what_cannot_be_heard_is_not_trusted(register: Register, start: Start, gateways: list[Any]) -> None:
    client = await start()
    await client.get(PATH)
    register.silent, register.text = True, "two"

    async def fresh() -> bool:
        return (await client.get(PATH)).text == "two"

    await eventually(fresh, 2)
    cache = gateways[-1].plane.cache
    register.silent = False

    async def heard() -> bool:
        return bool(cache.takes_part("credit-registry"))

    await eventually(heard, 10)
    assert len(cache.store) == 0  # what was kept before the silence is gone


async def test_in_a_flood_of_events_answers_are_kept_for_a_moment_only(
    register: Register, start: Start, gateways: list[Any]
) -> None:
    client = await start()
    await register.change("two")
    ears = gateways[-1].plane.cache.ears
    register.flood, began = True, time.monotonic()

    async def trusted_throughout() -> bool:
        return bool(ears._asked["credit-registry"] > began + TRUST_SECONDS)

    await eventually(trusted_throughout, 5)
    await client.get(PATH)
    register.text = "three"  # its event is behind all those that are read

    async def seen() -> bool:
        return (await client.get(PATH)).text == "three"

    await eventually(seen, 2)
    assert ears.hears("credit-registry")


async def test_a_write_is_seen_by_the_next_read_in_every_process(register: Register, start: Start) -> None:
    one, two = await start(), await start()
    assert [(await client.get(PATH)).text for client in (one, two)] == ["one", "one"]
    register.text = "two"
    await one.post(PATH + "/publication", headers={"Authorization": "Bearer x"})
    assert (await one.get(PATH)).text == "two"

    async def other() -> bool:
        return (await two.get(PATH)).text == "two"

    await eventually(other, 2)


async def test_memory_is_bounded(register: Register, start: Start, gateways: list[Any]) -> None:
    register.text = "x" * 10_000
    client = await start(cache_bytes=100_000, cache_body_limit=20_000)
    for number in range(15):
        await client.get(f"{PATH}?n={number}")
    store = gateways[-1].plane.cache.store
    assert 0 < store.size <= 100_000
    register.text = "x" * 20_001
    large = await client.get(f"{PATH}?large")
    assert ("cache-status" in large.headers, len(large.text)) == (False, 20_001)


async def test_what_the_short_way_asked_for_is_kept_from_the_next_time_on(register: Register, start: Start) -> None:
    """An answer that turns out to be for everyone was asked for before it was known: a purge may have come between."""
    register.extra = "Cache-Control: private\r\n"
    port = (await start()).base_url.port
    assert port is not None
    client = await browser(port)
    for _ in range(3):
        await client.ask(get(PATH))
    register.extra = PUBLIC + TAGS
    answers = [await client.ask(get(PATH)) for _ in range(3)]
    assert [answer["cache-status"].partition("; ttl")[0] for answer in answers] == [
        "yiwang; fwd=miss",
        "yiwang; fwd=miss; stored",
        "yiwang; hit",
    ]
    unchanged = await client.ask(get(PATH, f"If-None-Match: {answers[2]['etag']}"))
    assert (unchanged["status"], unchanged["body"], "content-length" in unchanged) == ("304", "", False)
    assert answers[2]["cache-control"] == "public, max-age=0"
    assert register.asked == 5
