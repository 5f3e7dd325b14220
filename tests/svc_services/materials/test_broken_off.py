"""What uploads leave that broke off."""

import os
import time
from pathlib import Path

from shared.clock import now, today
from shared.inbox import SweepContext
from svc_services.materials.handlers import UNFINISHED_SECONDS, remove_unfinished
from tests.svc_services.world import PDF, World


def broken_off(folder: Path, name: str, seconds: float) -> Path:
    """What a process leaves that is killed in the middle of an upload."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.part"
    path.write_bytes(b"%PDF-")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


async def test_what_broke_off_goes_after_a_day_and_what_is_kept_stays(world: World) -> None:
    case = await world.draft()
    await world.put(case, "ARTICLES", PDF)
    runtime = world.client.runtime
    old, young = (
        broken_off(runtime.files.root / "incoming", name, seconds)
        for name, seconds in (("old", UNFINISHED_SECONDS + 60), ("young", UNFINISHED_SECONDS - 60))
    )
    async with runtime.sessions() as session, session.begin():
        await remove_unfinished(session, SweepContext(runtime, now(), today()))
    assert [path.name for path in (old, young) if path.exists()] == ["young.part"]
    got = await world.get(f"/v1/applications/{case['id']}/materials/ARTICLES", world.citizen)
    assert got.content == PDF
