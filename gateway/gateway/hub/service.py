"""Asking several services at once, and living without those that don't answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from gateway.access import token_for
from gateway.hub.schemas import MyItems, PlatformLedger
from gateway.settings import GatewaySettings
from shared.auth import Caller
from shared.errors import Unavailable
from shared.items import ItemOut
from shared.telemetry import current_traceparent, request_id_var

DEADLINE_SECONDS = 3.0
NOTHING_FOR_YOU = frozenset({403, 404})

ITEMS = TypeAdapter(list[ItemOut])


async def items_of(request: Request, caller: Caller, limit: int) -> MyItems:
    """The caller's cases in all services that hold any."""
    settings: GatewaySettings = request.app.state.settings
    pages = await ask_all(request, caller, settings.item_services, "/v1/items", {"limit": limit})
    found: list[ItemOut] = []
    unavailable = []
    for service, page in pages.items():
        try:
            found += ITEMS.validate_python([] if page == {} else page["items"])
        except (ValidationError, KeyError, TypeError):
            unavailable.append(service)
    found.sort(key=lambda item: item.updated_at, reverse=True)
    return MyItems(items=found[:limit], unavailable=unavailable)


async def ledger_of(request: Request, caller: Caller) -> PlatformLedger:
    """The ledger of every service, for whoever operates the platform."""
    settings: GatewaySettings = request.app.state.settings
    names = list(settings.service_urls)
    books = await ask_all(request, caller, names, "/v1/operations/ledger", {})
    answered = {name: book for name, book in books.items() if book}
    return PlatformLedger(services=answered, unavailable=[name for name in names if name not in answered])


async def ask_all(
    request: Request, caller: Caller, services: Sequence[str], path: str, params: dict[str, Any]
) -> dict[str, Any]:
    """Each service's JSON answer; None where it did not come in time, {} where it holds nothing for the caller."""
    answers = await asyncio.gather(*(ask(request, caller, service, path, params) for service in services))
    return dict(zip(services, answers, strict=True))


async def ask(request: Request, caller: Caller, service: str, path: str, params: dict[str, Any]) -> Any:
    """One service's answer. Raises Unauthenticated when the session itself has ended."""
    settings: GatewaySettings = request.app.state.settings
    client: httpx.AsyncClient = request.app.state.runtime.outbound.client
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            headers = {
                "Authorization": f"Bearer {await token_for(request, caller, service)}",
                "Accept-Language": request.headers.get("accept-language", ""),
                "traceparent": current_traceparent(),
                "X-Request-Id": request_id_var.get(),
            }
            response = await client.get(settings.service_urls[service] + path, params=params, headers=headers)
        if response.status_code in NOTHING_FOR_YOU:
            return {}
        return response.json() if response.status_code == 200 else None
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, Unavailable):
        return None
