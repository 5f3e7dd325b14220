"""An application on idpyoidc, by its own RPHandler; it verifies logout tokens itself too."""

from urllib.parse import parse_qs, urlencode, urlsplit

from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.oauth2.stand_alone_client import backchannel_logout
from idpyoidc.client.rp_handler import RPHandler

from tests.conformance.parties.driver import TOLD, done, logout_token, visit

ADD_ONS = {
    "pkce": {
        "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
        "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
    }
}


def handler() -> RPHandler:
    """The library's handler with one provider, at which the application was registered by hand."""
    own = {
        "issuer": TOLD["issuer"],
        "client_id": TOLD["client_id"],
        "client_secret": TOLD["secret"],
        "client_type": "oidc",
        "redirect_uris": [TOLD["redirect_uri"]],
        "post_logout_redirect_uris": [TOLD["post_logout_uri"]],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "client_authn_methods": ["client_secret_basic", "bearer_header"],
        "services": DEFAULT_OIDC_SERVICES | {"end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"}},
        "add_ons": ADD_ONS,
    }
    base = TOLD["redirect_uri"].rpartition("/")[0]
    return RPHandler(base_url=base, client_configs={"op": own}, httpc_params={"verify": TOLD["authority"]})


def main() -> None:
    """The journey."""
    relying = handler()
    client = relying.client_setup("op")
    done("discovery")
    address = relying.init_authorization(client, req_args={"scope": ["openid", "profile"]})
    back = {name: values[0] for name, values in parse_qs(urlsplit(visit(address)).query).items()}
    done("code")
    found = relying.finalize(TOLD["issuer"], back)
    assert "error" not in found, found
    claims = found["id_token"]
    done("tokens")
    assert found["userinfo"]["sub"] == claims["sub"]
    done("userinfo")
    fresh = client.refresh_access_token(back["state"])
    assert client.get_user_info(back["state"], access_token=fresh["access_token"])["sub"] == claims["sub"]
    done("refresh")
    out = relying.logout(back["state"], client, TOLD["post_logout_uri"])
    landed = visit(out["url"])
    assert landed.partition("?")[0] == TOLD["post_logout_uri"]
    done("logout")
    backchannel_logout(client, request=urlencode({"logout_token": logout_token()}))
    done("backchannel")


if __name__ == "__main__":
    main()
