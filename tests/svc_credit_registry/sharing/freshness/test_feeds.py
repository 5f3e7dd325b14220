"""How fresh feeds are is told to everybody; a silent one is seen."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.codes import credit_code
from svc_credit_registry.sharing.freshness.rules import State, state_of
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
