"""The pages tell the truth where a program can find out."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.conftest import ROOT, tree_of
from tests.architecture.test_house import tracked

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"`((?:tests|shared|gateway|docs|deploy|requirements|\.ci)/[\w./-]+)`")
CODE_ROW = re.compile(r"^\| `([a-z_]+)` \| \d{3} \|", re.MULTILINE)
HEADINGS = ["Status", "Context", "Decision", "Consequences", "Enforced by"]
README_CEILING = 120
DECISION_CEILING = 45

PAGES = [path.relative_to(ROOT).as_posix() for path in tracked("*.md")]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
KERNEL = [path for path in (ROOT / "shared/shared").rglob("*.py") if not {"local", "codes"} & set(path.parts)]
GATEWAY = list((ROOT / "gateway/gateway").rglob("*.py"))


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The anchors which headings make, as they are made where the pages are read."""
    titles = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def codes_of(paths: list[Path]) -> set[str]:
    """Every `code` that a class of refusals sets, and those of the framework's own refusals."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                found.update(code for statement in node.body for code in _codes(statement))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HTTP_CODES":
                found.update(code for code, _, _ in ast.literal_eval(node.value).values())
    return found


def _codes(statement: ast.stmt) -> list[str]:
    return [
        value.value
        for target, value in _assigned(statement)
        if isinstance(target, ast.Name)
        and target.id == "code"
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    ]


def _assigned(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return [(statement.target, statement.value)]
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_resolve(page: str) -> None:
    path = ROOT / page
    broken = []
    for target in LINK.findall(prose(path)):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES)
def test_named_files_are_there(page: str) -> None:
    named = NAMED.findall(prose(ROOT / page))
    assert not [name for name in named if "svc_x" not in name and not (ROOT / name).exists()]


@pytest.mark.parametrize("page", [page for page in PAGES if Path(page).name.startswith("README")])
def test_a_readme_is_read_in_one_go(page: str) -> None:
    assert len((ROOT / page).read_text(encoding="utf-8").splitlines()) <= README_CEILING


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_the_five_headings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    assert text.startswith(f"# {path.name[:4]} ")
    assert len(text.splitlines()) <= DECISION_CEILING


def test_decisions_are_numbered_and_indexed() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{i:04d}" for i in range(1, len(DECISIONS) + 1)]
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert [target for target in LINK.findall(index) if target[:4].isdigit()] == [path.name for path in DECISIONS]


def test_error_codes_in_the_docs_are_those_of_the_code() -> None:
    documented = set(CODE_ROW.findall((ROOT / "docs/api.md").read_text(encoding="utf-8")))
    kernel, gateway = codes_of(KERNEL), codes_of(GATEWAY)
    assert not documented - kernel - gateway, "named in docs/api.md and nowhere in the code"
    assert not kernel - documented, "a code of the kernel is missing in docs/api.md"
