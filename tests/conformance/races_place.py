"""The platform on which many things happen at once: where its parts listen, and people who have logged in at it."""

import base64
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from shared.local.demo import PASSWORD
from shared.local.environment import environment_of
from shared.local.journey.people import Person
from shared.local.nats import Broker
from shared.local.ports import HOST, free_port
from shared.local.postgres import Server
from shared.local.services import SERVICES
from tests.bench.proxies import UVICORN, Running, running
from tests.conformance.world import challenge_of
from tests.support.platform import Platform

SSO = next(each for each in SERVICES if each.name == "sso")


@dataclass
class Place:
    """The platform, where its parts listen, and the gateway's own credentials."""

    platform: Platform
    ports: dict[str, int]
    basic: str
    environment: dict[str, str]

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    @property
    def token_url(self) -> str:
        return f"{self.url('sso')}/oauth2/token"

    async def token(self, http: httpx.AsyncClient, **form: str) -> dict[str, Any]:
        """A token answer for the gateway."""
        answer = await http.post(self.token_url, data=form, headers={"Authorization": self.basic})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def place_of(platform: Platform) -> Place:
    """What the runner wrote down of itself."""
    data = platform.data
    ports = json.loads((data / "ports.json").read_text(encoding="utf-8"))
    ports |= {"gateway": int(platform.base_url.rsplit(":", 1)[1])}
    secret = (data / "secrets" / "gateway" / "client-secret").read_text(encoding="utf-8").strip()
    password = (data / "nats" / "password").read_text(encoding="utf-8").strip()
    server = Server(data / "postgres", ports["postgres"], None, "", {})
    environment = environment_of(SSO, data, server, Broker(data / "nats", ports["nats"], password), ports)
    basic = "Basic " + base64.b64encode(f"gateway:{secret}".encode()).decode()
    return Place(platform, ports, basic, {**os.environ, **environment})


KEPT = httpx.Limits(keepalive_expiry=2)
"""Connections are given up before the server may end them, after 5 s, perhaps while a call is on its way."""


@dataclass(frozen=True)
class LoggedIn:
    """A browser with a session at the gateway, and tokens which rest on the same log-in."""

    cookie: str
    tokens: dict[str, Any]


def log_in(place: Place) -> LoggedIn:
    """Logs in through the gateway, then takes a second code of the same log-in for tokens of its own."""
    person = entered(place, "demo.citizen")
    found = LoggedIn(f"sid={person.http.cookies['sid']}", tokens_of(place, person))
    person.http.close()
    return found


def entered(place: Place, username: str) -> Person:
    """Someone who has logged in through the gateway."""
    person = Person(place.platform.base_url, username)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, sys.stdout = sys.stdout, nowhere
        try:
            person.log_in(username, PASSWORD)
        finally:
            sys.stdout = out
    return person


def tokens_of(place: Place, person: Person) -> dict[str, Any]:
    """Tokens of someone's log-in beside those which the gateway has."""
    verifier, back = "v" * 64, f"{place.platform.base_url}/session/callback"
    asked = {"client_id": "gateway", "redirect_uri": back, "response_type": "code", "scope": "openid profile",
             "prompt": "none", "code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}  # fmt: skip
    answer = person.http.get(f"/oauth2/authorize?{urlencode(asked)}", follow_redirects=False)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    given = httpx.post(place.token_url, data=form, headers={"Authorization": place.basic}, trust_env=False)
    tokens: dict[str, Any] = given.raise_for_status().json()
    return tokens


def second_process(place: Place) -> contextlib.AbstractContextManager[Running]:
    """Another process of svc-sso on the same database."""
    port = free_port()
    command = [sys.executable, *UVICORN, "--port", str(port), "--factory", "svc_sso.main:create_app"]
    return running("svc-sso", command, port, place.platform.data.parent, **place.environment)
