"""The gateway's database goes away while a session's tokens are being renewed: nobody is logged out by that."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest

from tests.gateway.place import API, Place

CUT_OFF = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'
"""


async def cut_off(address: str) -> None:
    """Ends what is under way in a database and waits for its own next statement."""
    connection = await asyncpg.connect(address)
    assert await connection.fetch(CUT_OFF)
    await connection.close()


@pytest.mark.parametrize(("lifetime", "refreshes"), [(300, 1), (1, 2)])
async def test_tokens_that_could_not_be_kept_are_not_asked_for_again(
    place: Place, shared_database: str, lifetime: int, refreshes: int
) -> None:
    cuts = [shared_database.replace("+asyncpg", "")]

    def between_refresh_and_commit(answer: dict[str, Any]) -> None:
        if cuts:
            with ThreadPoolExecutor(1) as beside:
                beside.submit(asyncio.run, cut_off(cuts.pop())).result()

    async with place.browser() as browser:
        place.provider.lifetime = 1  # what the log-in brings must be renewed before the first call
        await place.log_in(browser)
        place.provider.lifetime, place.provider.change_answer = lifetime, between_refresh_and_commit
        assert (await browser.get(API)).status_code == 503
        assert (await browser.get(API)).status_code == 200
        assert (await place.who(browser))["authenticated"] is True
    assert (place.provider.reused, len(place.provider.refreshed)) == (0, refreshes)
