"""The examples of docs/registry-examples.md, run as they stand there against a whole platform."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.agency import CLIENT, register
from tests.support.databases import ROOT
from tests.support.platform import Platform

pytestmark = pytest.mark.platform
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_SECONDS = 120


def test_the_examples_run_as_they_are_written(platform: Platform, tmp_path: Path) -> None:
    register(platform.base_url, tmp_path)
    blocks = BLOCK.findall((ROOT / "docs/registry-examples.md").read_text(encoding="utf-8"))
    for language, text in blocks:
        if language == "python":
            name = text.splitlines()[0].removeprefix("# file: ")
            (tmp_path / name).write_text(text, encoding="utf-8")
    script = "\n".join(text for language, text in blocks if language == "sh")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
        env={"PATH": path, "BASE": platform.base_url, "CLIENT": CLIENT, "NO_PROXY": "*", "LANG": "C.UTF-8",
             "DOCS": str(ROOT / "docs")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    assert "随州红光酒业有限公司" in done.stdout
    assert '"outcome":"created"' in done.stdout
    assert "applied up to" in done.stdout
    assert "effect: none" in done.stdout
    assert "effect: refuse" in done.stdout
    assert "随州演示商贸有限公司" in done.stdout, "the lists of the demonstration"
