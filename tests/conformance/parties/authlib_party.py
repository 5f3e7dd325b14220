"""An application on Authlib, with its own parts put together as its framework integrations do."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.base_client import BaseApp
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.parties.driver import TOLD, done, logout_token, visit

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Application(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
    """Authlib's client without a web framework around it."""

    client_cls = OAuth2Session


def main() -> None:
    """The journey."""
    app = Application(
        None,
        client_id=TOLD["client_id"],
        client_secret=TOLD["secret"],
        server_metadata_url=f"{TOLD['issuer']}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    app.load_server_metadata()
    done("discovery")
    asked = app.create_authorization_url(TOLD["redirect_uri"])
    landed = visit(asked["url"])
    back = {name: values[0] for name, values in parse_qs(urlsplit(landed).query).items()}
    assert back["state"] == asked["state"]
    done("code")
    token = app.fetch_access_token(TOLD["redirect_uri"], code=back["code"], code_verifier=asked["code_verifier"])
    claims = app.parse_id_token(token, nonce=asked["nonce"])
    done("tokens")
    assert app.userinfo(token=token)["sub"] == claims["sub"]
    done("userinfo")
    again = OAuth2Session(TOLD["client_id"], TOLD["secret"])
    fresh = again.refresh_token(app.server_metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert app.userinfo(token=fresh)["sub"] == claims["sub"]
    done("refresh")
    out = app.create_logout_url(TOLD["post_logout_uri"], id_token_hint=token["id_token"])
    assert parse_qs(urlsplit(visit(out["url"])).query)["state"] == [out["state"]]
    done("logout")
    _hear(app, claims)
    done("backchannel")


def _hear(app: Any, claims: dict[str, Any]) -> None:
    keys = KeySet.import_key_set(app.fetch_jwk_set(force=True))
    token = jwt.decode(logout_token(), keys, algorithms=["RS256", "ES256"])
    known = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": TOLD["issuer"]}, aud={"essential": True, "value": TOLD["client_id"]},
        exp={"essential": True}, iat={"essential": True}, jti={"essential": True},
    )  # fmt: skip
    known.validate(token.claims)
    assert EVENT in token.claims["events"]
    assert "nonce" not in token.claims
    assert token.claims["sid"] == claims["sid"]


if __name__ == "__main__":
    main()
