"""How fresh feeds are is told to everybody; a silent one is seen."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.audit import SYSTEM
from shared.clock import now, today
from shared.codes import credit_code
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.freshness.rules import State, state_of
from svc_credit_registry.sharing.snapshots import service as snapshots
from tests.svc_credit_registry.sharing.resources.catalogue import COURT, enter
from tests.svc_credit_registry.sharing.submissions.agency import penalty, push
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_800_000)
NOW, DAY = datetime(2026, 11, 21, tzinfo=UTC), timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "within", "state"),
    [
        (None, DAY, State.SILENT),
        (NOW - DAY, DAY, State.FRESH),
        (NOW - DAY - timedelta(seconds=1), DAY, State.LATE),
        (NOW - 9 * DAY, None, State.UNMEASURED),
    ],
)
def test_a_feed_is_late_when_its_newest_record_is_older_than_its_cycle(
    last: datetime | None, within: timedelta | None, state: State
) -> None:
    assert state_of(NOW, last, within) is state


async def test_each_published_resource_is_a_feed_with_its_backlog(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    fields = [{"name": "code", "label": "代码", "type": "string"}]
    await enter(world, code="CR-PENALTY", producer=COURT, source="records", kind="penalty", fields=fields)
    silent = {feed["code"]: feed for feed in (await world.get("/v1/feeds"))["items"]}["CR-PENALTY"]
    assert (silent["state"], silent["last_at"], silent["expected_within_seconds"]) == ("silent", None, 3600)
    await push(world, penalty(code=CODE))
    await push(world, penalty(key="2", name="从未登记的有限公司"))
    feeds = {feed["code"]: feed for feed in (await world.get("/v1/feeds"))["items"]}
    assert (feeds["CR-PENALTY"]["state"], feeds["CR-PENALTY"]["backlog"]) == ("fresh", 1)
    assert feeds["changes"]["producer"] == "svc-credit-registry"


async def states(world: World) -> dict[str, tuple[str, int]]:
    return {feed["code"]: (feed["state"], feed["backlog"]) for feed in (await world.get("/v1/feeds"))["items"]}


async def test_a_resource_of_all_producers_is_as_fresh_as_the_newest_of_them(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    shape = {"source": "records", "kind": "penalty", "fields": [{"name": "code", "label": "代码", "type": "string"}]}
    await enter(world, code="CR-ALL", coverage="all", **shape)
    await enter(world, code="CR-OWN", **shape)
    await push(world, penalty(code=CODE))
    await push(world, penalty(key="2", name="从未登记的有限公司"))
    told = await states(world)
    assert (told["CR-ALL"], told["CR-OWN"]) == (("fresh", 1), ("silent", 0))


async def test_what_this_platform_enters_itself_is_a_feed_that_is_heard(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    fields = [{"name": "code", "label": "代码", "type": "string"}]
    await enter(world, code="CR-PERSON", source="records", kind="key_person", fields=fields, producer="AMR-421303")
    assert (await states(world))["CR-PERSON"] == ("silent", 0)
    item = records.Item(
        code=CODE, kind=RecordKind.KEY_PERSON, key="K", content={"name": "张伟", "position": "监事"},
        producer="AMR-421303", provider="AMR-421303", basis="《企业信息公示暂行条例》第六条", produced_on=today(),
        effective_from=today(),
    )  # fmt: skip
    async with world.client.sessions() as session, session.begin():
        await records.put(session, SYSTEM, item, now())
    assert (await states(world))["CR-PERSON"] == ("fresh", 0)


async def test_the_gateway_asks_for_all_once_in_a_while(world: World) -> None:
    answer = await world.client.get("/v1/feeds")
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"


async def test_snapshots_are_late_only_when_there_is_something_they_do_not_hold(world: World) -> None:
    settings = world.client.settings
    assert isinstance(settings, Settings)
    await world.load([row(CODE, "随州红光酒业有限公司")])
    assert (await states(world))["snapshots"] == ("silent", 1)
    await snapshots.take(world.client.runtime, settings)
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE snapshots SET taken_at = now() - interval '99 days'"))
    assert (await states(world))["snapshots"] == ("fresh", 0)
    await world.load([row(CODE, "随州蓝天酒业有限公司")])
    assert (await states(world))["snapshots"] == ("late", 1)
    await snapshots.take(world.client.runtime, settings)
    assert (await states(world))["snapshots"] == ("fresh", 0)
