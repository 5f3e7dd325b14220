"""What must not happen when much happens at once: counted on a running platform, by many callers in parallel.

`make races`: a platform of its own on free ports; everything stops by itself. Prints a table, writes
`.bench/races.jsonl`; status 1 when something happened. `TRIALS` (300) refresh races of `PARALLEL` (200) callers, for at
most `REFRESH_SECONDS` (1200), and `LOGOUTS` (100) log-outs; five minutes pass until a token runs out under open tabs.
`PARTS` (rotations refresh logouts mandates tabs) chooses among them; `MANDATES` (30) are revoked.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx

from shared.clock import today
from shared.local.ports import HOST
from svc_sso.demo import ENTERPRISES
from tests.bench.figures import Figure, parts_asked, tell
from tests.conformance.races_place import KEPT, LoggedIn, Place, entered, log_in, place_of, second_process, tokens_of
from tests.conformance.wire import all_at_once
from tests.support.platform import started_platform

TRIALS, PARALLEL = int(os.environ.get("TRIALS", "300")), int(os.environ.get("PARALLEL", "200"))
LOGOUTS = int(os.environ.get("LOGOUTS", "100"))
REFRESH_SECONDS = float(os.environ.get("REFRESH_SECONDS", "1200"))
MANDATES = int(os.environ.get("MANDATES", "30"))
PARTS = parts_asked("rotations refresh logouts mandates tabs")
RUNNING = "sso,gateway,complaints" + (",credit-registry" if "mandates" in PARTS else "")
"""Who represents an enterprise is claimed at the register."""
TABS, BROWSERS = 50, 10
ROTATIONS, BETWEEN = 3, 17.0
"""A rotation is noticed by every process within 15 s: the next one comes after that."""
API = "/api/complaints/v1/items"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}


async def refresh_races(place: Place, second: int) -> list[Figure]:
    """Many callers send the same refresh token at the same moment to two processes, again and again."""
    token = str((await asyncio.to_thread(log_in, place)).tokens["refresh_token"])
    statuses: Counter[int] = Counter()
    double = 0
    ports = (place.ports["sso"], second)
    done, until = 0, time.monotonic() + REFRESH_SECONDS
    while done < TRIALS and time.monotonic() < until:
        done += 1
        body = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
        answers = await all_at_once(HOST, ports, PARALLEL, "/oauth2/token", body, place.basic)
        statuses.update(status for status, _ in answers)
        given = {json.loads(text)["refresh_token"] for status, text in answers if status == 200}
        double += len(given) != 1
        token = given.pop()
    sys.stdout.write(f"answers to refreshes, by status: {dict(statuses)}\n")
    connection = await asyncpg.connect(place.environment["SSO_DATABASE_URL"].replace("+asyncpg", ""))
    open_ends = await connection.fetchval(
        "SELECT max(n) FROM (SELECT count(*) n FROM refresh_tokens WHERE used_at IS NULL GROUP BY grant_id) AS ends"
    )
    await connection.close()
    return [
        Figure("races.refresh_trials", done, "races"),
        Figure("races.refresh_calls", statuses.total(), "calls"),
        Figure("races.refresh_calls_refused", statuses.total() - statuses[200], "calls"),
        Figure("races.refresh_double_issues", double, "races", "<=0"),
        Figure("races.refresh_open_ends_of_a_family", float(open_ends), "tokens", "<=1"),
    ]


async def rotations(place: Place) -> list[Figure]:
    """Signing keys are rotated while tokens are issued and used at two services."""
    rejected, used, stop = Counter[str](), 0, asyncio.Event()
    access = (await asyncio.to_thread(log_in, place)).tokens["access_token"]

    async def use() -> None:
        nonlocal used
        async with httpx.AsyncClient(timeout=30, trust_env=False, limits=KEPT) as http:
            while not stop.is_set():
                given = await place.token(http, grant_type=EXCHANGE, subject_token=access,
                                          subject_token_type=ACCESS_TOKEN, audience="complaints")  # fmt: skip
                for url, token in ((f"{place.url('complaints')}/v1/items", given["access_token"]),
                                   (f"{place.url('sso')}/v1/me", access)):  # fmt: skip
                    answer = await http.get(url, headers={"Authorization": f"Bearer {token}"})
                    used += 1
                    if answer.status_code != 200:
                        rejected[f"{answer.status_code} {url}"] += 1

    tasks = [asyncio.create_task(use()) for _ in range(8)]
    for _ in range(ROTATIONS):
        command = (sys.executable, "-m", "svc_sso.rotate_keys", "--now")
        child = await asyncio.create_subprocess_exec(*command, env=place.environment, stdout=asyncio.subprocess.DEVNULL)
        assert await child.wait() == 0
        await asyncio.sleep(BETWEEN)
    stop.set()
    await asyncio.gather(*tasks)
    sys.stdout.write(f"refused while keys were rotated: {dict(rejected)}\n")
    return [
        Figure("races.rotations", ROTATIONS, "keys"),
        Figure("races.rotation_tokens_used", used, "calls"),
        Figure("races.rotation_tokens_rejected", rejected.total(), "calls", "<=0"),
    ]


async def logouts(place: Place) -> list[Figure]:
    """A log-in is ended at svc-sso; how long the gateway's session and a service's token still work."""
    seconds = []
    async with httpx.AsyncClient(timeout=30, trust_env=False, limits=KEPT) as http:
        for _ in range(LOGOUTS):
            person = await asyncio.to_thread(log_in, place)
            given = await place.token(http, grant_type=EXCHANGE, subject_token=person.tokens["access_token"],
                                      subject_token_type=ACCESS_TOKEN, audience="complaints")  # fmt: skip
            alive = _ways(place, http, person, given["access_token"])
            assert [await way() for way in alive] == [200] * len(alive)
            seconds.append(await _ended(place, http, person, alive))
    seconds.sort()
    return [
        Figure("races.logouts", LOGOUTS, "log-outs"),
        Figure("races.logout_dead_everywhere_p50", seconds[len(seconds) // 2], "s"),
        Figure("races.logout_dead_everywhere_p99", seconds[max(0, int(len(seconds) * 0.99) - 1)], "s", "<=2"),
        Figure("races.logout_dead_everywhere_most", seconds[-1], "s"),
    ]


Way = Callable[[], Awaitable[int]]


def _ways(place: Place, http: httpx.AsyncClient, person: LoggedIn, token: str) -> list[Way]:
    """The ways by which someone logged in gets at something: gateway, service, svc-sso."""

    def way(url: str, **headers: str) -> Way:
        async def ask() -> int:
            return (await http.get(url, headers=headers)).status_code

        return ask

    own = f"Bearer {person.tokens['access_token']}"
    return [
        way(place.platform.base_url + API, Cookie=person.cookie),
        way(f"{place.url('complaints')}/v1/items", Authorization=f"Bearer {token}"),
        way(f"{place.url('sso')}/oauth2/userinfo", Authorization=own),
        way(f"{place.url('sso')}/v1/me", Authorization=own),
    ]


async def _ended(place: Place, http: httpx.AsyncClient, person: LoggedIn, alive: list[Way]) -> float:
    form = {"refresh_token": person.tokens["refresh_token"]}
    begun = time.monotonic()
    answer = await http.post(f"{place.url('sso')}/oauth2/logout", data=form, headers={"Authorization": place.basic})
    answer.raise_for_status()
    return await _refused(alive, begun)


async def _refused(alive: list[Way], begun: float) -> float:
    """Seconds from `begun` until no way leads on."""
    while alive:
        statuses = await asyncio.gather(*(way() for way in alive))
        alive = [way for way, status in zip(alive, statuses, strict=True) if status not in (401, 403)]
        assert time.monotonic() - begun < 60, statuses
    return time.monotonic() - begun


async def mandates(place: Place) -> list[Figure]:
    """A mandate is revoked; how long its agent still gets at something for the enterprise, by gateway or service."""
    code, seconds = ENTERPRISES[0], []
    boss, agent = [await asyncio.to_thread(entered, place, who) for who in ("demo.legal", "demo.consumer")]
    boss.call("POST", "/api/sso/v1/me/organisations", json={"code": code}, expect=201, quiet=True)
    granted = f"/api/sso/v1/organisations/{code}/mandates"
    body = {"agent_username": "demo.consumer", "agent_name": "李娜", "matters": ["MR-COMPLAINT-RESPONSE"],
            "ends_on": f"{today() + timedelta(days=9)}"}  # fmt: skip
    async with httpx.AsyncClient(timeout=30, trust_env=False, limits=KEPT) as http:
        for _ in range(MANDATES):
            mandate = boss.json("POST", granted, json=body, expect=201, quiet=True)
            agent.call("POST", "/session/context", json={"org": code}, quiet=True)
            own = await asyncio.to_thread(tokens_of, place, agent)
            given = await place.token(http, grant_type=EXCHANGE, subject_token=own["access_token"], org=code,
                                      subject_token_type=ACCESS_TOKEN, audience="complaints")  # fmt: skip
            alive = _ways(place, http, LoggedIn(f"sid={agent.http.cookies['sid']}", own), given["access_token"])[:2]
            assert [await way() for way in alive] == [200, 200]
            begun = time.monotonic()
            boss.call("POST", f"{granted}/{mandate['id']}/revocation", quiet=True)
            seconds.append(await _refused(alive, begun))
    seconds.sort()
    return [
        Figure("races.mandates_revoked", len(seconds), "mandates"),
        Figure("races.mandate_dead_everywhere_p50", seconds[len(seconds) // 2], "s"),
        Figure("races.mandate_dead_everywhere_most", seconds[-1], "s", "<=2"),
    ]


async def tabs(place: Place, people: list[LoggedIn], begun: float) -> list[Figure]:
    """Fifty tabs of each of some browsers ask from before until after the access token behind the session runs out."""
    lifetime = people[0].tokens["expires_in"]
    await asyncio.sleep(max(0.0, begun + lifetime - 10 - time.monotonic()))
    until = time.monotonic() + 20 + BROWSERS
    statuses: Counter[int] = Counter()

    async def tab(http: httpx.AsyncClient, cookie: str) -> None:
        while time.monotonic() < until:
            statuses[(await http.get(API, headers={"Cookie": cookie})).status_code] += 1
            await asyncio.sleep(2)

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=place.platform.base_url, timeout=30, trust_env=False, limits=limits) as http:
        await asyncio.gather(*(tab(http, person.cookie) for person in people for _ in range(TABS)))
    sys.stdout.write(f"answers to the tabs, by status: {dict(statuses)}\n")
    return [
        Figure("races.tabs_over_expiry", TABS * len(people), "tabs"),
        Figure("races.tabs_calls", statuses.total(), "calls"),
        Figure("races.tabs_forced_log_ins", statuses[401], "calls", "<=0"),
        Figure("races.tabs_other_failures", statuses.total() - statuses[200] - statuses[401], "calls", "<=0"),
    ]


async def everything(place: Place) -> list[Figure]:
    """All races, one after the other; the long-lived sessions are begun first and looked at last."""
    begun, found = time.monotonic(), list[Figure]()
    people = [await asyncio.to_thread(log_in, place) for _ in range(BROWSERS)] if "tabs" in PARTS else []
    if "rotations" in PARTS:
        found += await rotations(place)
    if "refresh" in PARTS:
        with second_process(place) as other:
            found += await refresh_races(place, other.port)
    if "logouts" in PARTS:
        found += await logouts(place)
    if "mandates" in PARTS:
        found += await mandates(place)
    return found + (await tabs(place, people, begun) if people else [])


def main() -> int:
    """The command line; the status."""
    with tempfile.TemporaryDirectory(prefix="yiwang-races-") as name:
        root = Path(name)
        root.chmod(0o711)
        with started_platform(root, SERVICES=RUNNING, **UNLIMITED) as platform:
            found = asyncio.run(everything(place_of(platform)))
    tell("races", found)
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())
