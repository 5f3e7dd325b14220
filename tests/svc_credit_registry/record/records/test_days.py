"""As of every day the record says what it said on that day: a random history against a list of snapshots."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from svc_credit_registry.record.amendments import service as amendments
from svc_credit_registry.record.amendments.rules import NEXT
from svc_credit_registry.record.amendments.schemas import AmendedFactsIn
from svc_credit_registry.record.amendments.service import Act, Decision
from svc_credit_registry.record.enterprises import queries as enterprise_queries
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.errors import RecordNotBegun
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.records import queries, service
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.record.records.test_items import CODE, PENALTY, known, penalty  # noqa: F401
from tests.svc_credit_registry.record.records.test_reading import TODAY, aged, ago, at
from tests.svc_credit_registry.world import World

DAYS = 40
KEYS = [
    (RecordKind.PENALTY, "a"),
    (RecordKind.PENALTY, "b"),
    (RecordKind.LICENCE, "a"),
    (RecordKind.KEY_PERSON, "王芳"),
]
FACTS = ("name", "status", "address", "legal_representative_name")
CONTENTS: dict[RecordKind, Any] = {
    RecordKind.PENALTY: lambda n: PENALTY | {"fine_yuan": f"{n}.00"},
    RecordKind.LICENCE: lambda n: {
        "number": str(n), "name": "食品经营许可证", "authority": "AMR-421303", "decided_on": "2026-01-01",
        "valid_from": "2026-01-01",
    },
    RecordKind.KEY_PERSON: lambda n: {"name": "王芳", "position": f"董事{n}"},
}  # fmt: skip

Name = tuple[str, str]
Said = dict[Name, tuple[str, date | None]]
"""What a naive record holds: the distinguishing words of each item, and its last day of publication."""


@dataclass
class Snapshots:
    """The naive record: everything is copied at the end of each day."""

    items: Said = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    last_word: dict[Name, date | None] = field(default_factory=dict)
    days: dict[date, tuple[Said, dict[str, str]]] = field(default_factory=dict)

    def shown(self, day: date, today: date) -> set[tuple[Name, str]]:
        said, _ = self.days[day]
        return {
            (name, words)
            for name, (words, until) in said.items()
            if (until is None or until >= day) and (self.last_word[name] is None or self.last_word[name] >= today)  # type: ignore[operator]
        }


def distinguishing(content: Any) -> str:
    return str(content.get("fine_yuan") or content.get("number") or content.get("position"))


async def do_put(session: AsyncSession, chance: random.Random, now: datetime, naive: Snapshots) -> None:
    kind, key = chance.choice(KEYS)
    content = CONTENTS[kind](chance.randrange(4))
    until = chance.choice([None, None, None, TODAY - timedelta(days=chance.randrange(-20, DAYS))])
    await service.put(session, SYSTEM, penalty(kind=kind, key=key, content=content, publish_until=until), now)
    naive.items[kind, key] = (distinguishing(content), until)
    naive.last_word[kind, key] = until


async def do_end(session: AsyncSession, chance: random.Random, now: datetime, naive: Snapshots) -> None:
    kind, key = chance.choice(KEYS)
    ended = await service.end(session, SYSTEM, "AMR-421303", kind, key, "撤销", now)
    assert ended is (naive.items.pop((kind, key), None) is not None)


async def do_change(session: AsyncSession, chance: random.Random, now: datetime, naive: Snapshots) -> None:
    enterprise = await enterprise_queries.locked(session, CODE)
    assert enterprise is not None
    following = sorted(NEXT[Status(enterprise.status)])
    wanted: dict[str, Any] = {
        "name": chance.choice([f"随州红光{n}酒业有限公司" for n in "一二三四五"]),
        "address": f"文峰大道{chance.randrange(9)}号",
        "legal_representative_name": chance.choice(["李娜", "王芳", "张伟"]),
        "status": chance.choice(following),
    }
    chosen = chance.sample(FACTS, chance.randrange(1, 4))
    facts = {name: wanted[name] for name in chosen if getattr(enterprise, name) != wanted[name]}
    if facts:
        act = Act(SYSTEM, Decision("AMR-421303", now.date(), "随机的决定", None, "随机"), now)
        await amendments.change(session, act, enterprise, AmendedFactsIn(**facts))
        naive.facts |= {name: str(value) for name, value in facts.items()}


async def live(world: World, chance: random.Random) -> Snapshots:
    """A life of so many days, some of them without anything."""
    naive = Snapshots(facts=await facts_now(world))
    for back in range(DAYS, -1, -1):
        day = ago(back)
        hours = sorted(chance.sample(range(13, 24) if back == DAYS else range(24), chance.choice([0, 1, 2, 5])))
        for hour in hours if back else ():
            act = chance.choice([do_put, do_put, do_put, do_end, do_change])
            async with world.client.sessions() as session, session.begin():
                await act(session, chance, at(day, hour), naive)
        naive.days[day] = (dict(naive.items), dict(naive.facts))
    return naive


async def facts_now(world: World) -> dict[str, str]:
    async with world.client.sessions() as session:
        enterprise = await enterprises.find(session, CODE)
        return {name: str(getattr(enterprise, name)) for name in FACTS}


@pytest.mark.parametrize("seed", range(3))
async def test_every_day_of_a_random_history_is_told_as_it_was(known: World, seed: int) -> None:  # noqa: F811
    await aged(known, DAYS)
    naive = await live(known, random.Random(seed))
    kinds = {kind for kind, _ in KEYS}
    async with known.client.sessions() as session:
        for day, (_, facts) in naive.days.items():
            items = await queries.as_of(session, CODE, day, TODAY)
            told = {((item.kind, item.key), distinguishing(item.content)) for item in items if item.kind in kinds}
            assert told == naive.shown(day, TODAY), (seed, day)
            state = await enterprises.find_on(session, CODE, day)
            assert {name: str(getattr(state, name)) for name in FACTS} == facts, (seed, day)
            names = await enterprises.names_on(session, CODE, day)
            assert [name.name for name in names if name.valid_until is None] == [facts["name"]], (seed, day)
            counts = await queries.counts(session, CODE, day, TODAY)
            assert sum(counts[kind] for kind in kinds if kind in counts) == len(told)
        with pytest.raises(RecordNotBegun):
            await enterprises.find_on(session, CODE, ago(DAYS + 1))
    assert len({str(day) for day in naive.days.values()}) > DAYS / 3
