"""Who listens for changes notices when he would hear of none any more."""

import asyncio

from sqlalchemy import text

from svc_credit_registry.record.feed import service
from tests.svc_credit_registry.world import World, eventually

CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'idle' AND query ILIKE 'LISTEN %credit_registry_recorded%'"
)


async def test_a_sequencer_whose_connection_is_cut_is_started_again(world: World) -> None:
    running = asyncio.create_task(service.sequence_forever(world.client.runtime))

    async def cut() -> bool:
        async with world.client.sessions() as session:
            return bool((await session.scalars(CUT)).all())

    await eventually(cut)
    await asyncio.wait_for(running, 10)
