"""What the provider tells of itself (OpenID Connect Discovery 1.0, RFC 8414)."""

from svc_sso.assertions.rules import ALGORITHMS as ASSERTION_ALGORITHMS
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, EXCHANGE, METHODS, REFRESH
from svc_sso.keys.rules import ES256, RS256
from svc_sso.oidc.rules import PROMPTS, SCOPES
from svc_sso.tokens.rules import person_claims

ACRS = ("urn:yiwang:acr:password", "urn:yiwang:acr:mfa", "urn:yiwang:acr:passkey")
ABOUT_THE_LOGIN = ("sub", "iss", "aud", "exp", "iat", "nonce", "at_hash", "auth_time", "sid", "acr", "amr")


def metadata(issuer: str, origin: str) -> dict[str, object]:
    """The provider's description of itself; `origin` is where browsers and clients reach it."""
    base = f"{origin}/oauth2"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/authorize",
        "pushed_authorization_request_endpoint": f"{base}/par",
        "token_endpoint": f"{base}/token",
        "jwks_uri": f"{base}/jwks",
        "userinfo_endpoint": f"{base}/userinfo",
        "revocation_endpoint": f"{base}/revoke",
        "introspection_endpoint": f"{base}/introspect",
        "end_session_endpoint": f"{base}/logout",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [AUTHORIZATION_CODE, REFRESH, CLIENT_CREDENTIALS, EXCHANGE],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [RS256, ES256],
        **_authentication(),
        "dpop_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "require_pushed_authorization_requests": False,
        "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": list(ACRS),
        "display_values_supported": ["page", "popup", "touch"],
        "claim_types_supported": ["normal"],
        "claims_supported": [*ABOUT_THE_LOGIN, *sorted(person_claims())],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["zh-CN", "en"],
    }


def _authentication() -> dict[str, object]:
    found: dict[str, object] = {}
    for endpoint in ("token", "revocation", "introspection"):
        found[f"{endpoint}_endpoint_auth_methods_supported"] = list(METHODS)
        found[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(ASSERTION_ALGORITHMS)
    return found
