"""How long stored files stay, how much room an agency has, and that nothing goes which is still to be worked on."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.clock import now, today
from shared.errors import DomainError
from shared.inbox import SweepContext
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.batches import rules, service
from svc_credit_registry.sharing.batches.errors import StorageLow, UploadQuotaFull
from svc_credit_registry.sharing.batches.rules import Room, check_room
from tests.svc_credit_registry.sharing.batches.test_files import CODES, line, registered, step, upload, worked
from tests.svc_credit_registry.sharing.submissions.agency import headers_of, receipts
from tests.svc_credit_registry.world import World


@pytest.mark.parametrize(
    ("size", "room", "refusal"),
    [
        (60, Room(quota=100, waiting=40, free=100, reserve=40), None),
        (61, Room(quota=100, waiting=40, free=1000, reserve=40), UploadQuotaFull),
        (61, Room(quota=1000, waiting=40, free=100, reserve=40), StorageLow),
        (0, Room(quota=100, waiting=101, free=1000, reserve=0), UploadQuotaFull),
        (0, Room(quota=100, waiting=0, free=39, reserve=40), StorageLow),
    ],
)
def test_a_file_is_taken_when_there_is_room_for_it(size: int, room: Room, refusal: type[DomainError] | None) -> None:
    if refusal is None:
        check_room(room, size)
        return
    with pytest.raises(refusal) as refused:
        check_room(room, size)
    assert int(refused.value.headers["Retry-After"]) > 0


def stored(world: World) -> set[str]:
    return {path.name for path in world.client.runtime.files.root.glob("??/*")}


def aged(world: World, seconds: float = rules.SETTLED_SECONDS + 60) -> None:
    """Makes all that is stored look as if it had lain there for a while."""
    for path in world.client.runtime.files.root.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - seconds,) * 2)


def break_off(world: World) -> None:
    """What an upload leaves whose process was killed."""
    (world.client.runtime.files.root / "incoming" / "x.part").write_text("half")


def broken_off(world: World) -> list[Path]:
    return list((world.client.runtime.files.root / "incoming").iterdir())


async def tidied(world: World, days: float = 0) -> None:
    """What the worker does some days later."""
    context = SweepContext(world.client.runtime, now() + timedelta(days=days), today())
    async with world.client.sessions() as session, session.begin():
        await service.tidy(session, context)


def settings_of(world: World) -> Settings:
    settings = world.client.settings
    assert isinstance(settings, Settings)
    return settings


async def test_a_file_goes_when_its_time_is_over_and_its_receipts_stay(world: World) -> None:
    await registered(world)
    days = settings_of(world).uploads_kept_days
    done = await worked(world, (await upload(world, line("1", code=CODES[0]))).json())
    waits = (await upload(world, line("2", code=CODES[0]), name="b")).json()
    aged(world)
    await tidied(world, days - 0.1)
    assert stored(world) == {done["sha256"], waits["sha256"]}
    await tidied(world, days + 0.1)
    assert stored(world) == {waits["sha256"]}, "what is not worked through stays, however old"
    (kept,) = await receipts(world)
    assert kept["outcome"] == "created"
    address = f"/v1/submission-batches/{done['id']}"
    shown = (await world.client.get(address, headers=headers_of(world, "court-suizhou"))).json()
    assert (shown["state"], shown["counts"]["accepted"]) == ("done", 1)
    assert shown["removed_at"] is not None
    again = await upload(world, line("1", code=CODES[0]))
    assert (again.status_code, again.json()["id"]) == (200, done["id"])
    assert (await worked(world, waits))["outcomes"] == {"created": 1}


async def test_bytes_that_two_files_share_go_with_the_last_of_them(world: World) -> None:
    await registered(world)
    content = line("1", code=CODES[0])
    await worked(world, (await upload(world, content)).json())
    await upload(world, content, agency="tax-suizhou")
    aged(world)
    await tidied(world, 60)
    assert len(stored(world)) == 1
    assert await step(world) == 1
    await tidied(world, 60)
    assert stored(world) == set()


async def test_what_was_refused_after_it_had_come_goes_too_but_not_at_once(world: World) -> None:
    await upload(world, line("1", code=CODES[0]))
    assert (await upload(world, line("2", code=CODES[0]))).status_code == 409
    assert (await upload(world, "key,colour\n1,red\n", form="text/csv", name="c")).status_code == 422
    break_off(world)
    await tidied(world)
    assert len(stored(world)) == 3, "a batch may be about to be entered"
    aged(world, 25 * 3600)
    await tidied(world)
    assert len(stored(world)) == 1
    assert broken_off(world) == []


async def test_beyond_its_quota_an_agencys_oldest_files_go_first(world: World) -> None:
    await registered(world)
    files = [(await upload(world, line(str(n), code=CODES[0]), name=f"f{n}")).json() for n in range(3)]
    other = (await upload(world, line("9", code=CODES[0]), name="f", agency="tax-suizhou")).json()
    while await step(world):
        pass
    async with world.client.sessions() as session, session.begin():
        mib = text("UPDATE submission_batches SET size = :quota / 2").bindparams(quota=quota_of(world))
        await session.execute(mib)
    aged(world)
    await tidied(world)
    assert stored(world) == {files[1]["sha256"], files[2]["sha256"], other["sha256"]}


def quota_of(world: World) -> int:
    return settings_of(world).upload_quota_mib * rules.MIB


async def test_whose_waiting_files_take_all_his_room_is_told_to_wait(world: World) -> None:
    await upload(world, line("1", code=CODES[0]))
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE submission_batches SET size = :quota").bindparams(quota=quota_of(world)))
    full = await upload(world, line("2", code=CODES[0]), name="b")
    assert (full.status_code, full.json()["code"]) == (429, "upload_quota_full")
    assert full.headers["Retry-After"] == "60"
    assert (await upload(world, line("2", code=CODES[0]), name="b", agency="tax-suizhou")).status_code == 201


async def test_a_failed_file_whose_bytes_are_gone_is_worked_through_when_it_comes_again(world: World) -> None:
    await registered(world)
    content = line("1", code=CODES[0])
    lost = (await upload(world, content)).json()
    world.client.runtime.files.path(lost["sha256"]).unlink()
    assert (await worked(world, lost))["state"] == "failed"
    await tidied(world, 60)
    again = await upload(world, content)
    assert (again.status_code, again.json()["state"], again.json()["removed_at"]) == (200, "received", None)
    aged(world)
    await tidied(world)
    assert (await worked(world, lost))["outcomes"] == {"created": 1}
