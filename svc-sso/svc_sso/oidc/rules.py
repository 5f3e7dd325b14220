"""What an authorization request must look like (OpenID Connect Core 3.1.2, RFC 7636, RFC 9700, RFC 9207)."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from svc_sso.factors.rules import ACR_ORDER
from svc_sso.grants.rules import CHALLENGE
from svc_sso.oidc.errors import RedirectedError
from svc_sso.tokens.rules import SCOPE_CLAIMS

SCOPES = ("openid", *SCOPE_CLAIMS)
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
REQUEST_LIFETIME = timedelta(minutes=10)
LONGEST_STATE, LONGEST_NONCE = 2000, 512
LONGEST_CLAIMS = 4096
MAX_AGE = re.compile(r"^[0-9]{1,9}$")
KEPT = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "prompt", "max_age",
    "acr_values", "claims", "login_hint", "ui_locales", "dpop_jkt",
)  # fmt: skip
RETURN_TO, SUBJECT, PUSHED = "return_to", "expected_subject", "pushed_as"
"""What a waiting request keeps beside the client's parameters: the own page to go back to, who is expected, and the
name under which it was pushed.
"""
UNSUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


def check(params: Mapping[str, str]) -> None:
    """Refuses a request which this provider does not serve. Client and redirect_uri are checked before."""
    for name, code in UNSUPPORTED.items():
        if name in params:
            raise RedirectedError(code, f"The parameter {name} is not supported.")
    if params.get("response_type") != "code":
        code = "unsupported_response_type" if "response_type" in params else "invalid_request"
        raise RedirectedError(code, "Only the response_type code is supported.")
    if params.get("response_mode", "query") != "query":
        raise RedirectedError("invalid_request", "Only the response_mode query is supported.")
    if "openid" not in params.get("scope", "").split():
        raise RedirectedError("invalid_scope", "The scope must contain openid.")
    _check_pkce(params)
    _check_texts(params)
    _check_prompt(params)
    _check_class(params)


def _check_pkce(params: Mapping[str, str]) -> None:
    if "code_challenge" not in params:
        raise RedirectedError("invalid_request", "PKCE is required: code_challenge is missing.")
    if params.get("code_challenge_method") != "S256":
        raise RedirectedError("invalid_request", "The code_challenge_method must be S256.")
    if not CHALLENGE.fullmatch(params["code_challenge"]):
        raise RedirectedError("invalid_request", "The code_challenge is malformed.")


def _check_texts(params: Mapping[str, str]) -> None:
    if len(params.get("state", "")) > LONGEST_STATE or len(params.get("nonce", "")) > LONGEST_NONCE:
        raise RedirectedError("invalid_request", "The state or nonce is too long.")
    if "dpop_jkt" in params and not CHALLENGE.fullmatch(params["dpop_jkt"]):
        raise RedirectedError("invalid_request", "The dpop_jkt is no SHA-256 thumbprint (RFC 9449, 10).")


def _check_prompt(params: Mapping[str, str]) -> None:
    prompts = set(params.get("prompt", "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise RedirectedError("invalid_request", "The prompt is not one that is known.")
    if "max_age" in params and not MAX_AGE.fullmatch(params["max_age"]):
        raise RedirectedError("invalid_request", "The max_age must be a number of seconds.")


def claims_of(params: Mapping[str, str]) -> dict[str, dict[str, object]] | None:
    """The parameter `claims` as it is meant (OpenID Connect Core, 5.5). Raises RedirectedError."""
    if "claims" not in params:
        return None
    wrong = RedirectedError("invalid_request", "The parameter claims is not what it must be.")
    if len(params["claims"]) > LONGEST_CLAIMS:
        raise wrong
    try:
        asked = json.loads(params["claims"])
        kept = json.dumps(asked, ensure_ascii=False, allow_nan=False)
        storable = b"\\u0000" not in kept.encode()
    except (ValueError, RecursionError) as exc:
        raise wrong from exc
    if not storable or not isinstance(asked, dict):
        raise wrong
    parts = {name: asked.get(name) or {} for name in ("userinfo", "id_token")}
    if not all(isinstance(part, dict) for part in parts.values()):
        raise wrong
    if not all(value is None or isinstance(value, dict) for part in parts.values() for value in part.values()):
        raise wrong
    return parts


def _check_class(params: Mapping[str, str]) -> None:
    """A class of log-in which must be and which there is not here fails at once (OpenID Connect Core, 5.5.1.1)."""
    wanted = _wanted_of(params, "acr")
    if _asked_of(params, "acr").get("essential") is True and wanted and not set(wanted) & set(ACR_ORDER):
        raise RedirectedError("unmet_authentication_requirements", "There is no such class of log-in here.")


def _asked_of(params: Mapping[str, str], claim: str) -> Mapping[str, object]:
    asked = ((claims_of(params) or {}).get("id_token") or {}).get(claim)
    return asked if isinstance(asked, Mapping) else {}


def _wanted_of(params: Mapping[str, str], claim: str) -> list[str]:
    """The values which a client wants a claim of the ID token to have."""
    asked = _asked_of(params, claim)
    values = asked.get("values")
    return [str(value) for value in [asked.get("value"), *(values if isinstance(values, list) else [])] if value]


def asked_acrs(params: Mapping[str, str]) -> list[str]:
    """The classes of log-in which a client asks for; a claim that names them goes before `acr_values`."""
    return _wanted_of(params, "acr") or params.get("acr_values", "").split()


def asked_subject(params: Mapping[str, str]) -> str | None:
    """The person whom a client wants to be logged in, and nobody else."""
    return next(iter(_wanted_of(params, "sub")), None)


def granted_scope(asked: str) -> str:
    """The scopes which this provider knows, in its order; others are ignored (RFC 6749, 3.3)."""
    return " ".join(scope for scope in SCOPES if scope in asked.split())


def needs_login(params: Mapping[str, str], authenticated_at: datetime | None, now: datetime) -> bool:
    """Whether the person must show the password, with or without a log-in from before."""
    if authenticated_at is None or {"login", "select_account"} & set(params.get("prompt", "").split()):
        return True
    if "max_age" in params:
        return now - authenticated_at > timedelta(seconds=int(params["max_age"]))
    return False


def with_params(address: str, params: Mapping[str, str | None]) -> str:
    """`address` with further query parameters; None is left out."""
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}" if query else address


def origin_of(address: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
