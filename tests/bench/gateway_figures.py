"""The gateway beside the plain reverse proxies of caddy and nginx, in front of the same service.

`make bench-gateway`: a platform of its own (svc-sso, database, broker) on free ports and, beside it, caddy and nginx;
traffic to loopback only; everything stops by itself. The session is a log-in at svc-sso. `ROUNDS` (5) interleaved
rounds of `SECONDS` (4) each; the table shows medians, `.bench/gateway.jsonl` holds them for machines.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.local.journey.establishment import DEMO_PASSWORD
from shared.local.journey.people import Person
from tests.bench import proxies
from tests.bench.figures import Figure, beside, tell
from tests.bench.proxies import Running
from tests.bench.wrk import Load, wrk
from tests.support.platform import started_platform

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))
PRIVATE, PUBLIC = "/api/services/v1/applications/17", "/api/services/v1/public"
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}


@dataclass(frozen=True)
class Place:
    """Everything that runs during the bench."""

    folder: Path
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
        platform = stack.enter_context(started_platform(folder, SERVICES="sso,gateway", **UNLIMITED))
        service = stack.enter_context(proxies.upstream(folder))
        gateway = stack.enter_context(proxies.gateway(folder, platform, {"services": service.url}))
        caddy = stack.enter_context(proxies.caddy(folder, service.port))
        nginx = stack.enter_context(proxies.nginx(folder, service.port))
        citizen = Person(platform.base_url, "citizen")
        citizen.log_in("demo.citizen", DEMO_PASSWORD)
        cookie = f"sid={citizen.http.cookies['sid']}"
        yield Place(folder, service, gateway, caddy, nginx, cookie, "bench")


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


def figures(place: Place) -> list[Figure]:
    """Measures everything: one warm-up, then the rounds."""
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as name:
        root = Path(name)
        root.chmod(0o711)
        with place(root) as everything:
            tell("gateway", figures(everything))
