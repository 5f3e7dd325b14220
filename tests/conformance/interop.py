"""Five independent client libraries go the same journey, unmodified: from discovery to a received logout token."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.conformance.browser import Browser, Landing
from tests.conformance.checks import FAIL, PASS, wait_until
from tests.conformance.places import NODE, Place, node_program
from tests.conformance.world import Client, Op
from tests.support.databases import PYTHON_PATH, ROOT

STEPS = ("discovery", "par", "code", "tokens", "userinfo", "refresh", "logout", "backchannel")
WITHOUT_PAR = ("authlib", "oauthlib", "idpyoidc")
SECONDS = 60


@dataclass
class Journey:
    """How far an application came, and what stopped it."""

    library: str
    done: list[str] = field(default_factory=list)
    fault: str = ""

    @property
    def result(self) -> str:
        return PASS if self.done == wanted(self.library) and not self.fault else FAIL


def wanted(library: str) -> list[str]:
    """The steps of a library's journey; pushed requests only where it can push."""
    return [step for step in STEPS if step != "par" or library not in WITHOUT_PAR]


def command(library: str) -> list[str]:
    """The program of an application."""
    if library in WITHOUT_PAR:
        return [sys.executable, "-m", f"tests.conformance.parties.{library}_party"]
    return [node_program(), str(NODE / f"{library}.mjs")]


def journeys(place: Place) -> dict[str, list[Journey]]:
    """The journeys of all libraries, by provider."""
    libraries = ("openid-client", "oauth4webapi", *WITHOUT_PAR)
    return {op.name: [travel(place, op, library) for library in libraries] for op in place.providers}


def travel(place: Place, op: Op, library: str) -> Journey:
    """Lets one application go its way, as its browser and its web server."""
    client, journey = op.clients[library], Journey(library)
    file = place.folder / f"{op.name}-{library}.json"
    file.write_text(json.dumps(_told(op, client, place)), encoding="utf-8")
    trusted = str(place.certificates.authority)
    environment = {
        **os.environ, "PYTHONPATH": f"{ROOT}:{PYTHON_PATH}", "NODE_EXTRA_CA_CERTS": trusted, "SSL_CERT_FILE": trusted,
        "REQUESTS_CA_BUNDLE": trusted,
    }  # fmt: skip
    child = subprocess.Popen(
        [*command(library), str(file)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=place.folder,  # idpyoidc leaves files where it runs
    )  # fmt: skip
    try:
        with op.http() as http:
            _serve(child, Browser(http, op.issuer), op, client, journey)
        child.wait(SECONDS)
    except (AssertionError, subprocess.TimeoutExpired) as fault:
        journey.fault = str(fault)
    finally:
        child.kill()
        _, errors = child.communicate()
    if journey.result == FAIL and not journey.fault:
        lines = [line for line in errors.splitlines() if line.strip()]
        journey.fault = " | ".join(lines[-3:])[-400:]
    return journey


def _told(op: Op, client: Client, place: Place) -> dict[str, Any]:
    return {
        "issuer": op.issuer,
        "client_id": client.client_id,
        "secret": client.secret,
        "key": client.key.as_dict(private=True) if client.key else None,
        "redirect_uri": client.redirect_uri,
        "post_logout_uri": client.post_logout_uri,
        "id_token_alg": client.id_token_alg,
        "authority": str(place.certificates.authority),
    }


def _serve(child: "subprocess.Popen[str]", browser: Browser, op: Op, client: Client, journey: Journey) -> None:
    path = urlsplit(client.backchannel_uri).path
    for said in _lines(child):
        if "done" in said:
            journey.done.append(said["done"])
            continue
        if "visit" in said:
            shown = op.person.walk(browser, browser.open(said["visit"]))
            assert isinstance(shown, Landing), f"the browser is not back: {shown.status} {shown.text[-200:]}"
            answer = {"landed": f"{shown.address}?{urlencode(shown.params)}"}
        else:
            assert wait_until(lambda: bool(op.heard.at(path)), 10), "no logout token came within 10 s"
            answer = {"logout_token": op.heard.at(path)[-1].form["logout_token"][0]}
        assert child.stdin is not None
        child.stdin.write(json.dumps(answer) + "\n")
        child.stdin.flush()


def _lines(child: "subprocess.Popen[str]") -> Iterator[dict[str, str]]:
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("{"):
            yield json.loads(line)


def tell(found: dict[str, list[Journey]]) -> None:
    """The table: a line for each library and provider."""
    sys.stdout.write("\nIndependent client libraries\n")
    for provider, journeys_ in found.items():
        for journey in journeys_:
            way = " ".join(journey.done)
            sys.stdout.write(f"{journey.library:14} {provider:14} {journey.result:5} {way} {journey.fault}\n")
        passed = sum(journey.result == PASS for journey in journeys_)
        sys.stdout.write(f"{'':14} {provider:14} {passed} of {len(journeys_)}\n")


def save(found: dict[str, list[Journey]], file: Path) -> None:
    """The same for machines."""
    lines = {name: {j.library: j.result for j in journeys_} for name, journeys_ in found.items()}
    file.write_text(json.dumps(lines, indent=1), encoding="utf-8")
