"""The embedded servers and what the tests make of them."""

from collections.abc import Awaitable, Callable

import asyncpg
import nats
import pytest

from tests.support.servers import Servers


async def test_the_database_is_a_postgresql_18_with_time_ordered_ids(
    servers: Servers, database: Callable[[str], Awaitable[str]]
) -> None:
    connection = await asyncpg.connect(servers.dsn(await database("empty")))
    assert (await connection.fetchval("SHOW server_version")).startswith("18")
    first, second = [str(await connection.fetchval("SELECT uuidv7()")) for _ in range(2)]
    assert first < second
    assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    await connection.close()


async def test_the_database_refuses_a_wrong_password(servers: Servers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.dsn().replace(servers.password, "wrong"))


async def test_the_broker_keeps_streams_and_refuses_strangers(servers: Servers) -> None:
    client = await nats.connect(servers.nats_url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="local_test", subjects=["local_test.>"])
    assert (await jetstream.publish("local_test.a", b"1")).seq == 1
    await jetstream.delete_stream("local_test")
    await client.close()
    with pytest.raises(nats.errors.Error):
        await nats.connect(servers.nats_url.replace("yiwang:", "stranger:"), allow_reconnect=False)
