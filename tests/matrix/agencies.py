"""Systems of agencies: registered by the security administrator, with a key and tokens of their own."""

import time
import uuid

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.matrix.policy import AGENCIES
from tests.support.platform import Platform

AUDIENCES = ("sso", "disclosure", "services", "complaints", "credit-registry", "gateway")


Who = tuple[str, str, ECKey]
"""A client, the issuer whom it asks for tokens, and its key."""


def agency_of(platform: Platform, administrator: httpx.Cookies, kind: str = "agency") -> tuple[str, dict[str, str]]:
    """The system of an agency of a kind of the policy, registered by the administrator: client, token by audience."""
    who = registered(platform, administrator, kind)
    with httpx.Client(base_url=platform.base_url, timeout=20, trust_env=False) as http:
        return who[0], {audience: token(http, who, audience) for audience in AUDIENCES}


def registered(platform: Platform, administrator: httpx.Cookies, kind: str) -> Who:
    """A new system of an agency, with a key of its own and the permissions of its kind."""
    name, key = f"agency-{uuid.uuid4().hex[:8]}", ECKey.generate_key("P-256", {"kid": "one"})
    body = {"id": name, "kind": "agency", "name": "随州市税务局", "owner_unit": "HQ",
            "keys": [key.as_dict(private=False)],
            "permissions": ["sso:clients:self", *AGENCIES[kind]]}  # fmt: skip
    with httpx.Client(base_url=platform.base_url, timeout=20, trust_env=False) as http:
        made = http.post("/api/sso/v1/clients", json=body, headers={"X-CSRF": "1"}, cookies=administrator)
        assert made.status_code == 201, made.text
        return name, str(http.get("/.well-known/openid-configuration").json()["issuer"]), key


def token(http: httpx.Client, who: Who, audience: str) -> str:
    """An access token for one service; it lasts five minutes at most."""
    name, issuer, key = who
    claims = {"iss": name, "sub": name, "aud": issuer, "jti": uuid.uuid4().hex, "exp": int(time.time()) + 60}
    form = {
        "grant_type": "client_credentials",
        "audience": audience,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256", "kid": "one"}, claims | {"iat": int(time.time())}, key),
    }
    return str(http.post("/oauth2/token", data=form).raise_for_status().json()["access_token"])
