"""Asking several services at once, and living without those that don't answer.

Each service has connections of its own, apart from those over which tokens are got: one that takes calls and answers
none uses up its own, and neither log-ins nor the other services wait for it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import Request

from gateway.access import token_for
from shared.auth import Caller
from shared.errors import Unavailable
from shared.outbound import CONNECT_SECONDS, authorities
from shared.telemetry import current_traceparent, request_id_var

DEADLINE_SECONDS = 3.0
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=4)  # below the services' 5 s

Clients = Mapping[str, httpx.AsyncClient]


def make_clients(urls: Mapping[str, str]) -> Clients:
    """A client for each service, by its name; whoever makes them closes them."""
    timeout = httpx.Timeout(DEADLINE_SECONDS, connect=CONNECT_SECONDS)
    return {
        service: httpx.AsyncClient(base_url=url, timeout=timeout, limits=LIMITS, verify=authorities(), trust_env=False)
        for service, url in urls.items()
    }


async def ask_all(
    request: Request, caller: Caller | None, path: str, params: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Each service's JSON answer to `path`, by the services that `params` names; see `ask`."""
    answers = await asyncio.gather(*(ask(request, caller, service, path, of) for service, of in params.items()))
    return dict(zip(params, answers, strict=True))


async def ask(request: Request, caller: Caller | None, service: str, path: str, params: dict[str, Any]) -> Any:
    """One service's answer: None where it did not come in time, {} where it holds nothing for this caller or question.

    Without a caller it is asked as anyone. Raises Unauthenticated when the session itself has ended.
    """
    clients: Clients = request.app.state.hub_clients
    headers = {
        "Accept-Language": request.headers.get("accept-language", ""),
        "traceparent": current_traceparent(),
        "X-Request-Id": request_id_var.get(),
        "X-Deadline-Ms": f"{DEADLINE_SECONDS * 1000:.0f}",
    }
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            if caller is not None:
                headers["Authorization"] = f"Bearer {await token_for(request, caller, service)}"
            response = await clients[service].get(path, params=params, headers=headers)
        if 400 <= response.status_code < 500 and response.status_code not in (401, 408, 429):
            return {}
        return response.json() if response.status_code == 200 else None
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, Unavailable):
        return None
