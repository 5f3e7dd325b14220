"""The newest articles of disclosure's columns, kept until one changes, and longer while the service is away.

The ears of the cache (gateway.cache.ears) tell of changes; what none of them is told of is read anew after 20 s.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from pydantic import TypeAdapter, ValidationError

from gateway.hub.asking import Clients
from gateway.hub.schemas import Announcement, Announcements
from shared.clock import now

SERVICE = "disclosure"
FRESH_SECONDS = 20.0
DEADLINE_SECONDS = 2.0
LONGEST = 50
MAX_COLUMNS = 200
TOLD = frozenset({"articles", "columns", "@disclosure"})  # tags which purge what is shown here

ANNOUNCEMENTS = TypeAdapter(list[Announcement])


@dataclass(frozen=True)
class Kept:
    """A list as it was read last, in both languages, and when the service was asked for it last."""

    lists: tuple[list[Announcement], list[Announcement]] = ([], [])
    read_at: datetime | None = None
    asked: float = float("-inf")
    away: bool = False


class Board:
    """What is announced, by column (None: all). However many ask, the service is asked once in 20 s."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self._kept: dict[str | None, Kept] = {}
        self._readings: dict[str | None, asyncio.Future[Kept]] = {}
        self._changed = float("-inf")

    async def latest(self, column: str | None, limit: int, *, english: bool) -> Announcements:
        """The newest articles; of the last good answer, and saying so, when the service does not answer."""
        kept = self._kept.get(column, Kept())
        for _ in range(2):  # a reading that was under way may have begun before a change, the next one has not
            if not self._is_fresh(kept):
                kept = await asyncio.shield(self._reading(column, kept))
        items = kept.lists[english][:limit]
        return Announcements(items=items, as_of=kept.read_at, unavailable=kept.away)

    def hear(self, tags: Iterable[str]) -> None:
        """Something changed which carries these tags: what was asked for until now is read anew."""
        if not TOLD.isdisjoint(tags):
            self._changed = time.monotonic()

    def _is_fresh(self, kept: Kept) -> bool:
        return kept.asked > self._changed and time.monotonic() - kept.asked <= FRESH_SECONDS

    def _reading(self, column: str | None, before: Kept) -> "asyncio.Future[Kept]":
        """One reading of a column for all who want it meanwhile; columns do not wait for each other."""
        reading = self._readings.get(column)
        if reading is None:
            reading = self._readings[column] = asyncio.ensure_future(self._read(column, before))
            reading.add_done_callback(lambda _: self._readings.pop(column, None))
        return reading

    async def _read(self, column: str | None, before: Kept) -> Kept:
        known, began = True, time.monotonic()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                params = {"limit": LONGEST} | ({"column": column} if column else {})
                articles, columns = await asyncio.gather(
                    self._get("/v1/articles", params), self._get("/v1/columns", {"limit": 200})
                )
            lists = (_announcements(articles, columns, "title"), _announcements(articles, columns, "title_en"))
            kept = Kept(lists, now(), began)
            known = column is None or column in {one["code"] for one in columns}
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, ValidationError):
            kept = Kept(before.lists, before.read_at, began, away=True)
        if known:
            self._keep(column, kept)
        return kept

    def _keep(self, column: str | None, kept: Kept) -> None:
        """Whoever names many columns while the service is away pushes out columns, never the list of all."""
        if len(self._kept) >= MAX_COLUMNS:
            self._kept = {name: one for name, one in self._kept.items() if name is None}
        self._kept[column] = kept

    async def _get(self, path: str, params: dict[str, Any]) -> Any:
        response = await self.clients[SERVICE].get(path, params=params)
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
