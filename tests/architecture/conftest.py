"""Each service describes itself in a process of its own; once for all tests of this folder."""

import ast
import functools
import gc
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import fresh_database
from tests.support.servers import Servers

ROOT = Path(__file__).parents[2]
SERVICES = ("svc_sso", "svc_disclosure", "svc_services", "svc_complaints", "svc_credit_registry")
DEPLOYABLES = (*SERVICES, "gateway")
FOLDERS = ("shared", "gateway", *(name.replace("_", "-") for name in SERVICES))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """The syntax of a file. The collector waits meanwhile: ended by it, a connection that some earlier test left open
    makes Python 3.11 fail ("AST constructor recursion depth mismatch").
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()


def describe(package: str) -> dict[str, Any]:
    path = os.pathsep.join(str(ROOT / folder) for folder in FOLDERS)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/architecture/describe.py"), package],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="session")
def descriptions() -> dict[str, dict[str, Any]]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(DEPLOYABLES, pool.map(describe, DEPLOYABLES), strict=True))


@pytest.fixture
async def empty_database(servers: Servers) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    async with fresh_database(servers, "empty") as name:
        yield servers.sqlalchemy_url(name)
