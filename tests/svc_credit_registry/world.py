"""The service under test, and what others tell it."""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from shared import clock, inbox
from shared.clock import STATUTORY_ZONE, now
from shared.events.envelope import Envelope, Event, aggregate_type
from shared.events.services import ApplicationDecidedV1, EnterpriseFacts
from svc_credit_registry.record.enterprises.models import EnterpriseSuccessor
from svc_credit_registry.record.enterprises.rules import Succession
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.feed.queries import last_position
from svc_credit_registry.record.intake import service as intake
from svc_credit_registry.record.intake.service import BulkFile, Origin, Summary
from svc_credit_registry.record.preparation.rules import Rejection
from svc_credit_registry.worker import WORK
from tests.support.apps import ServiceClient

TODAY = date(2026, 11, 21)
ORIGIN = Origin("AMR-421300", "test", "test.csv")
SUBSCRIPTIONS = {s.aggregate_type: s for s in inbox.subscriptions("credit_registry", WORK.handlers)}
FACTS: dict[str, Any] = {
    "name": "随州红光酒业有限公司",
    "region": "421303",
    "organisation_form": "有限公司",
    "industry_code": "C151",
    "registered_capital_yuan": "1000000.00",
    "address": "湖北省随州市曾都区解放路1号",
    "business_scope": "白酒生产",
    "legal_representative_name": "张伟",
    "established_on": "2026-11-20",
}


def decided(**changes: Any) -> ApplicationDecidedV1:
    """A granted establishment; `changes` by field, those of the enterprise under `facts`."""
    facts = EnterpriseFacts.model_validate(FACTS | changes.pop("facts", {}))
    given: dict[str, Any] = {
        "application_id": uuid.uuid4(),
        "number": "SL42130320261120000017",
        "matter_code": "MR-ENT-ESTABLISH",
        "outcome": "granted",
        "decided_on": "2026-11-20",
        "region": "421303",
        "unit": "AMR-421303",
        "applicant_id": uuid.uuid4(),
        "enterprise": facts,
    }
    return ApplicationDecidedV1.model_validate(given | changes)


def envelope(event: Event, sequence: int = 1) -> Envelope:
    """`event` as it comes over the wire."""
    return Envelope(
        id=uuid.uuid4(),
        type=event.TYPE,
        source="/" + event.TYPE.split(".")[0],
        subject=event.aggregate_id,
        time=now(),
        sequence=sequence,
        data=event.model_dump(mode="json"),
    )


def row(code: str, name: str, **changes: str) -> dict[str, str]:
    """A row of a bulk file."""
    given = {
        "code": code,
        "name": name,
        "region": "421303",
        "industry_code": "C151",
        "organisation_form": "有限公司",
        "status": "active",
        "established_on": "2012-06-18",
        "ended_on": "",
        "legal_representative_name": "李娜",
        "registered_capital_yuan": "500000.00",
    }
    return given | changes


def successions(*codes: str, reason: str = Succession.MERGED, since: date = TODAY) -> list[EnterpriseSuccessor]:
    """Each of the codes went on under the next one."""
    return [
        EnterpriseSuccessor(old_code=old, new_code=new, reason=reason, since=since, producer="AMR-421300", basis="test")
        for old, new in itertools.pairwise(codes)
    ]


@dataclass(frozen=True)
class World:
    """svc-credit-registry, running."""

    client: ServiceClient
    get_bearer: Callable[..., dict[str, str]]

    async def hear(self, event: Event, sequence: int = 1) -> inbox.Outcome:
        """Applies an event as the consumer does."""
        return await self.deliver(envelope(event, sequence))

    async def deliver(self, message: Envelope) -> inbox.Outcome:
        """Applies an envelope in a transaction of its own."""
        subscription = SUBSCRIPTIONS[aggregate_type(message.type)]
        async with self.client.sessions() as session, session.begin():
            return await inbox.apply(session, subscription, message, self.client.runtime)

    async def load(self, rows: list[dict[str, str]]) -> tuple[Summary, list[Rejection]]:
        """Loads rows in bulk."""
        rejected: list[Rejection] = []
        file = BulkFile("rows.ndjson", [orjson.dumps(row) for row in rows], ORIGIN)
        summary = await intake.load(self.client.sessions, file, TODAY, rejected.append)
        return summary, rejected

    async def settled(self) -> None:
        """Waits until the search index has taken in all that was changed before."""
        await feed.sequence_all(self.client.runtime)
        async with self.client.sessions() as session:
            last = await last_position(session)

        async def taken_in() -> bool:
            projection = self.client.app.state.projection
            return bool(projection.is_ready and projection.view.position >= last)

        await eventually(taken_in)

    async def until_one_waits(self) -> None:
        """Until a transaction waits for another one's lock."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )

        async def one_waits() -> bool:
            async with self.client.sessions() as session:
                return bool(await session.scalar(waiting))

        await eventually(one_waits)

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of an answer which must be 200."""
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextlib.contextmanager
def on(day: date) -> Iterator[None]:
    """Sets the clock, which one module alone reads, to noon of another day in Asia/Shanghai."""
    instant = datetime.combine(day, time(12), STATUTORY_ZONE)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp(instant.timestamp(), tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", Clock)
        yield


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Waits until the worker has done what `check` looks for."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens in the worker
            await asyncio.sleep(0.02)
