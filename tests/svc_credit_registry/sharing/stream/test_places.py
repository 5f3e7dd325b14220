"""Places among the followers of the change stream."""

import contextlib
import gc
from collections.abc import AsyncIterator

from svc_credit_registry.sharing.stream.routes import Followed
from svc_credit_registry.sharing.stream.service import Hub
from tests.svc_credit_registry.world import World


async def nothing() -> AsyncIterator[bytes]:
    yield b""


async def test_an_answer_that_is_never_sent_keeps_no_place(world: World) -> None:
    hub, place = Hub(world.client.runtime), contextlib.ExitStack()
    place.enter_context(hub.place("court-suizhou"))
    answer = Followed(nothing(), place)
    assert hub.followers.total() == 1
    del answer
    gc.collect()
    assert hub.followers.total() == 0
