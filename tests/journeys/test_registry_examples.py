"""The examples of docs/registry-examples.md, run as they stand there against a whole platform."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person
from tests.support.databases import ROOT
from tests.support.platform import Platform

pytestmark = pytest.mark.platform
CLIENT = "tax-examples"
PERMISSIONS = ["credit-registry:records:push", "credit-registry:stream:follow", "credit-registry:restrictions:check"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_SECONDS = 120


def registered(platform: Platform, folder: Path) -> None:
    """Registers the agency as the security administrator does, and keeps its key in `folder`."""
    key = ECKey.generate_key("P-256", {"kid": "2026-a"})
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)))
    admin = Person(platform.base_url, "secadmin")
    admin.log_in("secadmin", PASSWORD)
    body = {
        "id": CLIENT, "kind": "agency", "name": "随州市税务局", "owner_unit": "TAX-421300", "permissions": PERMISSIONS,
        "keys": [dict(key.as_dict(private=False))], "contacts": ["it@tax.example.cn"],
    }  # fmt: skip
    admin.json("POST", "/api/sso/v1/clients", json=body, expect=201)


def test_the_examples_run_as_they_are_written(platform: Platform, tmp_path: Path) -> None:
    registered(platform, tmp_path)
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
        env={"PATH": path, "BASE": platform.base_url, "CLIENT": CLIENT, "NO_PROXY": "*", "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    assert "随州红光酒业有限公司" in done.stdout
    assert '"outcome":"created"' in done.stdout
    assert "applied up to" in done.stdout
    assert "effect: none" in done.stdout
