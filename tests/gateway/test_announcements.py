"""The hub's announcements are kept for a moment, and not beyond a change of what they announce."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from shared.events.disclosure import ArticleWithdrawnV1
from shared.events.envelope import Envelope
from tests.gateway.conftest import StartGateway
from tests.gateway.place import eventually
from tests.gateway.support import Script, Upstream, read_request, upstream
from tests.gateway.test_hub import ARTICLES, COLUMNS, HUB


@dataclass
class Disclosure:
    """A service whose articles a test changes, and which answers when the gate is open."""

    rows: dict[str, Any] = field(default_factory=lambda: {"articles": ARTICLES, "columns": COLUMNS})
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    def script(self, place: Upstream) -> Script:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                word = (await read_request(reader)).line.split()[1].split("?")[0].rsplit("/", 1)[1]
                self.asked += 1
                body = orjson.dumps({"items": self.rows[word]})  # as they are when the request is read
                await self.gate.wait()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

        return talk


def withdrawal() -> Envelope:
    event = ArticleWithdrawnV1(article_id=uuid.uuid4(), index_number="X-1", reason="personal data")
    return Envelope(
        id=uuid.uuid4(), type=event.TYPE, source="/disclosure", subject=event.aggregate_id, time=datetime.now(UTC),
        sequence=2, data=event.model_dump(mode="json"),
    )  # fmt: skip


async def test_an_article_that_was_withdrawn_is_announced_no_longer(
    start_gateway: StartGateway, gateways: list[Any]
) -> None:
    service, event = Disclosure(), withdrawal()
    service.gate.set()
    async with upstream(service.script) as place:
        port = await start_gateway({"disclosure": place.url}, nats_prefix=f"t{uuid.uuid4().hex[:10]}")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}{HUB}", timeout=10) as client:
            before = await client.get("/announcements")
            service.gate.clear()
            under_way = asyncio.ensure_future(client.get("/announcements?column=notices"))

            async def asked() -> bool:
                return service.asked == 4

            await eventually(asked)
            service.rows["articles"] = []
            await gateways[-1].state.runtime.bus.publish(event)

            async def heard() -> bool:
                return event.id in gateways[-1].plane.cache.ears._seen

            await eventually(heard)
            joined = asyncio.ensure_future(client.get("/announcements?column=notices"))
            await asyncio.sleep(0.1)
            service.gate.set()
            answers = [before, await under_way, await joined, await client.get("/announcements")]
    assert [len(answer.json()["items"]) for answer in answers] == [1, 0, 0, 0]
    assert service.asked == 8  # who waited together asks together
