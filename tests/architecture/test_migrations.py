"""Migrations: one head, the models agree with it, and the way back works."""

import asyncio
import os
import subprocess
import sys

import pytest

from shared.migrate import head_of, scripts_of
from tests.architecture.conftest import FOLDERS, ROOT, SERVICES

PACKAGES = (*SERVICES, "gateway")
DEMOS = sorted(path.parent.name for folder in FOLDERS for path in (ROOT / folder).glob("*/demo.py"))
DRIFT = """
import asyncio, runpy, sys
from shared import migrate
package, address = sys.argv[1:]
async def main():
    await migrate.upgrade(package, address)
    found = await migrate.drift(package, address)
    assert not found, found
    await migrate.upgrade(package, address, "base")
    await migrate.upgrade(package, address)
    assert not await migrate.drift(package, address)
asyncio.run(main())
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_there_is_one_head_and_revisions_are_numbered(package: str) -> None:
    assert head_of(package)
    names = sorted(path.name for path in (scripts_of(package) / "versions").glob("*.py"))
    assert [name[:4] for name in names] == [f"{i:04d}" for i in range(1, len(names) + 1)]


@pytest.mark.parametrize("package", PACKAGES)
async def test_models_and_schema_agree_and_the_way_back_works(package: str, empty_database: str) -> None:
    path = os.pathsep.join(str(ROOT / folder) for folder in FOLDERS)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", DRIFT, package, empty_database],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("package", DEMOS)
def test_a_demonstration_knows_every_table_that_its_own_refer_to(package: str) -> None:
    """It runs as a process of its own, without what the service loads."""
    program = f"import {package}.demo, shared.db; shared.db.Base.metadata.sorted_tables"
    path = os.pathsep.join(str(ROOT / folder) for folder in FOLDERS)
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
