"""The registry at its full size beside raw PostgreSQL (COPY, pgbench) and Datasette on the same rows, in the same run.

`make bench-registry`: `COUNT` (2360000) enterprises made from the trade names in the file `NAMES`; the register is
measured at 10^4, 10^5, 10^6 and all of them, each stage on top of the one before, when the database has nothing of it
left to do in the background. A PostgreSQL of its own, durable, on a free port; wrk must be installed. `SECONDS` (8) for
each load. Progress goes to standard error, the table to standard output, JSON lines to `.bench/registry.jsonl`.
Everything stops by itself.
"""

import csv
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import registry_changes as changes
from tests.bench import registry_trials as trials
from tests.bench.figures import Figure, beside, tell
from tests.bench.proxies import Running
from tests.bench.registry_place import Asked, Place, datasette, load, pgbench, place, serving, sqlite
from tests.support.databases import PYTHON_PATH

COUNT = int(os.environ.get("COUNT", "2360000"))
NAMES = os.environ.get("NAMES", "")
SECONDS = float(os.environ.get("SECONDS", "8"))
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size < COUNT] + [COUNT]
SAMPLE = 50_000
CONNECTIONS = 8
API = "/api/credit-registry/v1/enterprises"
_BEGAN = time.monotonic()


def say(text: str) -> None:
    """Tells how far the run is."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:7.1f} s  {text}\n")
    sys.stderr.flush()


def made(folder: Path) -> list[Path]:
    """One CSV file for each stage: the rows that it adds."""
    names = ["--names", NAMES] if NAMES else []
    command = [sys.executable, "-m", "svc_credit_registry.generate", str(COUNT), *names]
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH}
    files: list[Path] = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        header = program.stdout.readline()
        for before, size in itertools.pairwise([0, *SIZES]):
            files.append(folder / f"rows-{size}.csv")
            with files[-1].open("wb") as file:
                file.write(header)
                file.writelines(itertools.islice(program.stdout, size - before))
    return files


def rows_of(files: list[Path]) -> Iterator[dict[str, str]]:
    """The rows of several files."""
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def sample_of(files: list[Path]) -> tuple[list[str], list[str]]:
    """Codes to look up, and parts of names of two to six characters to search for."""
    chance = random.Random(5)
    every = max(1, sum(1 for _ in rows_of(files)) // SAMPLE)
    rows = list(itertools.islice(rows_of(files), 0, None, every))
    words = []
    for row in chance.sample(rows, min(2_000, len(rows))):
        length = chance.randint(2, 6)
        start = chance.randrange(max(1, len(row["name"]) - length))
        words.append(row["name"][start : start + length])
    return [row["code"] for row in rows], words


def at_size(here: Place, both: tuple[Running, Running], size: int, files: list[Path]) -> Iterator[Figure]:
    """Look-ups and searches at one size: how many a second, how long, and what each costs."""
    registry, gateway = both
    codes, words = sample_of(files)
    unit = f"at_{size}"
    for kind, paths in (("lookup", codes), ("search", words)):
        addresses = [
            f"{API}/{each}" if kind == "lookup" else f"{API}?limit=20&q={trials.quoted(each)}" for each in paths
        ]
        load(here.folder, gateway.url, Asked(addresses, min(2, SECONDS), CONNECTIONS))
        cpu = [registry.cpu_seconds(), gateway.cpu_seconds(), here.database_cpu()]
        found = load(here.folder, gateway.url, Asked(addresses, SECONDS, CONNECTIONS))
        assert not found.errors, f"{found.errors} errors of {found.requests}"
        used = [
            a - b
            for a, b in zip((registry.cpu_seconds(), gateway.cpu_seconds(), here.database_cpu()), cpu, strict=True)
        ]
        each = [1e6 * seconds / found.requests for seconds in used]
        yield Figure(f"registry.{kind}_{unit}", found.rate, "/s")
        yield Figure(f"registry.{kind}_p50_{unit}", 1e3 * found.p50, "ms")
        yield Figure(f"registry.{kind}_p99_{unit}", 1e3 * found.p99, "ms", "<=20" if kind == "search" else None)
        yield Figure(f"registry.{kind}_cpu_{unit}", sum(each), "us")
        for part, spent in zip(("service", "gateway", "database"), each, strict=True):
            yield Figure(f"registry.{kind}_cpu_{part}_{unit}", spent, "us")


def beside_datasette(here: Place, gateway: Running, files: list[Path]) -> Iterator[Figure]:
    """Look-ups and searches through the gateway beside Datasette's on the same rows."""
    codes, words = sample_of(files)
    say("SQLite for Datasette")
    path = sqlite(here.folder, trials.one_file(here.folder, files))
    with datasette(here.folder, path) as peer:
        theirs = [f"/peer/enterprises/{code}.json?_shape=objects" for code in codes]
        load(here.folder, peer.url, Asked(theirs, min(2, SECONDS), CONNECTIONS))
        looked_up = load(here.folder, peer.url, Asked(theirs, SECONDS, CONNECTIONS))
        ours = load(here.folder, gateway.url, Asked([f"{API}/{code}" for code in codes], SECONDS, CONNECTIONS))
        yield beside("registry.lookup", ours.rate, "/s", ">=4", "datasette", looked_up.rate)
        yield beside("registry.lookup_p99", 1e3 * ours.p99, "ms", "<=1", "datasette", 1e3 * looked_up.p99)
        theirs = [f"/peer/enterprises.json?name__contains={trials.quoted(word)}&_size=20&_nocount=1" for word in words]
        searched = load(here.folder, peer.url, Asked(theirs, SECONDS, 2))
        ours = load(
            here.folder, gateway.url, Asked([f"{API}?limit=20&q={trials.quoted(w)}" for w in words], SECONDS, 2)
        )
        yield beside("registry.search", ours.rate, "/s", None, "datasette", searched.rate)
        yield beside("registry.search_p99", 1e3 * ours.p99, "ms", None, "datasette", 1e3 * searched.p99)


def figures(folder: Path) -> Iterator[Figure]:
    """Measures everything, one after the other."""
    say(f"making {COUNT} enterprises")
    files = made(folder)
    with place(folder) as here:
        for size, file in zip(SIZES, files, strict=True):
            say(f"loading up to {size}")
            seconds = trials.loaded(here, file)
            last = size == SIZES[-1]
            with serving(here) as both:
                ready = trials.wait_searchable(both[1].url + API, file)
                trials.tidied(here)
                say(f"searchable after {ready:.1f} s; look-ups and searches at {size}")
                yield from at_size(here, both, size, files[: SIZES.index(size) + 1])
                if last:
                    yield Figure("registry.index_opened", ready, "s")
                    yield from _at_full_size(here, both, files)
        yield from trials.beside_copy(here, files[-1], seconds)
        say("rebuilding the index")
        yield from trials.rebuilt(here, COUNT)
        yield from trials.disk(here, COUNT)


def _at_full_size(here: Place, both: tuple[Running, Running], files: list[Path]) -> Iterator[Figure]:
    registry, gateway = both
    say("right answers")
    yield trials.right_answers(here, gateway.url + API, sample_of(files)[1])
    say("pgbench")
    trials.number_codes(here)
    raw, _ = pgbench(here, SECONDS, CONNECTIONS)
    codes, _ = sample_of(files)
    ours = load(here.folder, gateway.url, Asked([f"{API}/{code}" for code in codes], SECONDS, CONNECTIONS))
    yield beside("registry.lookup_raw", ours.rate, "/s", None, "pgbench", raw)
    yield from beside_datasette(here, gateway, files)
    say("freshness of the search")
    yield from trials.freshness(here, gateway.url + API)
    say("300 changes a second beside full read load")
    asked = Asked([f"{API}/{code}" for code in codes], 2 * SECONDS)
    yield from changes.changes_beside_reads(here, both, gateway.url + API, asked)
    yield from trials.memory(registry, gateway, COUNT)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir=os.environ.get("FOLDER")) as name:
        root = Path(name)
        root.chmod(0o711)
        found = []
        for figure in figures(root):
            say(f"{figure.name} {figure.value:,.2f} {figure.unit}")
            found.append(figure)
        tell("registry", found)
