"""An application on oauthlib by way of requests-oauthlib; ID and logout tokens are read by PyJWT."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from oauthlib.oauth2 import WebApplicationClient
from requests_oauthlib import OAuth2Session

from tests.conformance.parties.driver import TOLD, done, logout_token, visit

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def main() -> None:
    """The journey."""
    told = requests.get(f"{TOLD['issuer']}/.well-known/openid-configuration", timeout=20).json()
    assert told["issuer"] == TOLD["issuer"]
    done("discovery")
    client = WebApplicationClient(TOLD["client_id"])
    session = OAuth2Session(client=client, redirect_uri=TOLD["redirect_uri"], scope=["openid", "profile"], pkce="S256")
    nonce = secrets.token_urlsafe(24)
    address, _ = session.authorization_url(told["authorization_endpoint"], nonce=nonce)
    landed = visit(address)
    done("code")
    token = session.fetch_token(
        told["token_endpoint"], authorization_response=landed, client_secret=TOLD["secret"], include_client_id=None
    )
    claims = _read(told, token["id_token"])
    assert claims["nonce"] == nonce
    done("tokens")
    assert session.get(told["userinfo_endpoint"], timeout=20).json()["sub"] == claims["sub"]
    done("userinfo")
    auth = requests.auth.HTTPBasicAuth(TOLD["client_id"], TOLD["secret"])
    session.refresh_token(told["token_endpoint"], auth=auth)
    assert session.get(told["userinfo_endpoint"], timeout=20).json()["sub"] == claims["sub"]
    done("refresh")
    state = secrets.token_urlsafe(16)
    hint = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": TOLD["post_logout_uri"], "state": state}
    landed = visit(f"{told['end_session_endpoint']}?{urlencode(hint)}")
    assert parse_qs(urlsplit(landed).query)["state"] == [state]
    done("logout")
    heard = _read(told, logout_token())
    assert EVENT in heard["events"]
    assert "nonce" not in heard
    assert heard["sid"] == claims["sid"]
    done("backchannel")


def _read(told: dict[str, Any], token: str) -> dict[str, Any]:
    key = jwt.PyJWKClient(told["jwks_uri"]).get_signing_key_from_jwt(token)
    algorithms = told["id_token_signing_alg_values_supported"]
    needed: Any = {"require": ["iss", "aud", "exp", "iat"]}
    return jwt.decode(
        token, key, algorithms=algorithms, audience=TOLD["client_id"], issuer=TOLD["issuer"], options=needed
    )


if __name__ == "__main__":
    main()
