"""The rules of the house which no linter knows."""

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.conftest import FOLDERS, ROOT, SERVICES, tree_of

ROLES = {"errors", "rules", "models", "schemas", "queries", "service", "routes", "handlers", "__init__"}
FILE_CEILING = 350
FUNCTION_CEILING = 40
KERNEL_CEILING = 5420
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def sources() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in FOLDERS]


def test_no_file_is_longer_than_the_ceiling() -> None:
    files = tracked("*.py")
    long = {str(p.relative_to(ROOT)): n for p in files if (n := len(p.read_text().splitlines())) > FILE_CEILING}
    assert not long


def test_no_function_is_longer_than_the_ceiling() -> None:
    long = []
    for path in sources():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                if lines > FUNCTION_CEILING:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert not long


def test_the_kernel_stays_small() -> None:
    kernel = [
        p
        for p in sources()
        if p.relative_to(ROOT).parts[:2] == ("shared", "shared") and not {"events", "local"} & set(p.parts)
    ]
    assert sum(len(p.read_text().splitlines()) for p in kernel) <= KERNEL_CEILING


def test_there_is_no_room_without_a_name() -> None:
    assert not [p for p in tracked("*.py") if p.name in BANNED_NAMES]


@pytest.mark.parametrize("package", SERVICES)
def test_a_module_has_only_the_files_of_the_house(package: str) -> None:
    folder = ROOT / package.replace("_", "-") / package
    strange = [
        str(path.relative_to(ROOT))
        for known in folder.rglob("service.py")
        for path in known.parent.glob("*.py")
        if path.stem not in ROLES
    ]
    assert not strange


def test_locks_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        assert set(re.findall(r"--([a-z-]+)", text)) == {"hash"}


def test_settings_are_described_and_stand_in_the_example(descriptions: dict[str, dict[str, Any]]) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?\s?([A-Z_]+)=", example, flags=re.MULTILINE))
    expected = set()
    for description in descriptions.values():
        prefix = description["settings"]["prefix"]
        for name, text in description["settings"]["fields"].items():
            assert text, f"{prefix}{name.upper()} has no description"
            expected.add(f"{prefix}{name}".upper())
    assert listed == expected


def test_committed_openapi_equals_the_code(descriptions: dict[str, dict[str, Any]]) -> None:
    for package, description in descriptions.items():
        name = package.removeprefix("svc_").replace("_", "-")
        committed = json.loads((ROOT / f"docs/openapi/{name}.json").read_text(encoding="utf-8"))
        assert committed == description["openapi"], "run `make openapi` and look at what changed"


def test_schemas_have_names_of_their_own(descriptions: dict[str, dict[str, Any]]) -> None:
    """Two of one name are told apart by the paths of their modules, and clients would hang on where our code stands."""
    assert not [n for told in descriptions.values() for n in told["openapi"]["components"]["schemas"] if "__" in n]
