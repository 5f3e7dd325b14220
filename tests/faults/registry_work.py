"""What is going on while processes are killed: files are loaded, agencies push records, somebody reads the stream.

Each keeps a list of what was acknowledged to it, and of what must therefore stand on the record.
"""

import csv
import json
import random
import re
import subprocess
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from tests.faults.registry_place import PATIENCE_SECONDS, Place
from tests.svc_credit_registry.sharing.submissions.agency import PENALTY, penalty

AWAY = frozenset({502, 503, 504})
FIRST = 10_000
FRESH, RENAMED, REPEATED, PORTION = 1_800, 100, 100, 50
FILE_ROWS, SMALL_ROWS = 2_000, 20
RESUMED = re.compile(r"(\d+) of these rows had been loaded before")


class Work:
    """Work that goes on until told to stop, in whole steps. What should not happen is entered as a surprise."""

    def __init__(self, name: str, place: Place) -> None:
        self.name, self.place, self.stop, self.surprises = name, place, threading.Event(), list[str]()
        self.repeated: Counter[str] = Counter()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begins, or goes on."""
        self.stop.clear()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self.stop.is_set():
                self.step()
        except Exception as exc:
            self.surprises.append(f"{self.name}: {type(exc).__name__}: {exc}")

    def step(self) -> None:
        """One piece of the work."""
        raise NotImplementedError

    def finish(self) -> None:
        """Lets the step at hand come to its end."""
        self.stop.set()
        if self._thread is not None:
            self._thread.join(2 * PATIENCE_SECONDS)
            assert not self._thread.is_alive(), f"{self.name} never came to an end"


class Register:
    """Files of enterprises, and what must stand in the register once they are loaded: the names of each code."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance, self.names, self.made = folder, chance, dict[str, list[str]](), 0
        self.rows = enterprises(Plan(2_000_000, TRADE_NAMES, counties(), 1))
        self._known: list[dict[str, str]] = []

    def file(
        self, fresh: int = FRESH, renamed: int = RENAMED, repeated: int = REPEATED
    ) -> tuple[Path, Callable[[], None]]:
        """A file of new enterprises, of some that have a new name, of some as they stand; and what enters it here."""
        rows = [next(self.rows) for _ in range(fresh)]
        self.chance.shuffle(self._known)
        changed = [row | {"name": f"新{row['name']}"} for row in self._known[:renamed]]
        given = [*rows, *changed, *self._known[renamed : renamed + repeated]]
        self.chance.shuffle(given)
        path = self.folder / f"enterprises-{self.made}.csv"
        self.made += 1
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(given[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(given)
        # A new name may stand in one file only, so that its day tells it from the one before.
        self._known = [*self._known[renamed:], *rows][-5_000:]
        return path, lambda: self._enter([*rows, *changed])

    @property
    def portions(self) -> int:
        """How many portions a file has."""
        return (FRESH + RENAMED + REPEATED) // PORTION

    def _enter(self, rows: list[dict[str, str]]) -> None:
        for row in rows:
            self.names.setdefault(row["code"], []).append(row["name"])


class Loading(Work):
    """Loads a file when asked to; a load that was cut off is given again until it says that it is done."""

    def __init__(self, place: Place, register: Register) -> None:
        super().__init__("loading", place)
        self.register, self.files, self.starts, self.resumed = register, 0, 0, 0
        self.process: subprocess.Popen[bytes] | None = None
        self.asked = threading.Event()

    def load(self, path: Path, *options: str) -> None:
        """Loads a file, however often that takes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.starts += 1
            self.process = self.place.run("svc_credit_registry.load", str(path), *options)
            if self.process.wait(PATIENCE_SECONDS) == 0:
                break
            self.repeated["load"] += 1
            assert time.monotonic() < deadline, self.place.told()
            time.sleep(0.2)
        self.files += 1

    def step(self) -> None:
        if not self.asked.wait(0.1):
            return
        path, enter = self.register.file()
        self.load(path, "--portion", str(PORTION), "--helpers", "1")
        self.asked.clear()
        enter()
        path.unlink()

    def count_resumed(self) -> int:
        """Rows that were known from before their load was cut off, by what the loads have told."""
        return sum(map(int, RESUMED.findall((self.place.folder / "programs.log").read_text(errors="replace"))))


@dataclass
class Pushed:
    """A file or a single record that an agency sent, whether it was acknowledged, and what must come of each row."""

    producer: str
    rows: list[tuple[str, str]]
    """Key and outcome of each, in order."""
    id: str | None = None
    """Of the file, once acknowledged."""
    receipt: str | None = None
    """Of the single record, once acknowledged: the number of its entry."""

    @property
    def acknowledged(self) -> bool:
        return self.id is not None or self.receipt is not None


class Agency(Work):
    """An agency's system. What it does not know the end of it sends again, or, `hasty`, never."""

    def __init__(self, place: Place, name: str, codes: list[str], chance: random.Random, hasty: bool = False) -> None:
        super().__init__(name, place)
        self.codes, self.chance, self.hasty, self.count = codes, chance, hasty, 0
        self.files: dict[str, Pushed] = {}
        self.singles: dict[str, Pushed] = {}
        self.http = httpx.Client(base_url=place.origin, timeout=30, trust_env=False)

    def send(self, method: str, path: str, kind: str = "application/json", **content: Any) -> httpx.Response | None:
        """The answer; None when nobody knows what came of it, to the hasty one only."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            reason = "no answer"
            with suppress(httpx.TransportError):
                answer = self.http.request(method, path, headers=self.headers(kind), **content)
                if answer.status_code not in AWAY:
                    return answer
                reason = str(answer.status_code)
            self.repeated[reason] += 1
            if self.hasty:
                return None
            time.sleep(0.1)
        raise TimeoutError(f"{method} {path} had no answer")

    def headers(self, kind: str) -> dict[str, str]:
        """With a fresh token and the media type."""
        token = self.place.sign(
            aud="credit-registry", kind="system", sub=self.name, client_id=self.name,
            permissions=["credit-registry:records:push"],
        )  # fmt: skip
        return {"Authorization": f"Bearer {token}", "Content-Type": kind}

    def push_file(self, rows: int) -> Pushed:
        """Sends a file; entered before it is sent, marked when it is acknowledged."""
        self.count += 1
        name = f"f{self.count}"
        lines, expected = self._lines(name, rows)
        pushed = self.files[name] = Pushed(self.name, expected)
        answer = self.send(
            "PUT", f"/v1/submission-batches/penalty/{name}?rows={len(lines)}", "application/x-ndjson",
            content="\n".join(lines).encode(),
        )  # fmt: skip
        if answer is not None:
            assert answer.status_code in (200, 201), answer.text
            pushed.id = answer.json()["id"]
        return pushed

    def _lines(self, name: str, rows: int) -> tuple[list[str], list[tuple[str, str]]]:
        """New records; among them some again as they were, some with another content, some that are refused."""
        lines, expected, editions = list[str](), list[tuple[str, str]](), dict[str, int]()
        for number in range(rows):
            key, outcome = f"{name}-{number}", "created"
            odds = self.chance.random()
            if odds < 0.2 and editions:
                key = self.chance.choice([*editions][-20:])
                outcome = "unchanged" if odds < 0.1 else "replaced"
            if odds > 0.98:
                outcome = "refused"
            else:
                editions[key] = editions.get(key, 1) + (outcome == "replaced")
            given = self.record(key, editions.get(key, 0)) | (
                {"produced_on": "2999-01-01"} if outcome == "refused" else {}
            )
            lines.append(json.dumps(given, ensure_ascii=False))
            expected.append((key, outcome))
        return lines, expected

    def record(self, key: str, edition: int) -> dict[str, Any]:
        """A record as a row of a file; the same key is always of the same enterprise.

        Editions differ in the facts alone: to another penalty the worker gives its term later, as one version more.
        """
        code = self.codes[zlib.crc32(key.encode()) % len(self.codes)]
        given = penalty(key=key, code=code, content=PENALTY | {"facts": f"虚假宣传，第{edition}稿"})
        return {name: value for name, value in given.items() if name != "kind"}

    def push_one(self) -> None:
        """Sends a single record."""
        self.count += 1
        key = f"s{self.count}"
        pushed = self.singles[key] = Pushed(self.name, [(key, "created")])
        given = self.record(key, 1) | {"kind": "penalty"}
        answer = self.send("POST", "/v1/submissions", json=given)
        if answer is not None:
            assert answer.status_code in (200, 201), answer.text
            pushed.receipt = answer.json()["receipt"]


class FileAgency(Agency):
    """Sends a file when asked to."""

    def __init__(self, place: Place, name: str, codes: list[str], chance: random.Random) -> None:
        super().__init__(place, name, codes, chance)
        self.asked = threading.Event()

    def step(self) -> None:
        if self.asked.wait(0.1):
            self.push_file(FILE_ROWS)
            self.asked.clear()


class SingleAgency(Agency):
    """Sends one record after the other; the hasty one now and then a small file."""

    def step(self) -> None:
        if self.hasty and self.count % 20 == 19:
            self.push_file(SMALL_ROWS)
        else:
            self.push_one()
        time.sleep(0.05)


class Reader(Work):
    """Reads the change stream from the start, in pieces, whatever happens to the service."""

    def __init__(self, place: Place) -> None:
        super().__init__("reader", place)
        self.read: list[tuple[int, str, str | None]] = []
        self.http = httpx.Client(base_url=place.origin, timeout=30, trust_env=False)

    def step(self) -> None:
        after = self.read[-1][0] if self.read else 0
        with suppress(httpx.TransportError):
            answer = self.http.get("/v1/stream", params={"after": after, "limit": 500})
            if answer.status_code == 200:
                lines = [json.loads(line) for line in answer.text.splitlines()]
                self.read += [(line["position"], line["code"], line["item_id"]) for line in lines]
                if len(lines) == 500:
                    return
            elif answer.status_code not in AWAY:
                raise AssertionError(f"{answer.status_code} {answer.text}")
        time.sleep(0.3)
