"""The newest articles of disclosure's columns, kept for a moment, and longer while the service is away."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from pydantic import TypeAdapter, ValidationError

from gateway.hub.schemas import Announcement, Announcements
from gateway.settings import GatewaySettings
from shared.clock import now

SERVICE = "disclosure"
FRESH_SECONDS = 20.0
DEADLINE_SECONDS = 2.0
LONGEST = 50
MAX_COLUMNS = 200

ANNOUNCEMENTS = TypeAdapter(list[Announcement])


@dataclass(frozen=True)
class Kept:
    """A list as it was read last, in both languages, and when it was asked for last."""

    lists: tuple[list[Announcement], list[Announcement]] = ([], [])
    read_at: datetime | None = None
    asked: float = float("-inf")
    away: bool = False


class Board:
    """What is announced, by column (None: all). However many ask, the service is asked once in 20 s."""

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient) -> None:
        self.address, self.client = settings.service_urls.get(SERVICE), client
        self._kept: dict[str | None, Kept] = {}
        self._lock = asyncio.Lock()

    async def latest(self, column: str | None, limit: int, *, english: bool) -> Announcements:
        """The newest articles; of the last good answer, and saying so, when the service does not answer."""
        kept = self._kept.get(column, Kept())
        if time.monotonic() - kept.asked > FRESH_SECONDS:
            async with self._lock:
                kept = self._kept.get(column, kept)
                if time.monotonic() - kept.asked > FRESH_SECONDS:
                    kept = await self._read(column, kept)
        items = kept.lists[english][:limit]
        return Announcements(items=items, as_of=kept.read_at, unavailable=kept.away)

    async def _read(self, column: str | None, before: Kept) -> Kept:
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                params = {"limit": LONGEST} | ({"column": column} if column else {})
                articles, columns = await asyncio.gather(
                    self._get("/v1/articles", params), self._get("/v1/columns", {"limit": 200})
                )
            lists = (_announcements(articles, columns, "title"), _announcements(articles, columns, "title_en"))
            kept = Kept(lists, now(), time.monotonic())
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, ValidationError):
            kept = Kept(before.lists, before.read_at, time.monotonic(), away=True)
        if len(self._kept) >= MAX_COLUMNS:
            self._kept.clear()
        self._kept[column] = kept
        return kept

    async def _get(self, path: str, params: dict[str, Any]) -> Any:
        if self.address is None:
            raise KeyError(SERVICE)
        response = await self.client.get(self.address + path, params=params)
        response.raise_for_status()
        return response.json()["items"]


def _announcements(articles: list[dict[str, Any]], columns: list[dict[str, Any]], title: str) -> list[Announcement]:
    titles = {column["code"]: column[title] for column in columns}
    return ANNOUNCEMENTS.validate_python(
        [
            {
                "id": article["id"],
                "title": article["title"],
                "column": article["column"],
                "column_title": titles.get(article["column"], article["column"]),
                "published_on": article["published_on"],
                "url": f"/api/disclosure/v1/articles/{article['id']}",
            }
            for article in articles
        ]
    )
