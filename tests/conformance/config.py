"""Config OP: the one module about the provider's description of itself (OpenID Connect Discovery 1.0, RFC 8414)."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.conformance.checks import Plan, expect
from tests.conformance.world import World

PLAN = Plan("Config OP")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
NEEDED = (
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported",
)  # fmt: skip
LISTS = re.compile(r".*_(supported|values_supported)")
KNOWN = {
    "issuer", "service_documentation", "op_policy_uri", "op_tos_uri", "jwks_uri", "registration_endpoint",
    "check_session_iframe", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint",
    "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests", "mtls_endpoint_aliases", "require_request_uri_registration",
    "device_authorization_endpoint", "signed_metadata", "require_signed_request_object",
    "tls_client_certificate_bound_access_tokens",
}  # fmt: skip
SWITCHES = re.compile(
    r"(claims|request|request_uri)_parameter_supported|(front|back)channel_logout(_session)?_supported"
    r"|authorization_response_iss_parameter_supported|client_id_metadata_document_supported"
)


@PLAN.check("C01", "oidcc-discovery-endpoint-verification", "the metadata is complete, true, and all of it https")
def _discovery(world: World) -> None:
    issuer = world.op.issuer
    answer = world.http.get(f"{issuer}/.well-known/openid-configuration")
    expect(answer.status_code == 200, f"status {answer.status_code}")
    expect(answer.headers["content-type"].partition(";")[0] == "application/json", answer.headers["content-type"])
    told = answer.json()
    expect(told["issuer"] == issuer, f"issuer is {told['issuer']}")
    parts = urlsplit(issuer)
    expect(parts.scheme == "https" and parts.netloc and not parts.query and not parts.fragment, "the issuer is no URL")
    _schema(world, told)
    _content(world, told)
    _keys(world, told["jwks_uri"])


def _schema(world: World, told: dict[str, Any]) -> None:
    for name in NEEDED:
        expect(name in told, f"{name} is missing")
    for name, value in told.items():
        if SWITCHES.fullmatch(name):
            expect(isinstance(value, bool), f"{name} is no boolean")
        elif LISTS.fullmatch(name):
            expect(isinstance(value, list) and value and all(isinstance(v, str) for v in value), f"{name}: {value}")
        elif name.endswith(("_endpoint", "_uri")):
            expect(urlsplit(str(value)).scheme == "https", f"{name} is not https")
            expect(not urlsplit(str(value)).fragment, f"{name} has a fragment")
        world.warn(name in KNOWN or LISTS.fullmatch(name), f"an unknown member: {name}")


def _content(world: World, told: dict[str, Any]) -> None:
    expect("code" in told["response_types_supported"], "response_types_supported lacks code")
    expect(set(told["subject_types_supported"]) <= {"public", "pairwise"}, "subject_types_supported")
    algorithms = told["id_token_signing_alg_values_supported"]
    expect("RS256" in algorithms, f"id_token_signing_alg_values_supported lacks RS256: {algorithms}")
    expect("none" not in told.get("userinfo_signing_alg_values_supported", []), "unsigned userinfo is advertised")
    expect("userinfo_endpoint" in told, "no userinfo_endpoint")
    world.warn("claims_supported" in told, "no claims_supported")
    expect("authorization_code" in told.get("grant_types_supported", ["authorization_code"]), "grant_types_supported")
    scopes = told.get("scopes_supported", ["openid"])
    expect("openid" in scopes, "scopes_supported lacks openid")
    expect(all(SCOPE.fullmatch(scope) for scope in scopes), "a scope with characters that no scope has")
    for name in ("ui_locales_supported", "claims_locales_supported"):
        expect(all(LOCALE.fullmatch(tag) for tag in told.get(name, [])), f"{name}: {told.get(name)}")
    expect(isinstance(told.get("code_challenge_methods_supported", []), list), "code_challenge_methods_supported")


def _keys(world: World, address: str) -> None:
    answer = world.http.get(address)
    expect(answer.status_code == 200, f"jwks_uri answers {answer.status_code}")
    keys = answer.json()["keys"]
    kids = [key.get("kid") for key in keys]
    expect(keys and all(kids) and len(set(kids)) == len(kids), f"kids are missing or repeated: {kids}")
    expect(not any(PRIVATE & set(key) for key in keys), "private material")
    expect({key["kty"] for key in keys} <= {"RSA", "EC", "OKP"}, "a symmetric key")
    expect("RSA" in {key["kty"] for key in keys}, "no RSA key, though RS256 is the default")
