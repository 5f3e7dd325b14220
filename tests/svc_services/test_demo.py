"""The demo content is there once, however often it is loaded."""

import pytest

from svc_services import demo
from tests.svc_services.world import World


async def test_the_countys_promise_is_entered_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICES_DATABASE_URL", world.client.settings.database)
    for _ in range(2):
        await demo.main()
    local = (await world.get(f"/v1/matters/{demo.MATTER}", region=demo.REGION)).json()
    assert local["guide"]["time_limit"]["working_days"] == 1
