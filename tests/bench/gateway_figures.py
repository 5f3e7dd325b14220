"""The gateway beside the plain reverse proxies of caddy and nginx, in front of the same service.

`make bench-gateway`: a platform of its own on free ports and, beside it, caddy and nginx; traffic to loopback only;
everything stops by itself. The session is a log-in at svc-sso. `ROUNDS` (5) interleaved rounds of `SECONDS` (4) each;
the table shows medians, `.bench/gateway.jsonl` holds them for machines. `PARTS` (cost latency streams slow away
restarts) chooses what is measured; `AWAY` (60) is how long svc-sso is away.
"""

import asyncio
import json
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.local.demo import PASSWORD as DEMO_PASSWORD
from shared.local.journey.people import Person
from shared.local.ports import HOST, free_port
from tests.bench import gateway_trials as trials
from tests.bench import proxies
from tests.bench.figures import Figure, beside, parts_asked, tell
from tests.bench.proxies import Running
from tests.bench.wrk import CONNECTIONS, Load, wrk
from tests.support.platform import Platform, started_platform

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))
AWAY = float(os.environ.get("AWAY", "60"))
PARTS = parts_asked("cost latency streams slow away restarts")
SIZE = 10 * 1024 * 1024
UPLOAD = "/api/services/v1/applications/17/materials/A"
PRIVATE, PUBLIC = "/api/services/v1/applications/17", "/api/services/v1/public"
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}


@dataclass(frozen=True)
class Place:
    """Everything that runs during the bench."""

    folder: Path
    platform: Platform
    service: Running
    gateway: Running
    caddy: Running
    nginx: Running
    cookie: str
    token: str


@dataclass(frozen=True)
class Case:
    """One thing under load."""

    name: str
    proxy: Running
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Sample:
    """One round of a case."""

    cpu: float  # microseconds for each request
    load: Load


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """Starts everything, and logs in."""
    with ExitStack() as stack:
        # svc-services is there to be heard: what its events can't tell of is not kept.
        chosen = {} if "restarts" in PARTS else {"SERVICES": "sso,services,gateway"}
        platform = stack.enter_context(started_platform(folder, **chosen, **UNLIMITED))
        service = stack.enter_context(proxies.upstream(folder))
        gateway = stack.enter_context(proxies.gateway(folder, platform, {"services": service.url}))
        caddy = stack.enter_context(proxies.caddy(folder, service.port))
        nginx = stack.enter_context(proxies.nginx(folder, service.port))
        citizen = Person(platform.base_url, "citizen")
        citizen.log_in("demo.citizen", DEMO_PASSWORD)
        cookie = f"sid={citizen.http.cookies['sid']}"
        token = bearer_token(platform)
        yield Place(folder, platform, service, gateway, caddy, nginx, cookie, token)


def bearer_token(platform: Platform) -> str:
    """An access token that svc-sso gives to a service."""
    ports = json.loads((platform.data / "ports.json").read_text(encoding="utf-8"))
    secret = (platform.data / "secrets" / "complaints" / "client-secret").read_text(encoding="utf-8").strip()
    form = {"grant_type": "client_credentials", "audience": "credit-registry"}
    url = f"http://{HOST}:{ports['sso']}/oauth2/token"
    answer = httpx.post(url, data=form, auth=("svc-complaints", secret), trust_env=False)
    return str(answer.raise_for_status().json()["access_token"])


def sample(place: Place, case: Case) -> Sample:
    """Loads one proxy for a while."""
    before = case.proxy.cpu_seconds()
    load = wrk(place.folder, case.proxy.url + case.path, case.headers, seconds=SECONDS)
    assert load.errors == 0, f"{case.name}: {load.errors} of {load.requests} failed"
    return Sample((case.proxy.cpu_seconds() - before) / load.requests * 1e6, load)


def cases(place: Place) -> list[Case]:
    """What is compared. The plain proxies know no sessions and keep nothing; they get the same bytes."""
    session, bearer = {"Cookie": place.cookie}, {"Authorization": f"Bearer {place.token}"}
    return [
        Case("authenticated", place.gateway, PRIVATE, session),
        Case("caddy", place.caddy, PRIVATE, session),
        Case("bearer", place.gateway, PRIVATE, bearer),
        Case("nginx", place.nginx, PRIVATE, session),
        Case("cached", place.gateway, PUBLIC, {}),
        Case("direct", place.service, PRIVATE, session),
    ]


def cost(place: Place) -> list[Figure]:
    """CPU for each request and requests a second: one warm-up, then the rounds."""
    found: dict[str, list[Sample]] = {}
    for turn in range(ROUNDS + 1):
        for case in cases(place):
            taken = sample(place, case)
            if turn:
                found.setdefault(case.name, []).append(taken)
    cpu = {name: statistics.median(each.cpu for each in taken) for name, taken in found.items()}
    rate = {name: statistics.median(each.load.rate for each in taken) for name, taken in found.items()}
    told = []
    for name, goal in (("authenticated", "<=1.0"), ("bearer", "<=1.0"), ("cached", "<=0.5")):
        told.append(beside(f"gateway.{name}_cpu", cpu[name], "us", goal, "caddy", cpu["caddy"]))
    told.append(beside("gateway.authenticated_cpu_nginx", cpu["authenticated"], "us", None, "nginx", cpu["nginx"]))
    for name in ("authenticated", "bearer", "cached"):
        told.append(beside(f"gateway.{name}_rate", rate[name], "1/s", None, "caddy", rate["caddy"]))
    for name in ("nginx", "direct"):
        told.append(Figure(f"gateway.{name}_rate", rate[name], "1/s"))
    for quantile in ("p50", "p99"):
        ms = {name: statistics.median(getattr(s.load, quantile) for s in taken) * 1e3 for name, taken in found.items()}
        told.append(
            beside(f"gateway.authenticated_full_{quantile}", ms["authenticated"], "ms", None, "caddy", ms["caddy"])
        )
    return told


def latency(place: Place) -> list[Figure]:
    """What the gateway adds to a direct call at half of the load it can bear."""
    headers = {"Cookie": place.cookie}
    full = wrk(place.folder, place.gateway.url + PRIVATE, headers, seconds=SECONDS)
    pause = max(round(CONNECTIONS / (full.rate / 2) * 1e3 - full.p50 * 5e2), 1)
    added: dict[str, list[float]] = {"p50": [], "p99": []}
    rates = []
    for _ in range(ROUNDS):
        at_gateway, direct = (
            wrk(place.folder, each.url + PRIVATE, headers, seconds=SECONDS, pause_ms=pause)
            for each in (place.gateway, place.service)
        )
        rates.append(at_gateway.rate)
        for quantile, values in added.items():
            values.append((getattr(at_gateway, quantile) - getattr(direct, quantile)) * 1e3)
    return [
        Figure("gateway.half_load_rate", statistics.median(rates), "1/s"),
        Figure("gateway.added_p50", statistics.median(added["p50"]), "ms", "<=2"),
        Figure("gateway.added_p99", statistics.median(added["p99"]), "ms", "<=10"),
    ]


def streams(place: Place) -> list[Figure]:
    """MB a second and CPU for each MB, 10 MB at a time, four at once, down and up."""
    headers = {"Authorization": f"Bearer {place.token}"}
    ways = (("download", "/api/services/v1/large", 0), ("upload", UPLOAD, SIZE))
    told = []
    for name, path, upload in ways:
        speed: dict[str, list[float]] = {"gateway": [], "caddy": []}
        used: dict[str, list[float]] = {"gateway": [], "caddy": []}
        for _ in range(ROUNDS):
            for proxy in (place.gateway, place.caddy):
                before = proxy.cpu_seconds()
                load = wrk(place.folder, proxy.url + path, headers, seconds=SECONDS, connections=4, upload=upload)
                assert load.errors == 0, f"{name} by {proxy.name}: {load.errors} failed"
                megabytes = load.requests * SIZE / 1e6
                speed[proxy.name].append(megabytes / load.seconds)
                used[proxy.name].append((proxy.cpu_seconds() - before) / megabytes * 1e6)
        mb, us = ({each: statistics.median(values) for each, values in all_.items()} for all_ in (speed, used))
        told.append(beside(f"gateway.{name}_rate", mb["gateway"], "MB/s", None, "caddy", mb["caddy"]))
        told.append(beside(f"gateway.{name}_cpu", us["gateway"], "us/MB", None, "caddy", us["caddy"]))
    return told


def slow(place: Place) -> list[Figure]:
    """Honest callers beside slow sockets."""
    limits = {"CONNECTIONS_PER_ADDRESS": "5000"}  # all come from one address here; the deadline is what helps
    services = {"services": place.service.url}
    with proxies.gateway(place.folder, place.platform, services, **limits) as gateway:
        return trials.slow_sockets(gateway, PRIVATE, {"Cookie": place.cookie})


def away(place: Place) -> list[Figure]:
    """svc-sso away, and back."""

    async def measure() -> list[Figure]:
        ports = json.loads((place.platform.data / "ports.json").read_text(encoding="utf-8"))
        relay = trials.Relay(free_port(), ports["sso"])
        await relay.open()
        url = f"http://{HOST}:{relay.port}"
        settings = {"TOKEN_URL": f"{url}/oauth2/token", "JWKS_URL": f"{url}/oauth2/jwks"}
        services = {"services": place.service.url, "sso": url}
        with ExitStack() as stack:
            running = proxies.gateway(place.folder, place.platform, services, **settings)
            gateway = await asyncio.to_thread(stack.enter_context, running)
            return await trials.provider_away(gateway, relay, PRIVATE, place.cookie, AWAY)

    return asyncio.run(measure())


def restarts(place: Place) -> list[Figure]:
    """Each service, and each process of a gateway of two, restarted under load."""
    found = trials.restarts(place.platform, place.cookie)
    with proxies.gateway(place.folder, place.platform, {"services": place.service.url}, "--workers", "2") as gateway:
        return found + trials.restart_of_gateway(gateway, PRIVATE, place.cookie)


MEASURES = {"cost": cost, "latency": latency, "streams": streams, "slow": slow, "away": away, "restarts": restarts}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as name:
        root = Path(name)
        root.chmod(0o711)
        with place(root) as everything:
            tell("gateway", [figure for part in PARTS for figure in MEASURES[part](everything)])
