"""Calls to other services: bounded in time, with the right token, repeated only where that is safe.

With a caller the service acts with the caller's authority: his token is exchanged for one of the callee's audience
(RFC 8693, ASVS 8.3.3), and the callee sees both. Without one it acts as itself (client credentials).
"""

import asyncio
import functools
import ssl
import time
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request

from shared import errors
from shared.auth import Caller
from shared.settings import ServiceSettings
from shared.telemetry import current_traceparent, request_id_var, seconds_left

CONNECT_SECONDS, TOTAL_SECONDS = 1.0, 5.0
RENEW_BEFORE_SECONDS = 15
TOKEN_CACHE = 5_000
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a URN of RFC 8693


class DependencyUnavailable(errors.Unavailable):
    code, title, title_zh = "dependency_unavailable", "A service this depends on is away", "所依赖的服务暂不可用"


class UpstreamProblem(Exception):
    """The other service refused: its status, stable code and problem document."""

    def __init__(self, service: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{service} answered {status} {problem.get('code')}")
        self.service, self.status, self.problem = service, status, problem
        self.code = str(problem.get("code", ""))


def _away(service: str) -> DependencyUnavailable:
    detail = f"{service} does not answer. Nothing was changed; repeat the request with the same Idempotency-Key."
    return DependencyUnavailable(detail, headers={"Retry-After": "2"}, dependency=service)


@functools.cache
def authorities() -> ssl.SSLContext:
    """Whose certificates are believed; read once in a process, for it takes as long as a hundred calls."""
    return httpx.create_ssl_context(trust_env=False)


class Outbound:
    """One pooled client for all calls of a service to others."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30)
        timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
        self.client = httpx.AsyncClient(verify=authorities(), timeout=timeout, limits=limits, trust_env=False)
        self._tokens: dict[tuple[str, str], tuple[float, str]] = {}

    async def aclose(self) -> None:
        """Closes the connections."""
        await self.client.aclose()

    async def get(self, service: str, path: str, *, params: dict[str, Any] | None = None, **who: Any) -> Any:
        """The JSON answer of `GET path`; repeated once when the connection broke."""
        try:
            return await self._call("GET", service, path, params=params, **who)
        except DependencyUnavailable:
            await asyncio.sleep(0.05)
            return await self._call("GET", service, path, params=params, **who)

    async def post(
        self, service: str, path: str, *, json: Any = None, idempotency_key: str | None = None, **who: Any
    ) -> Any:
        """The JSON answer of `POST path`; never repeated here."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self._call("POST", service, path, json=json, headers=headers, **who)

    async def _call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        caller: Caller | None = None,
        anonymous: bool = False,
        headers: dict[str, str] | None = None,
        **content: Any,
    ) -> Any:
        sent = {"traceparent": current_traceparent(), "X-Request-Id": request_id_var.get(), **(headers or {})}
        if not anonymous:
            sent["Authorization"] = f"Bearer {await self.token(service, caller)}"
        base, left = self.settings.service_urls.get(service), seconds_left()
        if base is None or left <= 0:
            raise _away(service)
        if left < TOTAL_SECONDS:  # Nobody waits longer, and whoever is called should know.
            sent["X-Deadline-Ms"] = f"{left * 1000:.0f}"
            content["timeout"] = httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))
        try:
            response = await self.client.request(method, base + path, headers=sent, **content)
        except httpx.HTTPError as exc:
            raise _away(service) from exc
        if response.status_code >= 500:
            raise _away(service)
        body = _json(response)
        if response.status_code >= 400:
            raise UpstreamProblem(service, response.status_code, body if isinstance(body, dict) else {})
        return body

    async def token(self, audience: str, caller: Caller | None) -> str:
        """An access token for `audience`: the caller's, exchanged, or this service's own."""
        key = (audience, caller.token if caller else "")
        known = self._tokens.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        form = {"grant_type": "client_credentials", "audience": audience}
        if caller is not None:
            form = {
                "grant_type": EXCHANGE,
                "subject_token": caller.token,
                "subject_token_type": ACCESS_TOKEN,
                "audience": audience,
            }
        answer = await self._ask_issuer(form)
        if len(self._tokens) >= TOKEN_CACHE:
            self._tokens.clear()
        token = str(answer["access_token"])
        self._tokens[key] = (time.monotonic() + float(answer["expires_in"]) - RENEW_BEFORE_SECONDS, token)
        return token

    async def _ask_issuer(self, form: dict[str, str]) -> dict[str, Any]:
        secret = self.settings.client_secret
        auth = httpx.BasicAuth(self.settings.client_id, secret.get_secret_value() if secret else "")
        try:
            response = await self.client.post(self.settings.token_url, data=form, auth=auth)
        except httpx.HTTPError as exc:
            raise _away("sso") from exc
        if response.status_code >= 500:
            raise _away("sso")
        if response.status_code >= 400:
            raise errors.Unauthenticated("The log-in has ended.", issuer_error=_json(response).get("error"))
        return dict(_json(response))


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return {}


def get_outbound(request: Request) -> Outbound:
    """The outbound client of the service which answers this request."""
    outbound: Outbound = request.app.state.runtime.outbound
    return outbound


OutboundDep = Annotated[Outbound, Depends(get_outbound)]
