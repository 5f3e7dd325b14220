"""What is replaced first after an index was opened again is there once, also when pieces are being merged then."""

from pathlib import Path

import orjson

from shared.codes import credit_code
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import OpenIndex

MEMORY = 15_000_000
PIECES, IN_A_PIECE = 8, 10
"""From eight pieces of about one size on the index merges them into one."""


def entry(number: int, name: str) -> Entry:
    code = credit_code.make("421303", number)
    return Entry(code, name, "421303", "F5211", "个体工商户", "active", "2020-01-01", "", "王芳")


def part(path: Path, first: int, count: int) -> Path:
    made = OpenIndex.make(path, "register", [], count)
    made.write_with(MEMORY)
    made.add([entry(number, "随州甲商行") for number in range(first, first + count)])
    made.finish()
    return path


def stopped_before_a_merge(folder: Path) -> tuple[Path, int]:
    """An index of eight pieces, all but the first and the last of which had a deletion in the last commit."""
    parts = [part(folder / f"part-{n}", 100 * n, IN_A_PIECE * (1 + (n == 0))) for n in range(PIECES)]
    index = OpenIndex.make(folder / "whole", "register", [], 0).with_pieces_of(parts[:-1])
    index.write_with(MEMORY)
    index.replace([], [entry(100 * n, "").code for n in range(1, PIECES - 1)])
    assert index._writer is not None
    index._writer.commit()
    index.settle()
    last = OpenIndex.open(parts[-1])
    assert last is not None
    meta, more = (orjson.loads((path / "meta.json").read_bytes()) for path in (index.path, last.path))
    pieces = [*meta["segments"], *more["segments"]]
    assert len(pieces) == PIECES
    for file in last.path.iterdir():
        if not file.name.startswith(".") and file.suffix != ".json":
            file.rename(index.path / file.name)
    files = [file.name for file in index.path.iterdir() if not file.name.startswith(".") and file.name != "about.json"]
    (index.path / ".managed.json").write_bytes(orjson.dumps(files))
    (index.path / "meta.json").write_bytes(orjson.dumps(meta | {"segments": pieces}))
    return index.path, IN_A_PIECE * (PIECES + 1) - (PIECES - 2)


def test_the_first_replaced_after_opening_is_there_once(tmp_path: Path) -> None:
    path, count = stopped_before_a_merge(tmp_path)
    index = OpenIndex.open(path)
    assert index is not None
    index.write_with(MEMORY)
    index.replace([entry(301, "随州乙商行")])
    index.commit(1)
    index.settle()
    index.refresh()
    assert index.view.searcher.num_segments == 2  # all before, and the new one
    assert index.view.size == count
