"""A person's cases from all services, and the books of all services."""

import base64
import json
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from gateway.hub.asking import ask_all
from gateway.hub.schemas import MyItems, PlatformLedger
from gateway.settings import GatewaySettings
from shared.auth import Caller
from shared.errors import BadRequest
from shared.items import ItemOut

ITEMS = TypeAdapter(list[ItemOut])

# Where a list goes on, by service: the service's own cursor, or None for its beginning. What is not in it is over.
Places = dict[str, str | None]


async def items_of(request: Request, caller: Caller, limit: int, cursor: str | None) -> MyItems:
    """The caller's cases in all services that hold any, an equal part of each page from each that has more.

    A service that does not answer is named, and asked again by the next page.
    """
    settings: GatewaySettings = request.app.state.settings
    places = read_cursor(cursor, settings.item_services) if cursor else dict.fromkeys(settings.item_services)
    share = max(1, limit // max(1, len(places)))
    params = {service: _page_of(place, share) for service, place in places.items()}
    pages = await ask_all(request, caller, "/v1/items", params)
    found: list[ItemOut] = []
    unavailable, following = [], Places()
    for service, page in pages.items():
        try:
            found += ITEMS.validate_python([] if page == {} else page["items"])
        except (ValidationError, KeyError, TypeError):
            unavailable.append(service)
            following[service] = places[service]
            continue
        if page.get("next_cursor"):
            following[service] = str(page["next_cursor"])
    found.sort(key=lambda item: item.updated_at, reverse=True)
    more = set(following) - set(unavailable)
    return MyItems(items=found, unavailable=unavailable, next_cursor=write_cursor(following) if more else None)


def _page_of(place: str | None, share: int) -> dict[str, Any]:
    return {"limit": share, "cursor": place} if place else {"limit": share}


def write_cursor(places: Places) -> str:
    return base64.urlsafe_b64encode(json.dumps(places).encode()).decode().rstrip("=")


def read_cursor(cursor: str, services: list[str]) -> Places:
    """Where each service goes on. Raises BadRequest for a cursor that is none of ours."""
    try:
        places = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        known = [places[service] is None or isinstance(places[service], str) for service in places]
    except (ValueError, TypeError, RecursionError) as exc:
        raise BadRequest("The cursor is not one which this list gave you.") from exc
    if not isinstance(places, dict) or not all(known) or not set(places) <= set(services):
        raise BadRequest("The cursor is not one which this list gave you.")
    return places


async def ledger_of(request: Request, caller: Caller, own: dict[str, Any]) -> PlatformLedger:
    """The ledger of every service, the gateway's `own` among them, for whoever operates the platform."""
    settings: GatewaySettings = request.app.state.settings
    names = list(settings.service_urls)
    books = await ask_all(request, caller, "/v1/operations/ledger", {name: {} for name in names})
    answered = {name: book for name, book in books.items() if book}
    return PlatformLedger(
        services=answered | {"gateway": own}, unavailable=[name for name in names if name not in answered]
    )
