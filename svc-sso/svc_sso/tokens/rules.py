"""What stands in a token and how long it holds (RFC 9068, OpenID Connect Core 2, RFC 8693, RFC 9449)."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ACCESS_TYPE, ID_TYPE = "at+jwt", "JWT"
ACCESS_SECONDS, EXCHANGED_SECONDS, ID_SECONDS = 300, 120, 300
SSO, USERINFO = "sso", "userinfo"

SCOPE_CLAIMS: dict[str, tuple[str, ...]] = {
    "profile": ("name", "preferred_username", "updated_at"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
}
"""What userinfo tells for a scope (OpenID Connect Core 5.4)."""
OWN_CLAIMS = ("kind", "roles", "permissions", "unit", "region", "trust_level")
"""What the platform's own clients are told beside that for `profile`."""


@dataclass(frozen=True)
class Subject:
    """Whom a token is about, as the account says it at the moment of issue."""

    sub: str
    kind: str
    permissions: frozenset[str]
    unit: str | None = None
    region: str | None = None
    trust_level: str | None = None


@dataclass(frozen=True)
class Login:
    """The log-in which a token rests on. `until` is the instant at which it ends at the latest, in Unix seconds."""

    sid: str
    acr: str
    auth_time: int
    until: int
    amr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """The enterprise for which a person acts: its credit code, the mandate by which he does (None for its legal
    representative) and the codes of the matters which that names (None: all).
    """

    org: str
    mandate: str | None = None
    matters: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Issue:
    """How a token is issued: to which client, for which audience, and when, in Unix seconds."""

    issuer: str
    client_id: str
    audience: str
    scope: str
    issued_at: int
    lifetime: int
    jti: str
    jkt: str | None = None


def permissions_for(audience: str, permissions: Iterable[str]) -> list[str]:
    """The permissions which a token for `audience` carries: its own and the platform's; all in the log-in's token.

    A token for one service says nothing of what its holder may do at another (RFC 9700, 2.3: least privilege).
    """
    if audience == SSO:
        return sorted(permissions)
    if audience == USERINFO:
        return []
    wide = (f"{audience}:", "platform:", "internal:")
    return sorted(p for p in permissions if p.startswith(wide))


def access_claims(
    issue: Issue,
    subject: Subject,
    login: Login | None,
    act: dict[str, Any] | None = None,
    context: Context | None = None,
) -> dict[str, Any]:
    """The claims of an access token; it never outlives the log-in which it rests on."""
    expires = issue.issued_at + issue.lifetime
    claims: dict[str, Any] = {
        "iss": issue.issuer,
        "aud": issue.audience,
        "sub": subject.sub,
        "client_id": issue.client_id,
        "iat": issue.issued_at,
        "nbf": issue.issued_at,
        "exp": min(expires, login.until) if login else expires,
        "jti": issue.jti,
        "sid": login.sid if login else None,
        "acr": login.acr if login else None,
        "amr": list(login.amr) if login and login.amr else None,
        "auth_time": login.auth_time if login else None,
        "scope": issue.scope,
        "kind": subject.kind,
        "permissions": permissions_for(issue.audience, subject.permissions),
        "unit": subject.unit,
        "region": subject.region,
        "trust_level": subject.trust_level,
        "act": act,
        "cnf": {"jkt": issue.jkt} if issue.jkt else None,
        "org": context.org if context else None,
        "mandate": context.mandate if context else None,
        "matters": list(context.matters) if context and context.matters is not None else None,
    }
    return {name: value for name, value in claims.items() if value is not None}


def id_claims(
    issue: Issue, subject: Subject, login: Login, nonce: str | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims of an ID token, for the client itself: about the log-in, and of the person only what `more` holds."""
    claims: dict[str, Any] = {
        **more,
        "iss": issue.issuer,
        "sub": subject.sub,
        "aud": issue.client_id,
        "exp": issue.issued_at + ID_SECONDS,
        "iat": issue.issued_at,
        "nonce": nonce,
        "auth_time": login.auth_time,
        "sid": login.sid,
        "acr": login.acr,
        "amr": list(login.amr) or None,
    }
    return {name: value for name, value in claims.items() if value is not None}


def hash_half(token: str) -> str:
    """The `at_hash` of an access token: the left half of its SHA-256 (OpenID Connect Core 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def asked_for(claims: Mapping[str, Any] | None, place: str) -> frozenset[str]:
    """The claims which a client asked for one by one, in `userinfo` or the `id_token` (OpenID Connect Core 5.5)."""
    wanted = (claims or {}).get(place)
    return frozenset(str(name) for name in wanted) if isinstance(wanted, Mapping) else frozenset()


def told_at_userinfo(scope: str, claims: Mapping[str, Any] | None, *, own: bool) -> frozenset[str]:
    """The claims which userinfo tells for a scope and for what was asked one by one; `own` for the platform's own."""
    scopes = scope.split()
    told = {name for asked in scopes for name in SCOPE_CLAIMS.get(asked, ())}
    if own and "profile" in scopes:
        told |= set(OWN_CLAIMS)
    return frozenset(told | (asked_for(claims, "userinfo") & person_claims()))


def person_claims() -> frozenset[str]:
    """The claims about a person which a client may ask for one by one."""
    return frozenset(name for names in SCOPE_CLAIMS.values() for name in names)


def act_of(subject_claims: dict[str, Any], client_id: str) -> dict[str, Any]:
    """Who acts now; those who acted before stand within (RFC 8693, 4.1)."""
    act: dict[str, Any] = {"sub": client_id}
    if isinstance(subject_claims.get("act"), dict):
        act["act"] = subject_claims["act"]
    return act
