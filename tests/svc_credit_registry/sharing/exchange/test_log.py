"""The log of the exchange: kept with the exchange or not at all, sealed, proven to the agency; no tampering passes."""

import hashlib
import json
import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.auth import Caller
from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.sharing.batches import service as batches
from svc_credit_registry.sharing.exchange import queries, service
from svc_credit_registry.sharing.exchange.rules import Asked, Exchanged, ExchangeKind, digest
from tests.svc_credit_registry.world import World

ASKED = Asked("GET", "/v1/resources/CR-LICENCE/data", "", digest(b""), case_id="随税稽〔2026〕7号")
READ = Exchanged(ExchangeKind.READ, "CR-LICENCE", 3, digest(b"[]"))


def agency(name: str) -> Caller:
    return Caller(subject=name, kind="system", client_id=name)


async def log(world: World, requester: str, count: int = 1) -> list[str]:
    async with world.client.sessions() as session, session.begin():
        return [str(await service.log(session, agency(requester), ASKED, READ)) for _ in range(count)]


async def sealed(world: World, entries: int) -> dict[str, Any]:
    """Seals what was logged and anchors the head, as the worker does."""
    deadline = time.monotonic() + 20
    while (report := await verification(world))["sealed"] < entries:
        assert time.monotonic() < deadline, "a transaction of another database holds the sealer up"
        async with world.client.sessions() as session, session.begin():
            await service.seal(session, SweepContext(world.client.runtime, now(), today()))
    return report


async def verification(world: World) -> dict[str, Any]:
    headers = world.get_bearer(aud="credit-registry", kind="staff", permissions=["platform:audit"])
    answer = await world.client.get("/v1/exchange/verification", headers=headers)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def of_agency(world: World, name: str) -> dict[str, str]:
    return world.get_bearer(aud="credit-registry", kind="system", sub=name, client_id=name)


async def test_an_agency_sees_its_own_entries_and_no_others(world: World) -> None:
    (mine,) = await log(world, "tax-suizhou")
    (theirs,) = await log(world, "court-suizhou")
    listed = await world.client.get("/v1/exchange/entries", headers=of_agency(world, "tax-suizhou"))
    assert [entry["id"] for entry in listed.json()["items"]] == [mine]
    asked = {"requester": "court-suizhou"}
    other = await world.client.get("/v1/exchange/entries", headers=of_agency(world, "tax-suizhou"), params=asked)
    assert [entry["id"] for entry in other.json()["items"]] == [mine]
    one = await world.client.get(f"/v1/exchange/entries/{theirs}", headers=of_agency(world, "tax-suizhou"))
    assert one.status_code == 404
    auditor = world.get_bearer(aud="credit-registry", kind="staff", permissions=["platform:audit"])
    everything = await world.client.get("/v1/exchange/entries", headers=auditor, params={"resource": "CR-LICENCE"})
    assert len(everything.json()["items"]) == 2


async def test_an_exchange_that_fails_leaves_no_entry(world: World) -> None:
    async with world.client.sessions() as session:
        await service.log(session, agency("tax-suizhou"), ASKED, READ)
        await session.rollback()
    listed = await world.client.get("/v1/exchange/entries", headers=of_agency(world, "tax-suizhou"))
    assert listed.json()["items"] == []


async def test_an_agency_proves_its_entry_against_the_public_chain_by_sha256_alone(world: World) -> None:
    await log(world, "court-suizhou", 5)
    (mine,) = await log(world, "tax-suizhou")
    await sealed(world, 6)
    entry = (await world.client.get(f"/v1/exchange/entries/{mine}", headers=of_agency(world, "tax-suizhou"))).json()
    proof = entry["proof"]
    at = hashlib.sha256(b"\x00" + proof["content"].encode()).digest()
    for step in proof["path"]:
        pair = [bytes.fromhex(step["hash"]), at] if step["side"] == "left" else [at, bytes.fromhex(step["hash"])]
        at = hashlib.sha256(b"\x01" + b"".join(pair)).digest()
    chain = {batch["number"]: batch for batch in (await world.get("/v1/exchange/batches"))["items"]}
    batch = chain[proof["batch"]["number"]]
    assert at.hex() == batch["root"]
    sizes = batch["number"].to_bytes(8, "big") + batch["count"].to_bytes(8, "big")
    whole = b"\x02" + sizes + bytes.fromhex(batch["root"]) + bytes.fromhex(batch["previous"])
    assert hashlib.sha256(whole).hexdigest() == batch["hash"]
    assert json.loads(proof["content"])["case_id"] == "随税稽〔2026〕7号"


async def test_the_database_refuses_to_change_or_delete_entries_and_batches(world: World) -> None:
    await log(world, "tax-suizhou", 2)
    await sealed(world, 2)
    for statement in (
        "UPDATE exchange_entries SET rows = 0",
        "DELETE FROM exchange_entries",
        "UPDATE exchange_batches SET count = 1",
        "DELETE FROM exchange_batches",
        "TRUNCATE exchange_batches, exchange_entries",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with world.client.sessions() as session, session.begin():
                await session.execute(text(statement))


CHANGE = "UPDATE exchange_entries SET rows = 0 WHERE id = (SELECT min(id::text)::uuid FROM exchange_entries)"
REMOVE = "DELETE FROM exchange_entries WHERE id = (SELECT max(id::text)::uuid FROM exchange_entries)"
SWAP = "UPDATE exchange_entries SET position = position + 100; UPDATE exchange_entries SET position = 107 - position"
CUT = "DELETE FROM exchange_entries; DELETE FROM exchange_batches"
FORGE = "UPDATE exchange_batches SET hash = sha256('x') WHERE number = 1"
LOG = ("exchange_entries", "exchange_batches")
TRIGGERS_OFF = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in LOG]
TRIGGERS_ON = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in LOG]
TAMPERING = {"changed": CHANGE, "missing": REMOVE, "moved": SWAP, "gone": CUT, "was changed": FORGE}


@pytest.mark.parametrize("fault", TAMPERING)
async def test_who_gets_past_the_trigger_is_seen(world: World, fault: str) -> None:
    await log(world, "tax-suizhou", 6)
    assert (await sealed(world, 6))["intact"]
    async with world.client.sessions() as session, session.begin():
        for statement in (*TRIGGERS_OFF, *TAMPERING[fault].split(";"), *TRIGGERS_ON):
            await session.execute(text(statement))
    report = await verification(world)
    assert not report["intact"]
    assert fault in report["fault"]


async def test_a_chain_longer_than_what_is_read_at_a_time_is_verified(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FETCHED", 2)
    for number in range(1, 6):
        await log(world, "tax-suizhou")
        report = await sealed(world, number)
    assert (report["intact"], report["fault"], report["batches"]) == (True, None, 5)


async def test_a_part_of_the_chain_that_is_gone_is_missed_too(world: World) -> None:
    await log(world, "tax-suizhou", 6)
    assert (await sealed(world, 6))["intact"]
    async with world.client.sessions() as session, session.begin():
        for statement in (*TRIGGERS_OFF, *CUT.split(";"), *TRIGGERS_ON):
            await session.execute(text(statement))
    headers = world.get_bearer(aud="credit-registry", permissions=["platform:audit"])
    part = await world.client.get("/v1/exchange/verification", headers=headers, params={"first": 1, "last": 1})
    assert (part.json()["intact"], part.json()["batches"]) == (False, 0)
    turned = await world.client.get("/v1/exchange/verification", headers=headers, params={"first": 2, "last": 1})
    assert (turned.status_code, turned.json()["code"]) == (422, "exchange_part_empty")


async def test_what_lies_behind_the_end_is_not_called_intact(world: World) -> None:
    assert (await verification(world))["batches"] == 0, "a log in which nothing was exchanged yet is intact"
    await log(world, "tax-suizhou")
    head = (await sealed(world, 1))["batches"]
    headers = world.get_bearer(aud="credit-registry", permissions=["platform:audit"])
    for first in (head + 1, 999):
        beyond = await world.client.get("/v1/exchange/verification", headers=headers, params={"first": first})
        assert (beyond.status_code, beyond.json()["code"]) == (422, "exchange_part_empty")
    rest = await world.client.get("/v1/exchange/verification", headers=headers, params={"first": head, "last": 999})
    assert (rest.json()["intact"], rest.json()["batches"]) == (True, 1)


async def test_only_auditors_verify(world: World) -> None:
    answer = await world.client.get("/v1/exchange/verification", headers=of_agency(world, "tax-suizhou"))
    assert answer.status_code == 403


async def test_a_check_of_restrictions_is_an_entry_with_its_case(world: World) -> None:
    headers = world.get_bearer(
        aud="credit-registry", kind="system", sub="tax-suizhou", permissions=["credit-registry:restrictions:check"]
    )
    code = credit_code.make("421303", 431_000_000)
    asked = {"matter": "MR-ENT-ESTABLISH", "case_id": "SL7"}
    answer = await world.client.get(f"/v1/restrictions/{code}", headers=headers, params=asked)
    assert answer.status_code == 200, answer.text
    (entry,) = (await world.client.get("/v1/exchange/entries", headers=headers)).json()["items"]
    assert (entry["kind"], entry["case_id"], entry["rows"]) == ("check", "SL7", 1)
    assert entry["answer_sha256"] == hashlib.sha256(answer.content).hexdigest()
    request = f"GET\n/v1/restrictions/{code}\ncase_id=SL7&matter=MR-ENT-ESTABLISH\n{digest(b'')}\n"
    assert entry["request_hash"] == hashlib.sha256(request.encode()).hexdigest()


async def test_a_file_is_in_the_log_when_it_comes_and_when_it_is_done(world: World) -> None:
    headers = world.get_bearer(
        aud="credit-registry", kind="system", sub="tax-suizhou", permissions=["credit-registry:records:push"]
    )
    content = b'{"key": "1"}'
    sent = [
        await world.client.put(
            "/v1/submission-batches/penalty/one",
            headers=headers | {"Content-Type": "application/x-ndjson", "X-Case-Id": "7"},
            content=content,
        )
        for _ in range(2)
    ]
    async with world.client.sessions() as session, session.begin():
        await batches.work(session, SweepContext(world.client.runtime, now(), today()))
    entries = (await world.client.get("/v1/exchange/entries", headers=headers)).json()["items"]
    assert [(entry["kind"], entry["rows"], entry["case_id"]) for entry in entries] == [
        ("push_processed", 1, "7"), ("push_file", 0, "7"), ("push_file", 0, "7"),
    ]  # fmt: skip
    path = "/v1/submission-batches/penalty/one"
    for entry, answer in zip(reversed(entries[1:]), sent, strict=True):
        assert (entry["id"], entry["answer_sha256"]) == (answer.headers["X-Exchange-Id"], digest(answer.content))
        assert entry["request_hash"] == digest(f"PUT\n{path}\n\n{digest(content)}\n".encode())
    assert entries[0]["answer_sha256"] == digest(b'{"refused":1}')
