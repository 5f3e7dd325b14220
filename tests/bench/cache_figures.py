"""How long the old answer is served after a change: two gateways, readers who hammer the changed entry all the time.

A platform of its own on free ports and a second gateway process beside it; traffic to loopback only; everything stops
by itself. Articles are published and withdrawn at one gateway, the list which they change is read at the other one, so
the event alone carries the news. `CHANGES` (200) sets how many changes are measured, `READERS` (4) how many read.
"""

import os
import statistics
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from shared.clock import today
from shared.local.demo import PASSWORD as DEMO_PASSWORD
from shared.local.journey.people import Person
from tests.bench import proxies
from tests.bench.figures import Figure, tell
from tests.support.platform import started_platform

CHANGES = int(os.environ.get("CHANGES", "200"))
READERS = int(os.environ.get("READERS", "4"))
PAUSE = 0.002
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}
ARTICLES = "/api/disclosure/v1/articles"
LIST = f"{ARTICLES}?column=notices&limit=1"
PASSED = {"outcome": "passed", "basis": "不涉及国家秘密"}
Article = tuple[str, str]  # its path, the ETag of its last version


@dataclass
class Readers:
    """Threads that read the list. `latest`: what each saw last; `log`: every read, when it ended and what it showed."""

    url: str
    log: list[tuple[float, str]] = field(default_factory=list)
    latest: dict[int, str] = field(default_factory=dict)
    hits: int = 0
    reads: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def read(self, number: int) -> None:
        """Reads until it is stopped."""
        with httpx.Client(base_url=self.url, timeout=10, trust_env=False) as client:
            while not self.stopping.is_set():
                answer = client.get(LIST)
                at = time.monotonic()
                items = answer.raise_for_status().json()["items"]
                self.latest[number] = items[0]["id"] if items else ""
                self.log.append((at, self.latest[number]))
                self.reads += 1
                self.hits += answer.headers.get("cache-status", "").startswith("yiwang; hit")
                time.sleep(PAUSE)

    def old_until(self, wanted: str, answered: float) -> float:
        """Milliseconds after `answered` at which the last read ended that did not show `wanted` first."""
        deadline = time.monotonic() + 30
        while len(self.latest) < READERS or any(seen != wanted for seen in self.latest.values()):
            assert time.monotonic() < deadline, "the change was never seen"
            time.sleep(PAUSE)
        reads, self.log = self.log, []
        return max([(at - answered) * 1e3 for at, seen in reads if seen != wanted and at > answered], default=0.0)


def approved(editor: Person, reviewer: Person, approver: Person) -> Article:
    """An article that can be published."""
    body = {"column": "notices", "title": f"通知 {uuid.uuid4()}", "body": "正文", "producer": "随州市市场监督管理局",
            "made_on": today().isoformat()}  # fmt: skip
    draft = editor.call("POST", ARTICLES, json=body, expect=201, quiet=True)
    path = f"{ARTICLES}/{draft.json()['id']}"
    steps: list[tuple[Person, str, Any]] = [
        (reviewer, "secrecy-review", PASSED),
        (approver, "approval", {"outcome": "passed"}),
    ]
    tag = draft.headers["etag"]
    for person, act, content in steps:
        headers = {"If-Match": tag}
        tag = person.call("POST", f"{path}/{act}", json=content, headers=headers, quiet=True).headers["etag"]
    return path, tag


def measured(writer_url: str, readers: Readers) -> list[float]:
    """Milliseconds from the answer to a change until no reader sees the old list any more, for each change."""
    editor, reviewer, approver = (Person(writer_url, title) for title in ("editor", "reviewer", "approver"))
    for person, name in ((editor, "pub.editor"), (reviewer, "pub.reviewer"), (approver, "pub.approver")):
        person.log_in(name, DEMO_PASSWORD)
    found: list[float] = []
    before = next(iter(readers.latest.values()))
    while len(found) < CHANGES:
        path, tag = approved(editor, reviewer, approver)
        readers.log = []
        headers = {"If-Match": tag}
        public = editor.call("POST", f"{path}/publication", headers=headers, quiet=True)
        found.append(readers.old_until(path.rsplit("/", 1)[1], time.monotonic()))
        reason = {"reason": "测量用", "notice": "已撤回"}
        headers = {"If-Match": public.headers["etag"]}
        approver.call("POST", f"{path}/withdrawal", json=reason, headers=headers, quiet=True)
        found.append(readers.old_until(before, time.monotonic()))
    return found


def figures(folder: Path) -> list[Figure]:
    """Starts everything and measures."""
    with started_platform(folder, **UNLIMITED) as platform, proxies.gateway(folder, platform, {}) as other:
        readers = Readers(other.url)
        threads = [threading.Thread(target=readers.read, args=(n,), daemon=True) for n in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            found = sorted(measured(platform.base_url, readers))
        finally:
            readers.stopping.set()
            for thread in threads:
                thread.join(10)
    cuts = statistics.quantiles(found, n=100)
    return [
        Figure("cache.changes", len(found), ""),
        Figure("cache.old_answer_p50", cuts[49], "ms"),
        Figure("cache.old_answer_p99", cuts[98], "ms", "<=2000"),
        Figure("cache.old_answer_longest", found[-1], "ms"),
        Figure("cache.reads_from_cache", 100 * readers.hits / max(readers.reads, 1), "%"),
    ]


def main() -> None:
    """Measures and tells."""
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as folder:
        tell("cache", figures(Path(folder)))


if __name__ == "__main__":
    main()
