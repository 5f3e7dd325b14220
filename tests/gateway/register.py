"""A register whose answer a test changes, and which tells of the changes as svc-credit-registry does."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from shared.bus import Bus
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.events.envelope import Envelope
from tests.gateway.support import Script, Upstream, read_request

CODE = "91421303MA1000000X"
PATH = f"/api/credit-registry/v1/enterprises/{CODE}"
PUBLIC = "Cache-Control: public, max-age=0, s-maxage=60, stale-while-revalidate=30, stale-if-error=600\r\n"
TAGS = f"Cache-Tags: enterprise:{CODE} register\r\n"


@dataclass
class Register:
    """A service whose answer a test changes, and the events it tells of them."""

    bus: Bus
    place: Upstream = field(default_factory=Upstream)
    text: str = "one"
    extra: str = PUBLIC + TAGS
    status: str = "200 OK"
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    recorded: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False
    flood: bool = False  # more events than anyone reads
    breaks: int = 0  # so many of the next requests get a closed connection for an answer

    @property
    def asked(self) -> int:
        return len(self.place.received)

    def script(self, place: Upstream) -> Script:
        self.place = place

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                received = await read_request(reader)
                place.received.append(received)
                text = self.text  # as it is when the request is read
                await self.gate.wait()
                if self.breaks:
                    self.breaks -= 1
                    return
                body = text.encode()
                head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\n{self.extra}\r\n"
                writer.write(head.encode() + (b"" if received.line.startswith("HEAD") else body))
                await writer.drain()

        return talk

    async def feed(self, body: bytes) -> bytes:
        if self.silent:
            await asyncio.sleep(1)  # longer than anyone waits for it
        after = json.loads(body)["after_event"]
        events = [event for event in self.recorded if event["id"] > after]
        if self.flood:
            return json.dumps({"events": self.recorded[-1:], "position": None, "more": True}).encode()
        return json.dumps({"events": events, "position": None, "more": False}).encode()

    async def change(self, text: str, *, published: bool = True) -> None:
        """The record changes; `published`: the broker passes the event on."""
        self.text = text
        today = date(2026, 11, 23)
        event = EnterpriseRegisteredV1(
            code=CODE, name="x", region="421303", industry_code="C15", organisation_form="limited_company",
            established_on=today, registered_on=today, legal_representative_name="张伟",
        )  # fmt: skip
        at = datetime.now(UTC)
        envelope = Envelope(
            id=uuid.UUID(int=(int(at.timestamp() * 1000) << 80) + uuid.uuid4().int % (1 << 60)),
            type=event.TYPE, source="/credit_registry", subject=CODE, time=at, sequence=1,
            data=event.model_dump(mode="json"),
        )  # fmt: skip
        self.recorded.append(envelope.model_dump(mode="json"))
        if published:
            await self.bus.publish(envelope)
