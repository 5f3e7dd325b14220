"""The loader as people run it: a program, a file, a database."""

import asyncio
import gzip
import importlib
import io
import json
import lzma
import os
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from shared.audit import AuditRow
from shared.codes import credit_code
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseName, EnterpriseVersion
from svc_credit_registry.record.feed.models import Change
from tests.support.databases import PYTHON_PATH
from tests.svc_credit_registry.world import World, decided, row

HEADER = "code,name,region,industry_code,organisation_form,established_on,legal_representative_name,status,ended_on"


@dataclass(frozen=True)
class Done:
    """How a program ended."""

    code: int
    output: str
    errors: str


async def run(world: World, module: str, *arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """Runs a program in this process, in a thread as it has a loop of its own."""
    main = importlib.import_module(f"svc_credit_registry.{module}").main
    output, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDIT_REGISTRY_DATABASE_URL", world.client.database)
        patch.setattr(sys, "argv", [module, *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        if cwd is not None:
            patch.chdir(cwd)
        ended = await asyncio.to_thread(main)
    output.seek(0)
    return Done(ended, output.read(), errors.getvalue())


async def start(world: World, module: str, *arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """The same as people start it, by a Python of its own."""
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH, "CREDIT_REGISTRY_DATABASE_URL": world.client.database}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"svc_credit_registry.{module}", *arguments, env=environment, cwd=cwd,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await program.communicate(stdin)
    return Done(program.returncode or 0, output.decode(), errors.decode())


def code(number: int) -> str:
    return credit_code.make("421303", 430_300_000 + number)


def line(number: int, name: str, **changes: str) -> str:
    given = row(code(number), name, **changes)
    return ",".join(given[column] for column in HEADER.split(","))


async def rows_of(world: World, model: type) -> int:
    async with world.client.sessions() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_broken_file_is_loaded_but_for_its_bad_rows(world: World, tmp_path: Path) -> None:
    lines = [
        "\ufeff" + HEADER,
        line(1, "随州红光酒业有限公司"),
        line(2, "随州永兴商贸有限公司").replace(code(2), "91110000100001604N"),
        line(3, "随州天华食品有限公司", established_on="2012-13-01"),
        line(4, "随州金源物流有限公司") + ",too,many",
        line(5, "随州瑞祥农业有限公司"),
        line(1, "随州红光酒厂"),
        "",
        '"' + line(6, "随州泰和科技有限公司"),
        line(7, "随州恒达文化有限公司"),
        line(8, "随州")[:25],
    ]
    file = tmp_path / "broken.csv"
    file.write_bytes("\r\n".join(lines).encode())
    done = await run(world, "load", str(file))
    assert done.code == 0, done.errors
    assert "3 new" in done.output
    assert "6 rejected" in done.output
    rejects = [json.loads(text) for text in (tmp_path / "broken.csv.rejects.ndjson").read_text().splitlines()]
    assert [(r["line"], r["field"], r["reason"]) for r in rejects] == [
        (3, "code", "organisation_check"),
        (4, "established_on", "bad_date"),
        (5, "", "wrong_columns"),
        (7, "code", "duplicate"),
        (9, "", "bad_csv"),
        (11, "", "wrong_columns"),
    ]
    assert all(r["message"] and r["content"] for r in rejects)
    assert await rows_of(world, Enterprise) == await rows_of(world, EnterpriseName) == await rows_of(world, Change) == 3


async def test_the_same_file_again_changes_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_text("\n".join([HEADER, *(line(i, f"随州永兴{i}号商贸有限公司") for i in range(30))]))
    assert "30 new, 0 changed" in (await run(world, "load", str(file))).output
    again = await run(world, "load", str(file))
    assert again.code == 0
    assert "0 new, 0 changed, 30 left" in again.output
    assert not (tmp_path / "good.csv.rejects.ndjson").exists()
    assert (await world.get(f"/v1/enterprises/{code(3)}"))["version"] == 1
    async with world.client.sessions() as session:
        acts = (await session.scalars(select(AuditRow).where(AuditRow.action == "enterprises.loaded"))).all()
    assert [act.after["inserted"] for act in acts] == [30]
    assert acts[0].object_id == "good.csv"


async def test_a_changed_row_changes_the_record_and_keeps_the_former_name(world: World) -> None:
    await world.load([row(code(1), "随州红光酒业有限公司")])
    summary, _ = await world.load([row(code(1), "随州红星酒业有限公司")])
    assert (summary.inserted, summary.updated) == (0, 1)
    record = await world.get(f"/v1/enterprises/{code(1)}")
    assert record["version"] == 2
    assert [n["name"] for n in record["names"]] == ["随州红星酒业有限公司", "随州红光酒业有限公司"]
    new, former = record["names"]
    assert date.fromisoformat(new["valid_from"]) - date.fromisoformat(former["valid_until"]) == timedelta(days=1)
    async with world.client.sessions() as session:
        (version,) = await session.scalars(select(EnterpriseVersion))
        positions = (await session.execute(select(Change.position, Change.part).order_by(Change.position))).all()
    assert (version.version, version.name) == (1, "随州红光酒业有限公司")
    assert version.recorded_at < version.superseded_at
    assert [tuple(row) for row in positions] == [(1, "registration"), (2, "registration")]


async def test_whoever_keeps_copies_of_facts_hears_of_others(world: World) -> None:
    """Or a former representative could go on acting for the enterprise."""
    await world.load(
        [row(code(n), f"随州永兴{n}号商贸有限公司", legal_representative_name="李明") for n in (1, 2, 3, 4)]
    )
    await world.load(
        [
            row(code(1), "随州永兴1号商贸有限公司", legal_representative_name="王芳"),
            row(code(2), "随州永兴2号商贸有限公司", legal_representative_name="李明", address="随州市文峰大道9号"),
            row(code(3), "随州永兴3号商贸有限公司", legal_representative_name="李明"),
            row(code(4), "随州明月商贸有限公司", legal_representative_name="李明", region="421321"),
        ]
    )
    query = text("SELECT data FROM outbox_events WHERE type = 'credit_registry.enterprise.changed.v1'")
    async with world.client.sessions() as session:
        told = [one | {"changed_on": None} for one in await session.scalars(query)]
    same = {"part": "registration", "changed_on": None, "legal_representative_name": None, "name": None, "region": None}
    assert told == [
        same | {"code": code(1), "legal_representative_name": "王芳"},
        same | {"code": code(4), "name": "随州明月商贸有限公司", "region": "421321"},
    ]


async def test_what_a_decision_founded_is_left_alone(world: World) -> None:
    await world.hear(decided())
    async with world.client.sessions() as session:
        founded = await session.scalar(select(Enterprise.code))
    summary, _ = await world.load([row(str(founded), "随州别名酒业有限公司")])
    assert (summary.inserted, summary.updated, summary.left) == (0, 0, 1)
    assert (await world.get(f"/v1/enterprises/{founded}"))["name"] == "随州红光酒业有限公司"


@pytest.mark.parametrize(("form", "packing"), [("csv", ".xz"), ("ndjson", ".gz"), ("ndjson", "-")])
async def test_generated_files_load_in_every_form(world: World, tmp_path: Path, form: str, packing: str) -> None:
    by = start if packing == "-" else run
    made = await by(world, "generate", "60", "--format", form, "--region", "421300", "--seed", "5")
    assert made.code == 0, made.errors
    data = made.output.encode()
    packed = gzip.compress(data) if packing == ".gz" else lzma.compress(data) if packing == ".xz" else data
    file = tmp_path / f"made.{form}{packing.removeprefix('-')}"
    file.write_bytes(packed)
    target, stdin = ("-", data) if packing == "-" else (str(file), b"")
    done = await by(world, "load", target, stdin=stdin, cwd=tmp_path)
    assert "60 new" in done.output, done
    assert "0 rejected" in done.output
    assert await rows_of(world, Enterprise) == 60


async def test_a_packed_file_that_was_cut_off_is_loaded_as_far_as_it_goes(world: World, tmp_path: Path) -> None:
    made = await run(world, "generate", "3000", "--region", "421300")
    file = tmp_path / "cut.csv.gz"
    packed = gzip.compress(made.output.encode())
    file.write_bytes(packed[: len(packed) // 2])
    done = await run(world, "load", str(file))
    assert done.code == 0
    assert "cut off" in done.errors
    assert 0 < await rows_of(world, Enterprise) < 3000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name,region\nx,421303\n", "code"),
        (HEADER.encode() + b"\nbad,row\n", "1 rejected"),
        (HEADER.encode() + b"\n", "0 rows"),
    ],
)
async def test_a_file_of_which_nothing_can_be_loaded_ends_with_1(
    world: World, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "useless.csv"
    file.write_bytes(content)
    done = await run(world, "load", str(file))
    assert done.code == 1
    assert said in done.output + done.errors
    assert "Traceback" not in done.errors


async def test_a_file_that_is_not_there_is_one_clear_sentence(world: World, tmp_path: Path) -> None:
    done = await run(world, "load", str(tmp_path / "nowhere.csv"))
    assert done.code == 1
    assert len(done.errors.strip().splitlines()) == 1
