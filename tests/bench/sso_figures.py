"""The token endpoint beside that of npm oidc-provider, and how many people can log in within a minute.

`make bench-sso`: a platform of its own on free ports, its PostgreSQL durable, and oidc-provider with everything in
memory; both speak plain HTTP on the loopback, wrk asks both in turn with 16 connections. svc-sso signs each token
(ES256) and audits it; the peer hands out opaque ones. `ROUNDS` (5) interleaved rounds of `SECONDS` (5); the table shows
medians, `.bench/sso.jsonl` holds them for machines. Everything stops by itself.
"""

import base64
import concurrent.futures
import json
import os
import secrets
import ssl
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import psutil
from joserfc.jwk import ECKey, RSAKey

from shared.local.demo import PASSWORD
from shared.local.ports import HOST, free_port
from tests.bench.figures import Figure, beside, tell
from tests.bench.proxies import running
from tests.bench.wrk import TELL, Load
from tests.conformance.browser import Browser, Landing, Person
from tests.conformance.checks import wait_until
from tests.conformance.places import GRANTS, NODE, OWN, install_node, node_program
from tests.conformance.world import challenge_of
from tests.support.platform import READY_SECONDS, Platform, launch
from tests.support.processes import told_by

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "5"))
CONNECTIONS = 16
LOGGING_IN = 4
LOGIN_SECONDS = 15.0
PEER = "oidc-provider"
# Each thread of wrk has one connection and a chain of refresh tokens of its own: the next request carries the token
# of the last answer.
REFRESH = """
local chains, given = {{ {tokens} }}, 0
setup = function(thread) given = given + 1; thread:set("chain", chains[given]) end
request = function() return wrk.format("POST", nil, nil, "grant_type=refresh_token&refresh_token=" .. chain) end
response = function(status, headers, body) chain = string.match(body, '"refresh_token":%s*"([^"]+)"') or "lost" end
"""


@dataclass(frozen=True)
class Provider:
    """A provider under load: where people and applications go, who may ask, what its processes are."""

    name: str
    origin: str
    token_url: str
    client: tuple[str, str]
    redirect_uri: str
    person: Person
    processes: Sequence[psutil.Process]
    database: Sequence[psutil.Process] = ()

    @property
    def authorization(self) -> str:
        return f"{self.origin}/{'oauth2/authorize' if self.name != PEER else 'auth'}"

    @property
    def header(self) -> str:
        return "Basic " + base64.b64encode(":".join(self.client).encode()).decode()

    def cpu(self, *, database: bool = False) -> float:
        """Seconds of processor time which its processes, or those of its database, have used."""
        return sum(_cpu(process) for process in (self.database if database else self.processes))


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def own(folder: Path) -> Iterator[Provider]:
    """svc-sso as `make run` starts it; the application is the gateway, which is not there and is not needed."""
    platform = launch(folder / "data", SERVICES="sso")
    try:
        port = _port(platform)
        secret = (platform.data / "secrets" / "gateway" / "client-secret").read_text(encoding="utf-8").strip()
        everything = psutil.Process(platform.runner.pid).children(recursive=True)
        serving = [p for p in everything if any(c.laddr.port == port for c in _listening(p))]
        database = [p for p in everything if "postgres" in (told_by(p.name) or "")]
        assert serving, "nobody listens"
        origin, back = f"http://{HOST}:{port}", f"{platform.base_url}/session/callback"
        person = Person("demo.citizen", PASSWORD)
        yield Provider(OWN, origin, f"{origin}/oauth2/token", ("gateway", secret), back, person, serving, database)
    finally:
        platform.stop()


def _port(platform: Platform) -> int:
    """The port of svc-sso, once everything is ready."""
    wait_until(lambda: "/docs" in platform.told() or platform.runner.poll() is not None, READY_SECONDS)
    assert "/docs" in platform.told(), platform.told()
    return int(json.loads((platform.data / "ports.json").read_text(encoding="utf-8"))["sso"])


def _listening(process: psutil.Process) -> list[Any]:
    try:
        return [c for c in process.net_connections(kind="tcp") if c.status == psutil.CONN_LISTEN]
    except psutil.Error:
        return []


@contextmanager
def peer(folder: Path) -> Iterator[Provider]:
    """npm oidc-provider, with one application which may do what the gateway may."""
    install_node()
    port, secret = free_port(), secrets.token_urlsafe(32)
    origin, back = f"http://localhost:{port}", "http://localhost:1/callback"
    client = {"client_id": "bench", "client_secret": secret, "redirect_uris": [back], "grant_types": GRANTS}
    keys = [
        RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"}, private=True).as_dict(private=True),
        ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}, private=True).as_dict(private=True),
    ]
    told = {"issuer": origin, "port": port, "account": "demo.citizen", "keys": keys, "clients": [client]}
    file = folder / "peer.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    command = [node_program(), str(NODE / "provider.mjs"), str(file)]
    with running(PEER, command, port, folder) as found:
        processes = [psutil.Process(found.process.pid)]
        person = Person("demo.citizen", PASSWORD)
        yield Provider(PEER, origin, f"http://{HOST}:{port}/token", ("bench", secret), back, person, processes)


# People.


def log_in(provider: Provider) -> str:
    """A person's whole way through the provider's pages; the refresh token at its end."""
    verifier = secrets.token_urlsafe(48)
    asked = {"client_id": provider.client[0], "redirect_uri": provider.redirect_uri, "response_type": "code",
             "scope": "openid profile", "state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16),
             "code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}  # fmt: skip
    with httpx.Client(verify=_NO_TLS, timeout=60, trust_env=False) as http:
        browser = Browser(http, provider.origin, provider.redirect_uri)
        shown = provider.person.walk(browser, browser.open(f"{provider.authorization}?{urlencode(asked)}"))
        assert isinstance(shown, Landing), shown
        form = {"grant_type": "authorization_code", "code": shown.params["code"], "code_verifier": verifier,
                "redirect_uri": provider.redirect_uri}  # fmt: skip
        answer = http.post(provider.token_url, data=form, headers={"Authorization": provider.header})
        return str(answer.raise_for_status().json()["refresh_token"])


_NO_TLS = ssl.create_default_context()


def log_ins_a_minute(provider: Provider) -> float:
    """How many people get through the log-in page in a minute, four at a time."""
    deadline = time.monotonic() + LOGIN_SECONDS

    def until_then() -> int:
        count = 0
        while time.monotonic() < deadline:
            log_in(provider)
            count += 1
        return count

    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(LOGGING_IN) as pool:
        done = sum(future.result() for future in [pool.submit(until_then) for _ in range(LOGGING_IN)])
    return done / (time.monotonic() - begun) * 60


# Load.


@dataclass(frozen=True)
class Sample:
    """One round: microseconds of processor time for each request, of the provider and of its database."""

    load: Load
    cpu: float
    database: float


def sample(folder: Path, provider: Provider, script: str, threads: int) -> Sample:
    """Loads a token endpoint for a while."""
    file = folder / "load.lua"
    file.write_text(TELL + script, encoding="utf-8")
    command = [
        "wrk", f"-t{threads}", f"-c{CONNECTIONS}", f"-d{SECONDS:g}s", "--timeout", "10s", "-s", str(file),
        "-H", f"Authorization: {provider.header}", "-H", "Content-Type: application/x-www-form-urlencoded",
        provider.token_url,
    ]  # fmt: skip
    before = provider.cpu(), provider.cpu(database=True)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + 60, check=True)
    load = Load(**json.loads(ended.stderr.strip().splitlines()[-1]))
    assert load.errors == 0, f"{provider.name}: {load.errors} of {load.requests} failed"
    after = provider.cpu(), provider.cpu(database=True)
    own_cpu, database = ((b - a) / load.requests * 1e6 for a, b in zip(before, after, strict=True))
    return Sample(load, own_cpu, database)


def client_credentials(folder: Path, provider: Provider) -> Sample:
    """An application asks for tokens of its own."""
    form = "grant_type=client_credentials&audience=complaints"
    return sample(folder, provider, f'wrk.method = "POST"\nwrk.body = "{form}"\n', 1)


def refresh(folder: Path, provider: Provider) -> Sample:
    """Sixteen log-ins are kept going, each by its own chain of refresh tokens."""
    with concurrent.futures.ThreadPoolExecutor(LOGGING_IN) as pool:
        tokens = list(pool.map(lambda _: log_in(provider), range(CONNECTIONS)))
    chains = ", ".join(f'"{token}"' for token in tokens)
    return sample(folder, provider, REFRESH.format(tokens=chains), CONNECTIONS)


CASES = {"client_credentials": (client_credentials, ">=1.0"), "refresh": (refresh, ">=0.3")}


def figures(folder: Path) -> list[Figure]:
    """Measures everything, one provider after the other in each round."""
    found: list[Figure] = []
    with ExitStack() as stack:
        ours, theirs = stack.enter_context(own(folder)), stack.enter_context(peer(folder))
        for name, (case, goal) in CASES.items():
            samples: dict[str, list[Sample]] = {ours.name: [], theirs.name: []}
            for _ in range(ROUNDS):
                for provider in (ours, theirs):
                    samples[provider.name].append(case(folder, provider))
            found += compared(name, goal, samples[ours.name], samples[theirs.name])
        found.append(Figure("sso.log_ins", log_ins_a_minute(ours), "/min"))
    return found


def compared(name: str, goal: str, ours: list[Sample], theirs: list[Sample]) -> list[Figure]:
    """The lines of one case."""

    def line(part: str, unit: str, goal: str | None, value: str, scale: float = 1.0) -> Figure:
        pair = [statistics.median(_value(s, value) for s in samples) * scale for samples in (ours, theirs)]
        return beside(f"sso.{name}{part}", pair[0], unit, goal, PEER, pair[1])

    database = statistics.median(s.database for s in ours)
    return [
        line("", "/s", goal, "rate"),
        line("_cpu", "us", None, "cpu"),
        line("_p50", "ms", None, "p50", 1000),
        line("_p99", "ms", None, "p99", 1000),
        Figure(f"sso.{name}_database_cpu", database, "us"),
    ]


def _value(sample: Sample, name: str) -> float:
    return float(sample.cpu if name == "cpu" else getattr(sample.load, name))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as place:
        root = Path(place)
        root.chmod(0o711)
        tell("sso", figures(root))
