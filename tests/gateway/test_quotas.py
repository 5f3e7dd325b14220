"""Who calls too often: what is counted for whom, in which windows, and what several processes know of each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from sqlalchemy import text

from gateway.limits.counts import MOST_CALLERS, Counts
from gateway.limits.policy import network_of
from gateway.limits.rules import DAY, ZONE_OFFSET, Count, Window, begin, daily, policy
from tests.gateway.conftest import StartGateway
from tests.gateway.place import CSRF, Place, eventually
from tests.gateway.provider import Provider
from tests.gateway.signers import CLIENT, Registry
from tests.gateway.support import answering, served, upstream
from tests.support.servers import Servers
from tests.support.tokens import SignToken

X = "/api/services/v1/x"
NOON = 1_795_000_000.0
Start = Callable[..., Awaitable[httpx.AsyncClient]]


# --- windows ---


def test_a_window_begins_with_the_first_call_and_ends_for_all_of_them() -> None:
    clock = [NOON]
    counts, wanted = Counts(lambda: clock[0]), policy("person", 3, 0)
    taken = []
    for _ in range(4):
        taken.append(counts.take(wanted, "a"))
        clock[0] += 10
    expected = [(True, 2, 60), (True, 1, 50), (True, 0, 40), (False, 0, 30)]
    assert [(v.allowed, v.left, v.seconds) for v in taken] == expected
    assert counts.take(wanted, "b").allowed
    clock[0] = NOON + 60
    assert counts.take(wanted, "a").left == 2


def test_of_several_windows_the_tightest_speaks_and_the_longest_refuses() -> None:
    clock = [NOON]
    counts, wanted = Counts(lambda: clock[0]), policy("person", 2, 3)
    first, second, refused = (counts.take(wanted, "a") for _ in range(3))
    assert [(v.allowed, v.window, v.left) for v in (first, second, refused)] == [
        (True, "person", 1), (True, "person", 0), (False, "person", 0),
    ]  # fmt: skip
    clock[0] += 60
    third = counts.take(wanted, "a")
    assert (third.window, third.left) == ("person-day", 0)
    fourth = counts.take(wanted, "a")
    assert (fourth.allowed, fourth.window, fourth.seconds > 60) == (False, "person-day", True)
    assert wanted.text == b'"person";q=2;w=60, "person-day";q=3;w=86400'


@given(st.floats(min_value=0, max_value=4e9))
def test_a_day_is_a_day_of_the_place(now: float) -> None:
    since = begin(daily("matter", 5).windows[0], now)
    assert since <= now < since + DAY
    assert (since + ZONE_OFFSET) % DAY == pytest.approx(0, abs=1e-3) or (since + ZONE_OFFSET) % DAY == pytest.approx(
        DAY, abs=1e-3
    )


def test_what_was_counted_while_the_count_was_on_its_way_is_not_lost() -> None:
    counts, wanted = Counts(lambda: NOON), policy("person", 10, 0)
    counts.take(wanted, "a")
    [(_, count)] = counts.unsettled()
    counts.take(wanted, "a")
    count.hear(NOON - 5, 4)  # three of them counted elsewhere
    assert (count.used, count.left, count.since) == (5, 5, NOON - 5)
    [(key, again)] = counts.unsettled()
    assert again.sent == 1
    counts.not_sent([(key, again)])
    assert [c.here for _, c in counts.unsettled()] == [1]


def test_callers_who_left_are_forgotten_when_there_are_too_many() -> None:
    counts, wanted = Counts(lambda: NOON), policy("address", 10, 0)
    for number in range(MOST_CALLERS + 1):
        counts.take(wanted, str(number))
    assert counts.of(wanted, "0") == []
    assert counts.of(wanted, str(MOST_CALLERS))


def test_a_quota_that_changes_keeps_what_was_used() -> None:
    counts = Counts(lambda: NOON)
    counts.take(policy("client", 3, 0), "a")
    assert counts.take(policy("client", 5, 0), "a").left == 3


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        (b"192.0.2.7", "192.0.2.7"),
        (b"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (b"2001:db8:1:2::9", "2001:db8:1:2::/64"),
        (b"::ffff:192.0.2.7", "192.0.2.7"),
        (b"unknown", "unknown"),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(address: bytes, counted: str) -> None:
    assert network_of(address) == counted


def test_a_count_knows_what_is_left() -> None:
    count = Count(Window("x", 2, 60), NOON, settled=5)
    assert (count.left, count.seconds_left(NOON + 59.5)) == (0, 1)


# --- at the gateway ---


@pytest.fixture
async def start(
    start_gateway: StartGateway, database: Callable[[str], Awaitable[str]], servers: Servers, sign_token: SignToken
) -> AsyncIterator[Start]:
    """Starts gateways that share a database of their own, in front of a service; a client of each."""
    url = servers.sqlalchemy_url(await database("gateway"))
    async with contextlib.AsyncExitStack() as stack:
        service = await stack.enter_async_context(upstream(answering()))
        provider = await stack.enter_async_context(served(Provider(sign_token)))
        urls = dict.fromkeys(("services", "complaints", "disclosure"), service.url)
        urls["sso"] = f"http://127.0.0.1:{provider}"

        async def begin(**changes: Any) -> httpx.AsyncClient:
            port = await start_gateway(urls, database_url=url, **changes)
            client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
            return await stack.enter_async_context(client)

        yield begin


async def test_who_calls_too_often_is_told_when_to_come_back(start: Start) -> None:
    client = await start(rate_per_minute=3)
    answers = [await client.get(X) for _ in range(4)]
    page, alive = await client.get("/session"), await client.get("/livez")
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"address";q=3;w=60, "address-day";q=50000;w=86400'
    assert answers[0].headers["ratelimit"].startswith('"address";r=2;t=')
    refused = answers[-1]
    assert (refused.json()["code"], refused.json()["policy"]) == ("rate_limited", "address")
    assert refused.headers["ratelimit"] == f'"address";r=0;t={refused.headers["retry-after"]}'
    assert page.status_code == 429
    assert (alive.status_code, "ratelimit" in alive.headers) == (200, False)


async def test_made_up_cookies_and_tokens_count_for_their_address(start: Start) -> None:
    client = await start(rate_per_minute=3)
    made_up = [
        {"Cookie": "sid=a"},
        {"Cookie": "sid=b"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Bearer d"},
    ]
    answers = [await client.get(X, headers=headers) for headers in made_up]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]


async def test_tokens_are_counted_by_person_and_by_client(start: Start, sign_token: SignToken) -> None:
    client = await start(rate_per_minute=2, client_per_minute=3)

    def bearer(**claims: Any) -> dict[str, str]:
        return {"Authorization": "Bearer " + sign_token(**({"aud": "services"} | claims))}

    one, other = bearer(sub="p1"), bearer(sub="p2")
    machine = bearer(sub="agency-1", client_id="agency-1", kind="system")
    person = [await client.get(X, headers=one) for _ in range(3)]
    again = await client.get(X, headers=bearer(sub="p1", aud="complaints"))
    agency = [await client.get(X, headers=machine) for _ in range(4)]
    assert [a.status_code for a in person] == [200, 200, 429]
    assert again.status_code == 429  # another token, the same person
    assert (await client.get(X, headers=other)).headers["ratelimit"].startswith('"person";r=1')
    assert [a.status_code for a in agency] == [200, 200, 200, 429]
    assert agency[-1].json()["policy"] == "client"


async def test_passwords_are_counted_by_address(start: Start) -> None:
    client = await start(logins_per_minute=2)
    answers = [await client.post("/oauth2/login", data={"username": "a"}) for _ in range(3)]
    form = await client.get("/oauth2/login")
    assert answers[-1].status_code == 429
    assert [a.status_code == 429 for a in answers[:2]] == [False, False]
    assert form.status_code != 429


async def test_cases_are_counted_by_person_and_matter(start: Start, sign_token: SignToken) -> None:
    client = await start(rate_per_minute=100, cases_per_matter_and_day=2)
    path = "/api/services/v1/applications"

    async def apply(person: str, matter: str) -> httpx.Response:
        token = sign_token(aud="services", sub=person)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
        return await client.post(path, json={"matter_code": matter}, headers=headers)

    answers = [await apply("p1", "A") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[-1].json()["policy"] == "matter"
    assert int(answers[-1].headers["retry-after"]) <= DAY
    assert [(await apply("p1", "B")).status_code, (await apply("p2", "A")).status_code] == [200, 200]


async def test_a_refusal_tells_nothing_of_others_behind_the_same_address(
    start_gateway: StartGateway, database: Callable[[str], Awaitable[str]], servers: Servers
) -> None:
    url = servers.sqlalchemy_url(await database("gateway"))
    for status in ("401 Unauthorized", "403 Forbidden"):
        async with upstream(answering(status=status)) as service:
            port = await start_gateway({"services": service.url}, database_url=url, rate_per_minute=100)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                answers = [await client.get(X) for _ in range(3)]
        assert not [name for a in answers for name in a.headers if name.startswith("ratelimit")]


async def test_processes_count_together(start: Start, gateways: list[Any]) -> None:
    """20 calls a minute: after each process has heard of the other, both refuse."""
    one, two = await start(rate_per_minute=20), await start(rate_per_minute=20)
    first = [await one.get(X) for _ in range(15)]
    limiter = gateways[1].state.limiter

    async def heard() -> bool:
        answer = await two.get(X)
        return answer.status_code == 429 or limiter.counts.of(limiter.address, "127.0.0.1")[0].settled >= 15

    await eventually(heard, 5)
    rest = [await two.get(X) for _ in range(10)]
    assert {a.status_code for a in first} == {200}
    assert rest[-1].status_code == 429

    async def refused() -> bool:
        return (await one.get(X)).status_code == 429

    await eventually(refused, 5)


async def test_both_at_full_speed_let_through_little_more_than_the_quota(start: Start) -> None:
    """The bound: what one process admits between two settlements, here 0.2 s and a statement."""
    clients = [await start(rate_per_minute=200) for _ in range(2)]
    seen: list[tuple[float, int]] = []
    loop = asyncio.get_running_loop()

    async def hammer(client: httpx.AsyncClient) -> None:
        refused = 0
        while refused < 20:
            status = (await client.get(X)).status_code
            refused += status == 429
            seen.append((loop.time(), status))
            await asyncio.sleep(0.002)

    began = loop.time()
    await asyncio.gather(*(hammer(client) for client in clients))
    admitted = [at for at, status in seen if status == 200]
    speed = len(admitted) / (max(admitted) - began)
    assert 200 <= len(admitted) <= 200 + speed * 1.0  # a whole second for a loaded machine


async def test_a_day_survives_a_restart_and_a_database_that_is_away_is_no_open_door(
    start: Start, gateways: list[Any]
) -> None:
    one = await start(rate_per_minute=1000, rate_per_day=5)
    assert [(await one.get(X)).status_code for _ in range(5)] == [200] * 5
    counts, sessions = gateways[0].state.limiter.counts, gateways[0].state.runtime.sessions

    async def settled() -> bool:
        async with sessions() as session:
            rows = await session.scalar(text("SELECT calls FROM quota_counts WHERE name = 'address-day'"))
        return bool(rows == 5)

    await eventually(settled, 5)
    two = await start(rate_per_minute=1000, rate_per_day=5)

    async def refused() -> bool:
        answer = await two.get(X)
        return answer.status_code == 429 and answer.json()["policy"] == "address-day"

    await eventually(refused, 5)
    assert counts.of(gateways[0].state.limiter.address, "127.0.0.1")[1].used >= 5


async def test_who_calls_sees_what_he_has_used(place: Place, start: Start, sign_token: SignToken) -> None:
    client = await start(rate_per_minute=10)
    token = {"Authorization": "Bearer " + sign_token(aud="gateway", sub="0198f0a2-0000-7000-8000-000000000001")}
    await client.get(X, headers=token)
    answer = await client.get("/api/hub/v1/quota", headers=token)
    assert answer.status_code == 200, answer.text
    assert [(i["name"], i["quota"], i["used"]) for i in answer.json()["items"]] == [
        ("person", 10, 2),
        ("person-day", 50_000, 2),
    ]
    assert (await client.get("/api/hub/v1/quota")).status_code == 401


async def test_sessions_of_one_person_count_together(place: Place, gateways: list[Any]) -> None:
    limiter = gateways[-1].state.limiter
    limiter.person = policy("person", 6, 0)
    async with place.browser() as first, place.browser() as second:
        for browser in (first, second):
            await place.log_in(browser)
        answers = []
        for _ in range(5):
            answers += [await b.get("/api/complaints/v1/complaints", headers=CSRF) for b in (first, second)]
    statuses = [a.status_code for a in answers]
    assert 429 in statuses
    assert statuses.index(429) in (6, 7, 8)  # the first call of a session is counted before it is known


async def test_a_clients_own_quota_stands_in_the_directory(
    start_gateway: StartGateway, database: Callable[[str], Awaitable[str]], servers: Servers, sign_token: SignToken,
    gateways: list[Any],
) -> None:  # fmt: skip
    url = servers.sqlalchemy_url(await database("gateway"))
    registry = Registry(sign_token)
    registry.register(ECKey.generate_key("P-256", {"kid": "k1"}), quota_per_minute=2)
    async with upstream(answering()) as service, served(registry) as provider:
        sso = f"http://127.0.0.1:{provider}"
        ways: dict[str, Any] = {"token_url": f"{sso}/oauth2/token", "rate_per_minute": 4, "database_url": url}
        port = await start_gateway({"services": service.url, "sso": sso}, **ways)

        async def known() -> bool:
            return gateways[-1].state.directory.client(CLIENT) is not None

        await eventually(known, 5)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def ask(**claims: Any) -> httpx.Response:
                token = sign_token(aud="services", client_id=CLIENT, **claims)
                return await client.get(X, headers={"Authorization": f"Bearer {token}"})

            person, machine = await ask(sub="p1"), await ask(sub=CLIENT, kind="system")
            refused = await ask(sub="p1")
    assert person.headers["ratelimit-policy"].startswith('"person";q=4;w=60, ')
    assert '"client";q=2;w=60' in person.headers["ratelimit-policy"]
    assert person.headers["ratelimit"].startswith('"client";r=1;')
    assert machine.headers["ratelimit"].startswith('"client";r=0;')
    assert (refused.status_code, refused.json()["policy"]) == (429, "client")
