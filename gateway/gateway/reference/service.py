"""The merged document, kept until a service comes back changed."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from gateway.pages.render import text_of
from gateway.reference.merge import Document, merge
from gateway.reference.view import groups_of
from gateway.settings import GatewaySettings

KEEP_SECONDS = 60.0
AGAIN_SECONDS = 1.0
"""While a service is missing which has not been read yet: it may only have been slow to tell of itself."""
DEADLINE_SECONDS = 10.0


@dataclass(frozen=True)
class Shown:
    """A text ready to be sent, and its entity tag."""

    text: bytes
    tag: str


@dataclass(frozen=True)
class Edition:
    """The document as it is for a while: for programs, and the pages made of it for people (English or not)."""

    document: Document
    whole: Shown
    pages: dict[bool, Shown] = field(default_factory=dict)

    async def page(self, *, english: bool) -> Shown:
        """The document as people read it."""
        if english not in self.pages:
            self.pages[english] = await asyncio.to_thread(self._page, english)
        return self.pages[english]

    def _page(self, english: bool) -> Shown:
        groups = groups_of(self.document)
        return _shown(text_of("reference.html", english=english, groups=groups, info=self.document["info"]).encode())


class Reference:
    """Asks each service once a minute, or when one has returned; what was fetched last stays.

    Documents are megabytes: they are merged and shown in a thread, and only when one of them changed.
    """

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient, own: Callable[[], Document]) -> None:
        self.settings, self.client, self.own = settings, client, own
        self._texts: dict[str, bytes] = {}
        self._documents: dict[str, Document] = {}
        self._edition: Edition | None = None
        self._made: tuple[float, int] = (float("-inf"), -1)
        self._lock = asyncio.Lock()

    async def edition(self, returns: int) -> Edition:
        """What holds now; `returns` counts how often services came back, and a new count asks them again."""
        async with self._lock:
            made, seen = self._made
            keep = KEEP_SECONDS if self._documents.keys() >= self.settings.service_urls.keys() else AGAIN_SECONDS
            if self._edition is None or returns != seen or time.monotonic() - made > keep:
                self._edition = await self._renewed(self._edition)
                self._made = (time.monotonic(), returns)
            return self._edition

    async def _renewed(self, before: Edition | None) -> Edition:
        names = list(self.settings.service_urls)
        found = await asyncio.gather(*(self._fetch(name) for name in names))
        changed = {
            name: text for name, text in zip(names, found, strict=True) if text and text != self._texts.get(name)
        }
        if before is not None and not changed:
            return before
        self._texts |= changed
        return await asyncio.to_thread(self._make, changed)

    def _make(self, changed: Mapping[str, bytes]) -> Edition:
        for name, text in changed.items():
            if (document := _read(text)) is not None:
                self._documents[name] = document
        cookie, origin = self.settings.session_cookie, self.settings.origin
        merged = merge(self.own(), self._documents, cookie=cookie, origin=origin)
        return Edition(merged, _shown(orjson.dumps(merged)))

    async def _fetch(self, service: str) -> bytes | None:
        url = f"{self.settings.service_urls[service]}/openapi.json"
        try:
            response = await self.client.get(url, timeout=DEADLINE_SECONDS)
        except httpx.HTTPError:
            return None
        return response.content if response.status_code == 200 else None


def _shown(text: bytes) -> Shown:
    return Shown(text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')


def _read(text: bytes) -> Document | None:
    """A service's document; None for what is none."""
    try:
        document: Any = orjson.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
