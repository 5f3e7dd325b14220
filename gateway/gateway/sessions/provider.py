"""The gateway as a client of the identity provider: code, refresh, exchange, end of session."""

import logging
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError

from gateway.errors import SessionExpired
from gateway.sessions.errors import ContextEnded, ProviderLied
from gateway.settings import GatewaySettings
from shared.auth import Caller, TokenVerifier
from shared.errors import DomainError, Unauthenticated, Unavailable
from shared.outbound import ACCESS_TOKEN, EXCHANGE, DependencyUnavailable
from shared.telemetry import current_traceparent, request_id_var

log = logging.getLogger(__name__)

ALGORITHMS = ["ES256"]
OVER = frozenset({"invalid_grant", "invalid_token", "access_denied"})
LEEWAY_SECONDS = 10
NO_CONTEXT = "invalid_target"


class SubjectUnfit(Unavailable):
    """The provider does not exchange this access token (RFC 8693, 2.2.2); a renewed one may do."""

    code, title, title_zh = "subject_unfit", "The token could not be exchanged", "令牌无法兑换"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint handed out; `expires_in` in seconds."""

    access_token: str
    expires_in: float
    refresh_token: str | None = None
    id_token: str | None = None


class IdTokenVerifier(TokenVerifier):
    """Verifies ID tokens for this client, with the same keys and the same care for unknown ones."""

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of an ID token whose signature, issuer, audience and times hold. Raises ProviderLied."""
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            await self._know_key_of(token)
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as exc:
            raise ProviderLied("Signature, issuer, audience or time of the ID token is wrong.") from exc
        except DomainError as exc:
            if exc.status != 401:
                raise
            raise ProviderLied("The ID token is not signed by a known key.") from exc
        if str(decoded.header.get("typ", "JWT")).lower() not in ("jwt", "id_token+jwt"):
            raise ProviderLied("This is not an ID token.")
        return dict(decoded.claims)


class AccessTokenVerifier(TokenVerifier):
    """Verifies the session's own access token, the one that is exchanged for those of the services."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings.issuer, settings.client_id, settings.jwks_url)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "values": [settings.client_id, "sso"]},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )


class Provider:
    """The identity provider's endpoints inside the platform."""

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient) -> None:
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        self.client, self.settings = client, settings
        self.auth = httpx.BasicAuth(settings.client_id, secret)
        self.base = settings.token_url.rsplit("/oauth2/", 1)[0]
        self.access_tokens = AccessTokenVerifier(settings)
        self.id_tokens = IdTokenVerifier(settings.issuer, settings.client_id, settings.jwks_url)

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for an authorization code."""
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
            }
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens; the old refresh token is used up by this."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def exchange(self, access_token: str, audience: str, org: str | None = None) -> Tokens:
        """A token of the same person for one service (RFC 8693), acting for `org` when it is given.

        Raises ContextEnded when he does not act for that enterprise any more.
        """
        form = {"grant_type": EXCHANGE, "subject_token": access_token, "subject_token_type": ACCESS_TOKEN}
        if org is not None:
            form["org"] = org
        return await self._tokens(form | {"audience": audience}, unfit="invalid_request")

    async def caller_of(self, access_token: str) -> Caller:
        """Whom the session's own access token names. Raises ProviderLied."""
        try:
            return await self.access_tokens.verify(access_token)
        except Unauthenticated as exc:
            raise ProviderLied("The access token does not hold.") from exc

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """What the provider tells about the person."""
        response = await self._call("GET", "/oauth2/userinfo", access_token)
        return dict(response.json()) if response.status_code == 200 else {}

    async def organisations(self, service_token: str) -> list[dict[str, Any]] | None:
        """The enterprises for which the person may act now, as the provider shows them to him; None for a token which
        it does not take any more."""
        response = await self._call("GET", "/v1/me/organisations", service_token)
        if response.status_code == 401:
            return None
        if response.status_code != 200:
            raise away()
        return [dict(one) for one in response.json()["items"]]

    async def end_session(self, service_token: str, session: str) -> bool:
        """Ends the log-in at the provider; True when it is over there."""
        response = await self._call("DELETE", f"/v1/me/sessions/{session}", service_token)
        return response.status_code in (200, 204, 401, 404)

    async def _call(self, method: str, path: str, token: str) -> httpx.Response:
        headers = {**_trace(), "Authorization": f"Bearer {token}"}
        try:
            response = await self.client.request(method, self.base + path, headers=headers)
        except httpx.HTTPError as exc:
            raise away() from exc
        if response.status_code >= 500:
            raise away()
        return response

    async def _tokens(self, form: dict[str, str], *, unfit: str | None = None) -> Tokens:
        try:
            response = await self.client.post(self.settings.token_url, data=form, auth=self.auth, headers=_trace())
        except httpx.HTTPError as exc:
            raise away() from exc
        if response.status_code >= 500 or response.status_code == 429:
            raise away()
        if response.status_code != 200:
            error = _error_of(response)
            if error == NO_CONTEXT and "org" in form:
                raise ContextEnded(org=form["org"])
            raise SubjectUnfit if error == unfit else _refused(error)
        try:
            answer = response.json()
            return Tokens(
                str(answer["access_token"]),
                float(answer["expires_in"]),
                answer.get("refresh_token"),
                answer.get("id_token"),
            )
        except (ValueError, KeyError, TypeError) as exc:
            raise ProviderLied("The token endpoint's answer can't be read.") from exc


def away() -> DependencyUnavailable:
    """The refusal while the provider does not answer: never an open door (ASVS 16.5.3)."""
    return DependencyUnavailable(
        "The identity provider does not answer.", headers={"Retry-After": "2"}, dependency="sso"
    )


def _refused(error: str) -> DomainError:
    """A grant that is over ends the session; anything else is a fault of ours and must not log people out."""
    if error in OVER:
        return SessionExpired("The identity provider has ended this log-in.")
    log.error("the token endpoint refuses the gateway", extra={"issuer_error": error})
    return away()


def _trace() -> dict[str, str]:
    return {"traceparent": current_traceparent(), "X-Request-Id": request_id_var.get()}


def _error_of(response: httpx.Response) -> str:
    try:
        return str(response.json().get("error", ""))
    except (ValueError, AttributeError):
        return ""
