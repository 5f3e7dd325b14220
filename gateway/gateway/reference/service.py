"""The merged document, kept until a service comes back changed."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from gateway.reference.merge import Document, merge
from gateway.settings import GatewaySettings

KEEP_SECONDS = 60.0
DEADLINE_SECONDS = 10.0


class Reference:
    """Asks each service once a minute, or when one has returned; what was fetched last stays."""

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient, own: Callable[[], Document]) -> None:
        self.settings, self.client, self.own = settings, client, own
        self._documents: dict[str, Document] = {}
        self._merged: Document | None = None
        self._made: tuple[float, int] = (float("-inf"), -1)
        self._lock = asyncio.Lock()

    async def document(self, returns: int) -> Document:
        """The merged document; `returns` counts how often services came back, and a new count asks them again."""
        async with self._lock:
            made, seen = self._made
            if self._merged is None or returns != seen or time.monotonic() - made > KEEP_SECONDS:
                await self._fetch_all()
                self._made = (time.monotonic(), returns)
        assert self._merged is not None
        return self._merged

    async def _fetch_all(self) -> None:
        names = list(self.settings.service_urls)
        found = await asyncio.gather(*(self._fetch(name) for name in names))
        self._documents.update({name: document for name, document in zip(names, found, strict=True) if document})
        cookie, origin = self.settings.session_cookie, self.settings.origin
        self._merged = merge(self.own(), self._documents, cookie=cookie, origin=origin)

    async def _fetch(self, service: str) -> Document | None:
        url = f"{self.settings.service_urls[service]}/openapi.json"
        try:
            response = await self.client.get(url, timeout=DEADLINE_SECONDS)
            document: Any = response.json()
        except (httpx.HTTPError, ValueError):
            return None
        return document if response.status_code == 200 and isinstance(document, dict) else None
