"""Figures of the whole platform: time to ready, memory, seconds from decision to public record, events per second.

`make bench-platform`: a platform of its own on free ports, in a temporary folder; traffic to loopback only; it stops by
itself. Prints a table and writes `.bench/platform.jsonl`. `RUNS` (200) sets how many decisions are measured.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from shared.local.demo import PASSWORD as DEMO_PASSWORD
from shared.local.journey.establishment import MATTER, PDF, REGISTRY, SERVICES, Journey, open_account
from shared.local.journey.people import Person, new_trade_name
from tests.bench.figures import Figure, tell
from tests.support.platform import Platform, launch
from tests.support.processes import told_by

RUNS = int(os.environ.get("RUNS", "200"))
UNLIMITED = {"GATEWAY_RATE_PER_MINUTE": "0", "GATEWAY_LOGINS_PER_MINUTE": "0"}


def started(data: Path) -> tuple[Platform, float]:
    """A platform on `data` and the seconds until it was ready."""
    begin = time.monotonic()
    platform = launch(data, **UNLIMITED)
    platform.wait_ready()
    return platform, time.monotonic() - begin


def memory(platform: Platform) -> dict[str, float]:
    """MiB of the runner and everything it started: resident (shared pages counted each time) and proportional."""
    root = psutil.Process(platform.runner.pid)
    everything = [told_by(process.memory_full_info) for process in (root, *root.children(recursive=True))]
    infos = [info for info in everything if info is not None]
    mib = 1024 * 1024
    return {"rss": sum(i.rss for i in infos) / mib, "pss": sum(i.pss for i in infos) / mib}


def accepted_case(citizen: Person, officer: Person, identity: dict[str, str]) -> tuple[str, str]:
    """Brings one application to the point of decision; its address and the name."""
    wanted = {"region": "421303", "trade_name": new_trade_name(), "industry_code": "C15", "industry_word": "酒业",
              "organisation_form": "有限公司"}  # fmt: skip
    reservation = citizen.json("POST", f"{SERVICES}/name-reservations", json=wanted, expect=201, quiet=True)
    body = {"matter_code": MATTER, "reservation_id": reservation["id"]}
    draft = citizen.json("POST", f"{SERVICES}/applications", json=body, expect=201, quiet=True)
    case = f"{SERVICES}/applications/{draft['id']}"
    form = {
        "registered_capital_yuan": 1_000_000,
        "address": "湖北省随州市曾都区烈山大道一号",
        "business_scope": "酒类销售",
    }
    citizen.edit("PATCH", case, of=case, json={"form": form}, quiet=True)
    for code in ("ARTICLES", "DOMICILE"):
        headers = {"Content-Type": "application/pdf", "X-CSRF": "1"}
        citizen.http.put(f"{case}/materials/{code}?filename=a.pdf", content=PDF, headers=headers).raise_for_status()
    citizen.call("POST", f"{case}/submission", quiet=True)
    officer.edit("POST", f"{case}/acceptance", of=case, quiet=True)
    return case, reservation["name"]


def decision_to_record(base_url: str) -> list[float]:
    """Seconds from the answer to a decision until anyone finds the enterprise by its name, for each of the runs."""
    citizen, officer, anyone = (Person(base_url, title) for title in ("citizen", "officer", "anyone"))
    identity = open_account(Journey(base_url, citizen, citizen), citizen, "张伟")
    officer.log_in("reg.zengdu", DEMO_PASSWORD)
    seconds = []
    for _ in range(RUNS):
        case, name = accepted_case(citizen, officer, identity)
        officer.edit("POST", f"{case}/decision", of=case, json={"outcome": "granted", "reason": "齐全"}, quiet=True)
        begin = time.monotonic()
        while not anyone.http.get(f"{REGISTRY}/enterprises", params={"q": name}).json()["items"]:
            assert time.monotonic() - begin < 30, "it never became public"
            time.sleep(0.005)
        seconds.append(time.monotonic() - begin)
    return seconds


def figures(folder: Path) -> list[Figure]:
    """Measures everything, one after the other."""
    data = folder / "data"
    platform, cold = started(data)
    try:
        at_rest = memory(platform)
        seconds = sorted(decision_to_record(platform.base_url))
    finally:
        platform.stop()
    platform, warm = started(data)
    platform.stop()
    p99 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    return [
        Figure("platform.ready_cold", cold, "s", "<=15"),
        Figure("platform.ready_warm", warm, "s", "<=5"),
        Figure("platform.resident", at_rest["rss"], "MiB", "<=900"),
        Figure("platform.proportional", at_rest["pss"], "MiB"),
        Figure("platform.decision_to_record_p50", statistics.median(seconds), "s", "<=2"),
        Figure("platform.decision_to_record_p99", p99, "s", "<=2"),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as name:
        root = Path(name)
        root.chmod(0o711)
        tell("platform", figures(root))
