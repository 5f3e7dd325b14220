"""What the gateway keeps: each such answer is dropped by an event."""

import ast
from collections.abc import Iterator

from gateway.cache.tags import TAGS
from tests.architecture.conftest import ROOT, tree_of

# What changes with a release only: rows of the law, the kinds of items.
AS_RELEASED = {"listing/grounds", "listing/repairs", "record/record_views record-item-kinds"}


def kept_answers() -> Iterator[tuple[str, list[str]]]:
    """Each answer that a service lets the gateway keep for a minute: where it is made, and its tags."""
    for path in sorted(ROOT.glob("svc-*/svc_*/**/*.py")):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "cached":
                continue
            if not any(keyword.arg == "brief" for keyword in node.keywords):
                yield "/".join(path.parts[-3:-1]), [ast.unparse(each).strip("f'\"") for each in node.args]


def test_every_kept_answer_has_an_event_that_drops_it() -> None:
    """An answer with no tag of an event would be old for a minute: keep it `brief`ly."""
    known = {pattern.partition(":")[0] for patterns in TAGS.values() for pattern in patterns} - {"register"}
    found = list(kept_answers())
    forgotten = {
        place if tags == ["register"] else f"{place} {' '.join(tags)}"
        for place, tags in found
        if not known & {tag.partition(":")[0] for tag in tags}
    }
    assert len(found) > 20
    assert forgotten == AS_RELEASED
