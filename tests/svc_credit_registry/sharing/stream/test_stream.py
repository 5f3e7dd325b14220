import asyncio
import contextlib
import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from shared.audit import SYSTEM
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.record.feed.service import changed, sequence_all
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.exchange.models import ExchangeEntry
from svc_credit_registry.sharing.snapshots import service as snapshots
from svc_credit_registry.sharing.stream import service as stream
from svc_credit_registry.sharing.stream.errors import PositionForgotten
from tests.svc_credit_registry.record.publicity.test_publicity import published
from tests.svc_credit_registry.world import World, eventually, row

FOLLOW = "credit-registry:stream:follow"


def code(number: int) -> str:
    return credit_code.make("421303", 431_200_000 + number)


def settings_of(world: World) -> Settings:
    settings = world.client.settings
    assert isinstance(settings, Settings)
    return settings


def follower(world: World, client: str = "agency-a") -> dict[str, str]:
    claims = {"kind": "system", "sub": client, "client_id": client, "permissions": [FOLLOW]}
    return world.get_bearer(aud="credit-registry", **claims)


async def lines(world: World, **params: Any) -> list[dict[str, Any]]:
    answer = await world.client.get("/v1/stream", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def change(world: World, number: int, part: str = "registration") -> None:
    async with world.client.sessions() as session, session.begin():
        await changed(session, code(number), part, day=today())
    await sequence_all(world.client.runtime)


async def test_changes_are_read_on_from_a_position_with_the_resource_as_rest_gives_it(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号酒业有限公司") for n in range(3)])
    first = await lines(world, limit=2)
    assert [line["position"] for line in first] == [1, 2]
    (third,) = await lines(world, after=2)
    assert (third["code"], third["part"], third["type"]) == (code(2), "registration", "changed")
    assert third["data"] == await world.get(f"/v1/enterprises/{code(2)}")
    assert third["resource"] == f"/v1/enterprises/{code(2)}"
    assert await lines(world, after=3) == []


async def test_an_item_comes_with_its_content_and_goes_as_withdrawn(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    event = published(respondent_code=code(1))
    await world.hear(event)
    await sequence_all(world.client.runtime)
    (line,) = await lines(world, after=1)
    (shown,) = (await world.get(f"/v1/enterprises/{code(1)}/complaints"))["items"]
    assert (line["part"], line["item_id"], line["data"]) == ("complaints", str(event.complaint_id), shown)
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE complaint_records SET withheld_at = now()"))
    (line,) = await lines(world, after=1)
    assert (line["type"], line["data"]) == ("withdrawn", None)


async def test_a_position_nobody_was_given_is_refused(world: World) -> None:
    answer = await world.client.get("/v1/stream", params={"after": 1})
    assert (answer.status_code, answer.json()["code"], answer.json()["last_position"]) == (422, "position_unknown", 0)


async def test_a_forgotten_position_names_the_snapshot_to_start_from(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号酒业有限公司") for n in range(3)])
    runtime, settings = world.client.runtime, settings_of(world)
    snapshot = await snapshots.take(runtime, settings)
    assert snapshot is not None
    await change(world, 1)
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE changes SET at = now() - interval '500 days'"))
        assert await snapshots.forget(session, SweepContext(runtime, now(), today())) == 3
    answer = await world.client.get("/v1/stream", params={"after": 2})
    assert (answer.status_code, answer.json()["code"]) == (410, "position_forgotten")
    assert answer.json()["snapshot_position"] == 3
    assert [line["position"] for line in await lines(world, after=3)] == [4]


async def test_who_follows_slowly_is_sent_away_when_changes_before_him_are_forgotten(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号酒业有限公司") for n in range(3)])
    runtime = world.client.runtime
    await snapshots.take(runtime, settings_of(world))
    await change(world, 1)
    pieces = stream.follow(stream.Hub(runtime), 0, 1)
    assert (await anext(pieces)).position == 1
    async with runtime.sessions() as session, session.begin():
        await session.execute(text("UPDATE changes SET at = now() - interval '500 days'"))
        assert await snapshots.forget(session, SweepContext(runtime, now(), today())) == 3
    with pytest.raises(StopAsyncIteration):
        await anext(pieces)
    async with runtime.sessions() as session:
        with pytest.raises(PositionForgotten):  # a bounded read too, should they go after its position was checked
            await stream.read(session, 1, 200)


async def test_a_snapshot_holds_the_register_and_the_position_to_go_on_from(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号酒业有限公司") for n in range(5)])
    await snapshots.take(world.client.runtime, settings_of(world))
    (snapshot,) = (await world.get("/v1/snapshots"))["items"]
    file = {file["name"]: file for file in snapshot["files"]}["enterprises.ndjson.gz"]
    content = (await world.client.get(file["url"])).content
    assert (snapshot["position"], file["rows"], file["size"]) == (5, 5, len(content))
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    records = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert records == [await world.get(f"/v1/enterprises/{record['code']}") for record in records]
    part = await world.client.get(file["url"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    same = await world.client.get(file["url"], headers={"If-None-Match": part.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert await lines(world, after=snapshot["position"]) == []


async def test_a_snapshot_holds_the_items_and_complaints_that_the_stream_tells_of(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    for key, more in (("shown", {}), ("ended", {}), ("over", {"publish_until": today() - timedelta(days=1)})):
        await entered(world, key, **more)
    async with world.client.sessions() as session, session.begin():
        await records.end(session, SYSTEM, "AMR-421303", RecordKind.KEY_PERSON, "ended", "离任", now())
    events = [published(respondent_code=code(1)), published(respondent_code=code(1))]
    for event in events:
        await world.hear(event)
    async with world.client.sessions() as session, session.begin():
        withheld = "UPDATE complaint_records SET withheld_at = now() WHERE complaint_id = :id"
        await session.execute(text(withheld), {"id": events[1].complaint_id})
    await sequence_all(world.client.runtime)
    await snapshots.take(world.client.runtime, settings_of(world))
    told = {line["item_id"]: line for line in await lines(world) if line["item_id"] and line["type"] == "changed"}
    held = await held_by_the_newest(world)
    (item,), (complaint,) = held["record-items.ndjson.gz"], held["complaints.ndjson.gz"]
    assert told.keys() == {item["id"], complaint["complaint_id"]}
    assert item == told[item["id"]]["data"] == await world.get(f"/v1/record-items/{item['id']}")
    assert complaint == {"code": code(1)} | told[complaint["complaint_id"]]["data"]


async def entered(world: World, key: str, **more: Any) -> None:
    item = records.Item(
        code=code(1), kind=RecordKind.KEY_PERSON, key=key, content={"name": "张伟", "position": "监事"},
        producer="AMR-421303", provider="AMR-421303", basis="《企业信息公示暂行条例》第六条", produced_on=today(),
        effective_from=today(), **more,
    )  # fmt: skip
    async with world.client.sessions() as session, session.begin():
        await records.put(session, SYSTEM, item, now())


async def held_by_the_newest(world: World) -> dict[str, list[Any]]:
    newest = (await world.get("/v1/snapshots"))["items"][0]
    contents = {file["name"]: (await world.client.get(file["url"])).content for file in newest["files"]}
    return {name: [json.loads(line) for line in gzip.decompress(c).splitlines()] for name, c in contents.items()}


async def test_a_snapshot_without_the_items_makes_nothing_forgotten(world: World) -> None:
    """Such were taken by earlier versions: who starts from one needs the changes of items from before it."""
    await world.load([row(code(1), "随州红光酒业有限公司")])
    runtime, settings = world.client.runtime, settings_of(world)
    await snapshots.take(runtime, settings)
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE changes SET at = now() - interval '500 days'"))
        await session.execute(text("UPDATE snapshots SET files = jsonb_path_query_array(files, '$[0]')"))
        assert await snapshots.forget(session, SweepContext(runtime, now(), today())) == 0
    assert await snapshots.is_due(runtime, settings, now())


async def test_old_snapshots_go_and_unfinished_ones_leave_nothing(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    settings = settings_of(world).model_copy(update={"snapshots_kept": 2})
    (snapshots.folder_of(settings) / "unfinished").mkdir(parents=True)
    (snapshots.folder_of(settings) / "unfinished" / "half").write_text("x")
    for _ in range(3):
        await snapshots.take(world.client.runtime, settings)
    kept = [found["id"] for found in (await world.get("/v1/snapshots"))["items"]]
    assert len(kept) == 2
    assert sorted(path.name for path in snapshots.folder_of(settings).iterdir()) == sorted(kept)
    assert not await snapshots.is_due(world.client.runtime, settings, now() + timedelta(days=2))
    await change(world, 1)
    assert await snapshots.is_due(world.client.runtime, settings, now() + timedelta(days=2))
    assert not await snapshots.is_due(world.client.runtime, settings, now())


async def test_following_needs_its_permission(world: World) -> None:
    anonymous = await world.client.get("/v1/stream", params={"follow": "true"})
    other = world.get_bearer(aud="credit-registry", kind="system", permissions=[])
    without = await world.client.get("/v1/stream", params={"follow": "true"}, headers=other)
    assert (anonymous.status_code, without.status_code) == (401, 403)


@contextlib.asynccontextmanager
async def connected(world: World, after: int, client: str = "agency-a") -> AsyncIterator[asyncio.Queue[Any]]:
    """A connection that follows, as the server sees it: what is sent, message by message, until it is cut."""
    sent, cut = asyncio.Queue[Any](), asyncio.Event()
    headers = [(k.lower().encode(), v.encode()) for k, v in follower(world, client).items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
        "path": "/v1/stream", "raw_path": b"/v1/stream", "query_string": f"after={after}&follow=true".encode(),
        "headers": headers, "scheme": "http", "server": ("service", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    told = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        first = next(told, None)
        if first is None:
            await cut.wait()
            return {"type": "http.disconnect"}
        return first

    async def send(message: Any) -> None:
        if cut.is_set():
            raise OSError
        await sent.put(message)

    task = asyncio.create_task(world.client.app(scope, receive, send))
    try:
        yield sent
    finally:
        cut.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def body_of(sent: asyncio.Queue[Any]) -> list[dict[str, Any]]:
    message = await asyncio.wait_for(sent.get(), 20)
    return [json.loads(line) for line in message["body"].splitlines()]


async def test_a_follower_hears_of_changes_as_they_come_and_each_piece_is_in_the_log(world: World) -> None:
    await world.load([row(code(n), f"随州永兴{n}号酒业有限公司") for n in range(2)])
    async with connected(world, after=1) as sent:
        assert (await sent.get())["status"] == 200
        assert [line["position"] for line in await body_of(sent)] == [2]
        await change(world, 0)
        (line,) = await body_of(sent)
        assert (line["position"], line["code"]) == (3, code(0))
    async with world.client.sessions() as session:
        entries = (await session.scalars(select(ExchangeEntry).order_by(ExchangeEntry.id))).all()
    assert [(entry.kind, entry.requester, entry.resource, entry.rows) for entry in entries] == [
        ("stream", "agency-a", "stream/2", 1),
        ("stream", "agency-a", "stream/3", 1),
    ]


async def test_when_nothing_changes_a_heartbeat_tells_the_position(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svc_credit_registry.sharing.stream.service.HEARTBEAT_SECONDS", 0.05)
    async with connected(world, after=0) as sent:
        await sent.get()
        (line,) = await body_of(sent)
        assert (line["type"], line["position"]) == ("heartbeat", 0)


async def test_a_client_has_so_many_connections_and_gets_them_back(world: World) -> None:
    limit = settings_of(world).stream_connections_per_client
    params, headers = {"follow": "true"}, follower(world)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(limit):
            sent = await stack.enter_async_context(connected(world, after=0))
            assert (await sent.get())["status"] == 200
        answer = await world.client.get("/v1/stream", params=params, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
        async with connected(world, after=0, client="agency-b") as sent:
            assert (await sent.get())["status"] == 200
        assert (await world.get("/v1/stream/state"))["followers"] >= limit

    async def free() -> bool:
        return bool((await world.get("/v1/stream/state"))["followers"] == 0)

    await eventually(free)


async def test_the_state_tells_how_far_the_stream_is(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    state = await world.get("/v1/stream/state")
    assert (state["position"], state["waiting"], state["lag_seconds"], state["first_position"]) == (1, 0, 0.0, 0)
    assert state["last_change_at"] is not None
