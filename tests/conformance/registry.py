"""Registers the applications of the checks at svc-sso as an operator does: by its API, as security administrator."""

import dataclasses
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx

from shared.local.demo import PASSWORD, fresh_code
from tests.conformance.browser import Browser, Landing, Person
from tests.conformance.world import Client, Op, challenge_of

ADMINISTRATOR = "secadmin"
CONTACT = {"phone": "13800001234", "email": "wei@example.com", "address": "湖北省随州市曾都区烈山大道一号"}


def register(op: Op, gateway_secret: str) -> dict[str, Client]:
    """Registers `op.clients`; the same with the secrets which the provider made for them."""
    with op.http() as http:
        person = Person(ADMINISTRATOR, PASSWORD, lambda: fresh_code(op.issuer, ADMINISTRATOR))
        token = _token(op, http, person, gateway_secret)
        _complete(op, http, _token(op, http, op.person, gateway_secret))
        return {role: _registered(op, http, token, client) for role, client in op.clients.items()}


def _token(op: Op, http: httpx.Client, person: Person, gateway_secret: str) -> str:
    """Someone's access token, by way of the platform's own application."""
    http.cookies.clear()
    back, verifier = f"{op.issuer}/session/callback", secrets.token_urlsafe(48)
    asked = {"client_id": "gateway", "redirect_uri": back, "response_type": "code", "scope": "openid profile",
             "code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}  # fmt: skip
    browser = Browser(http, op.issuer, back)
    shown = person.walk(browser, browser.open(f"{op.metadata['authorization_endpoint']}?{urlencode(asked)}"))
    assert isinstance(shown, Landing), shown
    form = {"grant_type": "authorization_code", "code": shown.params["code"], "redirect_uri": back,
            "code_verifier": verifier}  # fmt: skip
    answer = http.post(op.metadata["token_endpoint"], data=form, auth=("gateway", gateway_secret))
    return str(answer.raise_for_status().json()["access_token"])


def _complete(op: Op, http: httpx.Client, token: str) -> None:
    """Gives the person who logs in in the checks a mailbox and an address, as he does himself."""
    headers = {"Authorization": f"Bearer {token}"}
    version = http.get(f"{op.issuer}/v1/me", headers=headers).headers["etag"]
    answer = http.patch(f"{op.issuer}/v1/me", json=CONTACT, headers=headers | {"If-Match": version})
    assert answer.status_code == 200, answer.text


def _registered(op: Op, http: httpx.Client, token: str, client: Client) -> Client:
    answer = http.post(f"{op.issuer}/v1/clients", json=_body(client), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    return dataclasses.replace(client, secret=answer.json().get("client_secret") or "")


def _body(client: Client) -> dict[str, Any]:
    return {
        "id": client.client_id,
        "kind": "agency" if client.key else "application",
        "name": f"应用 {client.client_id}",
        "owner_unit": "HQ",
        "token_endpoint_auth_method": client.method,
        "keys": [key.as_dict(private=False) for key in (client.key, client.rsa) if key is not None],
        "redirect_uris": [client.redirect_uri, f"{client.redirect_uri}?with=query"],
        "post_logout_redirect_uris": [client.post_logout_uri],
        "backchannel_logout_uri": client.backchannel_uri,
        "contacts": ["office@example.cn"],
        "dpop_bound": client.dpop,
        "require_pushed_authorization_requests": client.key is not None,
        "id_token_signed_response_alg": client.id_token_alg,
    }
