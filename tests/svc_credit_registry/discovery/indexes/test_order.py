"""The first entries of few are sorted here, those of many by the index: both as if all were sorted."""

import random
from pathlib import Path

import pytest

from shared.codes import credit_code
from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.rules import RANKS, Entry, key_of
from svc_credit_registry.discovery.indexes.service import SORTED_HERE, OpenIndex

MEMORY = 15_000_000
pytestmark = pytest.mark.together


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    chance = random.Random(3)
    return [
        Entry(
            credit_code.make("421303", number), f"随州{chance.choice('甲乙丙')}{number % 90}商行", "421303", "F5211",
            "个体工商户", chance.choice(list(RANKS)), "2020-01-01", "", "王芳",
            lists=["abnormal_operation"] * (number % 7 == 0),
        )
        for number in range(3 * SORTED_HERE)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def index(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> OpenIndex:
    folder: Path = tmp_path_factory.mktemp("index") / "made"
    made = OpenIndex.make(folder, "register", [], len(entries))
    made.write_with(MEMORY)
    for start in range(0, len(entries), SORTED_HERE):  # each commit is a piece of its own
        made.add(entries[start : start + SORTED_HERE])
        made.commit(start)
    return made


@pytest.mark.parametrize("limit", [1, 21, SORTED_HERE, 5 * SORTED_HERE])
@pytest.mark.parametrize("tag", ["f个体工商户", "labnormal_operation", "lnone"])
def test_the_first_entries_by_their_keys(index: OpenIndex, entries: list[Entry], tag: str, limit: int) -> None:
    held = [entry for entry in entries if tag[0] == "f" or tag[1:] in entry.lists]
    expected = sorted((key_of(entry), entry.code) for entry in held)[:limit]
    found = indexes.ordered(index.view, indexes.term("tags", tag), limit)
    assert [(key, entry.code) for key, entry in found] == expected
    assert all(key == key_of(entry) for key, entry in found)
