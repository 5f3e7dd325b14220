"""What must be so afterwards, to the row: what was acknowledged is there, once; what was not is absent or complete."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import nats
from nats.js.api import AckPolicy, ConsumerConfig

from shared.events.envelope import stream_name
from tests.faults.registry_place import Place, wait
from tests.faults.registry_work import Agency, Loading, Pushed, Reader, Register

APPLIED = ("created", "replaced")
SETTLED = """
    SELECT (SELECT count(*) FROM submission_batches WHERE state <> 'done') + (SELECT count(*) FROM pending_changes)
        + (SELECT count(*) FROM outbox_events WHERE published_at IS NULL)
        + (SELECT count(*) FROM audit_log WHERE hash IS NULL)
        + (SELECT count(*) FROM bulk_loads WHERE finished_at IS NULL)
        + (SELECT count(*) FROM risk_runs WHERE state = 'running')
        + (SELECT f.last - r.position FROM feed_state f, risk_followed r)
"""
# Each gives the number of faults: what is written of one thing in one transaction must be there together, and once.
TOGETHER: Mapping[str, str] = {
    "names beside the enterprises": "SELECT count(*) FROM enterprises e WHERE NOT EXISTS (SELECT FROM"
    " enterprise_names n WHERE n.code = e.code AND n.name = e.name AND n.valid_until IS NULL)",
    "former states beside the enterprises": "SELECT count(*) FROM (SELECT e.code FROM enterprises e LEFT JOIN"
    " enterprise_versions v USING (code) GROUP BY e.code, e.version HAVING count(v.version) <> e.version - 1) AS x",
    "positions left out or doubled": "SELECT (SELECT last FROM feed_state) - count(DISTINCT position) FROM changes",
    "items without exactly one audit row": "SELECT count(*) FROM (SELECT i.id FROM record_items i LEFT JOIN audit_log a"
    " ON a.object_type = 'record_item' AND a.object_id = i.id::text WHERE i.kind = 'penalty'"
    " GROUP BY i.id HAVING count(a.id) <> 1) AS x",
    "audit rows without item": "SELECT count(*) FROM audit_log a WHERE a.object_type = 'record_item'"
    " AND NOT EXISTS (SELECT FROM record_items i WHERE i.id::text = a.object_id)",
    "items without exactly one position": "SELECT count(*) FROM (SELECT i.id FROM record_items i LEFT JOIN changes c"
    " ON c.item_id = i.id WHERE i.kind = 'penalty' GROUP BY i.id HAVING count(c.position) <> 1) AS x",
    "positions without item": "SELECT count(*) FROM changes c WHERE c.item_id IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM record_items i WHERE i.id = c.item_id)",
    "items without exactly one receipt of entry": "SELECT count(*) FROM (SELECT i.id FROM record_items i"
    " LEFT JOIN submission_receipts s ON s.item_id = i.id AND s.receipt = i.receipt"
    " AND s.outcome IN ('created', 'replaced') WHERE i.kind = 'penalty' GROUP BY i.id HAVING count(s.id) <> 1) AS x",
    "files not in the log of the exchange once as they came and once as they ended": "SELECT abs(count(*) - (SELECT"
    " count(*) FROM submission_batches)) + abs((SELECT count(*) FROM exchange_entries WHERE kind = 'push_processed') -"
    " (SELECT count(*) FROM submission_batches)) FROM exchange_entries WHERE kind = 'push_file'",
    "dead letters": "SELECT count(*) FROM dead_letters",
}


@dataclass
class Findings:
    """What was compared, and what is wrong with it, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """All of them."""
        return [*self.lost, *self.doubled, *self.half]

    def exactly(self, kind: str, wanted: Counter[Any], there: Counter[Any]) -> None:
        """Notes what is missing, and what is there without having been asked for or more than once."""
        self.compared[kind] = self.compared.get(kind, 0) + wanted.total()
        self.lost += [f"{kind} {one}" for one in (wanted - there).elements()]
        self.doubled += [f"{kind} {one}" for one in (there - wanted).elements()]


def prove(place: Place, loading: Loading, agencies: Sequence[Agency], reader: Reader) -> Findings:
    """Waits until all has been worked through, then compares everything with what was acknowledged."""
    found = Findings()
    wait(lambda: place.value(SETTLED) == 0, "everything is worked through")
    compare_register(place, loading.register, found)
    compare_records(place, agencies, found)
    for name, statement in TOGETHER.items():
        wrong = int(place.value(statement) or 0)
        found.half += [f"{name}: {wrong}"] if wrong else []
    compare_stream(place, reader, found)
    compare_index(place, loading.register, found)
    compare_broker(place, found)
    compare_chains(place, found)
    for work in (loading, *agencies, reader):
        found.half += work.surprises
    return found


def compare_register(place: Place, register: Register, found: Findings) -> None:
    """Each enterprise has the names, the version and the positions by what the files say; the audit counts it."""
    wanted: Counter[Any] = Counter((code, names[-1], len(names)) for code, names in register.names.items())
    rows = place.ask("SELECT code, name, version FROM enterprises")
    found.exactly("enterprise", wanted, Counter(tuple(row) for row in rows))
    wanted = Counter((code, name) for code, names in register.names.items() for name in names)
    found.exactly("name", wanted, Counter(tuple(row) for row in place.ask("SELECT code, name FROM enterprise_names")))
    told = place.ask("SELECT code, count(*) FROM changes WHERE part = 'registration' GROUP BY code")
    wanted = Counter({code: len(names) for code, names in register.names.items()})
    found.exactly("position of an enterprise", wanted, Counter({row[0]: row[1] for row in told}))
    sums = "SELECT sum((after->>'{0}')::int) FROM audit_log WHERE action = 'enterprises.loaded'"
    inserted, updated = place.value(sums.format("inserted")), place.value(sums.format("updated"))
    renamed = sum(len(names) - 1 for names in register.names.values())
    audited = Counter(inserted=inserted, updated=updated)
    found.exactly("row in the audit", Counter(inserted=len(register.names), updated=renamed), audited)


def compare_records(place: Place, agencies: Sequence[Agency], found: Findings) -> None:
    """Files and records, with the receipts of their rows, in order."""
    files = place.ask("SELECT id::text, producer, name, rows, declared_rows FROM submission_batches")
    there = {(row["producer"], row["name"]): row for row in files}
    rows = place.ask("SELECT batch_id::text, key, outcome FROM submission_receipts ORDER BY batch_id, line")
    receipts: dict[str | None, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        receipts[row["batch_id"]].append((row["key"], row["outcome"]))
    wanted: Counter[tuple[str, str, int]] = Counter()
    for agency in agencies:
        for name, pushed in agency.files.items():
            row = there.pop((agency.name, name), None)
            _compare_file(pushed, f"{agency.name} {name}", row and receipts[row["id"]], found)
            if row is not None:
                wanted += _versions(pushed)
        wanted += _compare_singles(place, agency, found)
    found.doubled += [f"file that nobody sent: {key}" for key in there]
    items = place.ask("SELECT producer, key, version FROM record_items WHERE kind = 'penalty'")
    found.exactly("item", wanted, Counter(tuple(row) for row in items))


def _compare_file(pushed: Pushed, name: str, rows: list[tuple[str, str]] | None, found: Findings) -> None:
    found.compared["acknowledged file"] = found.compared.get("acknowledged file", 0) + pushed.acknowledged
    if rows is None:
        found.lost += [f"acknowledged file {name}"] if pushed.acknowledged else []
    elif rows != pushed.rows:
        found.exactly(f"receipt of {name}", Counter(pushed.rows), Counter(rows))
    else:
        found.compared["receipt"] = found.compared.get("receipt", 0) + len(rows)


def _versions(pushed: Pushed) -> Counter[tuple[str, str, int]]:
    """The items that rows make, by producer, key and version."""
    made = Counter(key for key, outcome in pushed.rows if outcome in APPLIED)
    return Counter((pushed.producer, key, n + 1) for key, versions in made.items() for n in range(versions))


def _compare_singles(place: Place, agency: Agency, found: Findings) -> Counter[tuple[str, str, int]]:
    """Single records: the receipt that was handed out is that of the item. The items that there may be."""
    query = "SELECT key, outcome, receipt FROM submission_receipts WHERE producer = $1 AND batch_id IS NULL"
    receipts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in place.ask(query, agency.name):
        receipts[row["key"]].append((row["outcome"], row["receipt"]))
    wanted: Counter[tuple[str, str, int]] = Counter()
    for key, pushed in agency.singles.items():
        rows = receipts.pop(key, [])
        outcomes, numbers = Counter(outcome for outcome, _ in rows), {receipt for _, receipt in rows}
        if not rows and not pushed.acknowledged:
            continue
        wanted[agency.name, key, 1] += 1
        found.compared["acknowledged record"] = found.compared.get("acknowledged record", 0) + pushed.acknowledged
        if outcomes["created"] != 1 or {*outcomes} - {"created", "unchanged"} or len(numbers) != 1:
            found.half.append(f"record {agency.name} {key} has the receipts {rows}")
        if pushed.receipt is not None and numbers != {pushed.receipt}:
            found.lost.append(f"receipt {pushed.receipt} of {agency.name} {key}")
    found.doubled += [f"record that nobody sent: {agency.name} {key}" for key in receipts]
    return wanted


def compare_stream(place: Place, reader: Reader, found: Findings) -> None:
    """The reader has seen every position once, in order, each with what the feed holds."""
    last = place.value("SELECT last FROM feed_state")
    wait(lambda: bool(reader.surprises) or (bool(reader.read) and reader.read[-1][0] >= last), "the reader is through")
    reader.finish()
    rows = place.ask("SELECT position, code, item_id::text FROM changes ORDER BY position")
    if reader.read != [tuple(row) for row in rows]:
        found.exactly("position read", Counter(tuple(row) for row in rows), Counter(reader.read))
        found.half.append("the stream was not read in the order of the feed")
    else:
        found.compared["position read"] = len(rows)


def compare_index(place: Place, register: Register, found: Findings) -> None:
    """The index counts each enterprise once, and finds some by their newest names, once."""
    with httpx.Client(base_url=place.origin, timeout=30, trust_env=False) as client:
        renamed = [(code, names[-1]) for code, names in register.names.items() if len(names) > 1]
        _, last = renamed[-1]

        def is_through() -> bool:
            counted = client.get("/v1/enterprises/facets")
            hits = client.get("/v1/enterprises", params={"q": last})
            through = counted.status_code == hits.status_code == 200 and bool(hits.json()["items"])
            return through and counted.json()["count"] >= len(register.names)

        wait(is_through, "the index has taken everything in")
        counted = client.get("/v1/enterprises/facets").json()["count"]
        found.exactly("enterprise counted by the index", Counter(all=len(register.names)), Counter(all=counted))
        for code, name in renamed[-50:]:
            hits = client.get("/v1/enterprises", params={"q": name, "limit": 50}).json()["items"]
            exact = Counter(hit["code"] for hit in hits if hit["name"] == name)
            found.exactly("enterprise found by its new name", Counter({code: 1}), exact)


def compare_broker(place: Place, found: Findings) -> None:
    """Every event stands on the broker. One that stands there twice is known by its id, so that is only counted."""
    events = place.ask("SELECT event_id::text, type FROM outbox_events")
    there = asyncio.run(_on_broker(place, {stream_name(event["type"]) for event in events}))
    wanted = Counter(event["event_id"] for event in events)
    found.exactly("event on the broker", wanted, Counter(dict.fromkeys(there, 1)))
    found.compared["event on the broker more than once"] = (there - wanted).total()


async def _on_broker(place: Place, streams: set[str]) -> Counter[str]:
    """How often each event stands in the streams, by its id."""
    there: Counter[str] = Counter()
    client = await nats.connect(place.broker.url, connect_timeout=5)
    try:
        for stream in streams:
            consumer = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
            pulled = await client.jetstream().pull_subscribe("", stream=stream, config=consumer)
            left = (await pulled.consumer_info()).num_pending or 0
            while left > 0:
                messages = await pulled.fetch(min(1_000, left), timeout=30)
                there.update(message.header["Nats-Msg-Id"] for message in messages if message.header)
                left -= len(messages)
    finally:
        await client.close()
    return there


def compare_chains(place: Place, found: Findings) -> None:
    """The audit and the log of the exchange are unbroken."""
    permissions = ["platform:audit", "platform:operations"]
    token = place.sign(aud="credit-registry", kind="staff", unit="AMR-100000", region="100000", permissions=permissions)
    for name, path in (("audit", "/v1/operations/audit"), ("exchange", "/v1/exchange/verification")):
        answer = httpx.get(
            place.origin + path, headers={"Authorization": f"Bearer {token}"}, timeout=180, trust_env=False
        )  # fmt: skip
        found.half += [] if answer.json().get("intact") else [f"the chain of the {name} log: {answer.text[:300]}"]


CLASSES = {
    "class": "SELECT concat_ws('|', code, class, score, found::text, model) FROM risk_classes",
    "change of a class": "SELECT concat_ws('|', code, coalesce(before, '-'), class, score, found::text, model)"
    " FROM risk_changes",
    "figure": "SELECT concat_ws('|', dimension, key, class, entities) FROM risk_figures",
    "run": "SELECT concat_ws('|', kind, state, as_of, entities, changed) FROM risk_runs",
}
COVERED: Mapping[str, str] = {
    "entities without a class": "SELECT count(*) FROM enterprises e WHERE status <> 'cancelled'"
    " AND NOT EXISTS (SELECT FROM risk_classes r WHERE r.code = e.code)",
    "classes without an entity": "SELECT count(*) FROM risk_classes r WHERE NOT EXISTS (SELECT FROM enterprises e"
    " WHERE e.code = r.code AND e.status <> 'cancelled')",
    "entities the run counts twice or not": "SELECT abs(r.entities - (SELECT count(*) FROM risk_classes))"
    " FROM risk_runs r",
    "entities the figures count twice or not": "SELECT coalesce(sum(abs(x.n - r.entities)), 1) FROM risk_runs r,"
    " (SELECT sum(entities) AS n FROM risk_figures GROUP BY dimension) AS x",
    "audit rows of the run": "SELECT abs(count(*) FILTER (WHERE a.action = 'risk_run.started') - 1) + abs(count(*)"
    " FILTER (WHERE a.action = 'risk_run.finished') - 1) FROM risk_runs r JOIN audit_log a ON a.object_id = r.id::text",
}


def outcome(place: Place) -> dict[str, Counter[str]]:
    """Everything that a monthly run has written."""
    return {name: Counter(row[0] for row in place.ask(statement)) for name, statement in CLASSES.items()}


def prove_run(place: Place, reference: Mapping[str, Counter[str]]) -> Findings:
    """Compares a run that was cut off with one that was not; both of the same day."""
    found = Findings()
    for name, there in outcome(place).items():
        found.exactly(name, reference[name], there)
    for name, statement in COVERED.items():
        wrong = int(place.value(statement) or 0)
        found.half += [f"{name}: {wrong}"] if wrong else []
    return found
