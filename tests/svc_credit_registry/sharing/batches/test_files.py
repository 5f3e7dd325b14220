"""Files of records: acknowledged once kept, worked through in parts that can stop anywhere, a receipt for each row."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.clock import now, today
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.sharing.batches import rules, service
from tests.svc_credit_registry.sharing.submissions.agency import OFFICER, PENALTY, headers_of, penalty, push
from tests.svc_credit_registry.world import World, row

CODES = [credit_code.make("421303", 430_600_000 + n) for n in range(20)]
AT_ONCE, ROWS = 50, 400
NDJSON, CSV = "application/x-ndjson", "text/csv"


def line(key: str, **changes: Any) -> str:
    given = penalty(key=key, **changes)
    return json.dumps({name: value for name, value in given.items() if name != "kind"}, ensure_ascii=False)


async def upload(
    world: World, content: str, name: str = "a", form: str = NDJSON, agency: str = "court-suizhou", **params: Any
) -> httpx.Response:
    headers = headers_of(world, agency) | {"Content-Type": form}
    address = f"/v1/submission-batches/penalty/{name}"
    return await world.client.put(address, headers=headers, content=content.encode(), params=params)


async def step(world: World) -> int:
    """One transaction of the worker."""
    async with world.client.sessions() as session, session.begin():
        return await service.work(session, SweepContext(world.client.runtime, now(), today()))


async def worked(world: World, batch: dict[str, Any]) -> dict[str, Any]:
    """The file when all its rows have their receipts."""
    while await step(world):
        pass
    address = f"/v1/submission-batches/{batch['id']}"
    done: dict[str, Any] = (await world.client.get(address, headers=headers_of(world, "court-suizhou"))).json()
    return done


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the rows that the worker takes in one transaction elsewhere: files of several steps stay small."""
    monkeypatch.setattr(rules, "ROWS_AT_ONCE", AT_ONCE)


async def registered(world: World) -> None:
    await world.load([row(code, f"随州红光酒业{n}有限公司") for n, code in enumerate(CODES)])


async def test_each_row_of_a_file_comes_to_its_own_end(world: World) -> None:
    await registered(world)
    rows = [
        line("1", code=CODES[0]),
        line("2", name="从未登记的有限公司"),
        line("3", code=CODES[1], content={"decided_on": "昨天"}),
        "{broken",
        line("1", code=CODES[0]),
        line("4", code=CODES[2], producer="tax-suizhou"),
        line("5", code="91421303MA0000006Z"),
        line("6", code=CODES[3], content={"facts": "a\u0000b"}),
    ]
    answer = await upload(world, "\n".join(rows), rows=9)
    assert answer.status_code == 201, answer.text
    done = await worked(world, answer.json())
    assert (done["state"], done["complete"], done["progress"]) == ("done", False, 1.0)
    assert done["outcomes"] == {"created": 1, "unchanged": 1, "waiting": 1, "refused": 5}
    assert done["counts"] == {"received": 8, "accepted": 2, "waiting": 1, "overtaken": 0, "refused": 5}
    receipts = await world.client.get(
        "/v1/submission-receipts/export", headers=headers_of(world, "court-suizhou"), params={"batch_id": done["id"]}
    )
    told = {got["line"]: got["faults"][0] for got in map(json.loads, receipts.text.splitlines()) if got["faults"]}
    assert {number: (fault["pointer"], fault["code"]) for number, fault in told.items()} == {
        3: ("/content/decided_on", "date_from_datetime_parsing"),
        4: ("", "json_invalid"),
        6: ("/producer", "wrong_producer"),
        7: ("/code", "credit_code_invalid"),
        8: ("/content/facts", "character_refused"),
    }


async def test_csv_is_the_same_with_lists_and_lines_in_cells(world: World) -> None:
    await registered(world)
    names = ["key", "code", "basis", "produced_on", *(f"content.{name}" for name in PENALTY)]
    cells = {"penalty_types": "警告;罚款", "facts": '"虚假,\n宣传"'}
    values = [
        "k1",
        CODES[0],
        "行政处罚法",
        "2026-11-02",
        *(str(PENALTY[n]) if n not in cells else cells[n] for n in PENALTY),
    ]
    answer = await upload(world, "\ufeff" + ",".join(names) + "\r\n" + ",".join(values) + "\r\n", form=CSV, rows=1)
    assert answer.status_code == 201, answer.text
    done = await worked(world, answer.json())
    assert (done["outcomes"], done["complete"]) == ({"created": 1}, True)
    async with world.client.sessions() as session:
        content = await session.scalar(text("SELECT content FROM record_items"))
    assert (content["penalty_types"], content["facts"]) == (["警告", "罚款"], "虚假,\n宣传")


async def test_unknown_columns_are_refused_before_anything_is_kept(world: World) -> None:
    answer = await upload(world, "key,colour\n1,red\n", form=CSV)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "column_unknown")
    assert await step(world) == 0


async def test_the_same_bytes_under_a_name_are_one_file_and_others_are_refused(world: World) -> None:
    first, again = await upload(world, line("1", code=CODES[0])), await upload(world, line("1", code=CODES[0]))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = await upload(world, line("2", code=CODES[0]))
    assert (other.status_code, other.json()["code"]) == (409, "batch_name_taken")
    assert (await upload(world, line("2", code=CODES[0]), agency="tax-suizhou")).status_code == 201


async def test_what_is_neither_ndjson_nor_csv_is_refused(world: World) -> None:
    assert (await upload(world, "x", form="application/json")).status_code == 415
    binary = headers_of(world, "court-suizhou") | {"Content-Type": NDJSON}
    answer = await world.client.put("/v1/submission-batches/penalty/b", headers=binary, content=b"\x00\x01")
    assert (answer.status_code, answer.json()["code"]) == (415, "file_type_refused")


class Killed(Exception):
    """Stands for the end of the worker in the middle of a transaction."""


async def test_rows_interrupted_in_the_middle_have_one_receipt_each(world: World) -> None:
    """The worker dies inside a transaction, twice; a newer push of one key comes in between; the file is sent again."""
    await registered(world)
    content = "\n".join(line(str(number), code=CODES[number % 20]) for number in range(ROWS))
    batch = (await upload(world, content, rows=ROWS)).json()
    for count in range(6):
        assert await step(world) == AT_ONCE
        if count in (1, 4):
            with pytest.raises(Killed):
                await killed_in_the_middle(world)
    assert (await upload(world, content, rows=ROWS)).status_code == 200
    await push(world, penalty(key=str(ROWS - 1), code=CODES[19], content={"state": "revoked"}))
    done = await worked(world, batch)
    assert (done["state"], done["complete"], done["counts"]["received"]) == ("done", True, ROWS)
    assert done["outcomes"] == {"created": ROWS - 1, "replaced": 1}
    async with world.client.sessions() as session:
        found = await session.execute(
            text(
                "SELECT count(*), count(DISTINCT key), count(*) FILTER (WHERE superseded_at IS NULL),"
                " (SELECT count(DISTINCT line) FROM submission_receipts WHERE batch_id IS NOT NULL),"
                " (SELECT count(*) FROM audit_log WHERE object_type = 'record_item'),"
                " (SELECT count(*) FROM pending_changes WHERE part = 'penalty')"
                " FROM record_items"
            )
        )
        versions, keys, standing, lines, acts, changes = found.one()
    assert (versions, keys, standing, lines) == (ROWS + 1, ROWS, ROWS, ROWS)
    assert (acts, changes) == (ROWS + 1, ROWS + 1)


async def killed_in_the_middle(world: World) -> None:
    async with world.client.sessions() as session, session.begin():
        assert await service.work(session, SweepContext(world.client.runtime, now(), today())) == AT_ONCE
        raise Killed


async def test_a_large_file_holds_up_no_small_one(world: World) -> None:
    await registered(world)
    large = "\n".join(line(str(number), code=CODES[0]) for number in range(2 * AT_ONCE + 1))
    await upload(world, large, name="large")
    await step(world)
    small = await upload(world, line("1", code=CODES[1]), name="small", agency="tax-suizhou")
    await step(world)
    address = f"/v1/submission-batches/{small.json()['id']}"
    answer = await world.client.get(address, headers=headers_of(world, "tax-suizhou"))
    assert answer.json()["state"] == "done"


async def test_a_stored_file_that_was_damaged_is_not_worked_on(world: World) -> None:
    batch = (await upload(world, line("1", code=CODES[0]))).json()
    path = world.client.runtime.files.path(hashlib.sha256(line("1", code=CODES[0]).encode()).hexdigest())
    path.write_text(line("2", code=CODES[0]))
    done = await worked(world, batch)
    assert (done["state"], done["outcomes"]) == ("failed", {})
    assert done["error"]


async def test_a_file_that_is_lost_in_the_middle_holds_up_nobody_and_goes_on_when_sent_again(world: World) -> None:
    await registered(world)
    rows = "\n".join(line(str(number), code=CODES[0]) for number in range(AT_ONCE + 10))
    lost = (await upload(world, rows, name="lost")).json()
    await step(world)
    path = world.client.runtime.files.path(hashlib.sha256(rows.encode()).hexdigest())
    path.rename(path.with_suffix(".away"))
    other = (await upload(world, line("x", code=CODES[1]), name="other", agency="tax-suizhou")).json()
    assert (await worked(world, lost))["state"] == "failed"
    address = f"/v1/submission-batches/{other['id']}"
    assert (await world.client.get(address, headers=headers_of(world, "tax-suizhou"))).json()["state"] == "done"
    again = await upload(world, rows, name="lost")
    assert (again.status_code, again.json()["state"]) == (200, "received")
    done = await worked(world, lost)
    assert (done["state"], done["error"], done["outcomes"]) == ("done", None, {"created": AT_ONCE + 10})


@pytest.mark.parametrize("of", ["the work", "the disk"])
async def test_a_file_on_which_the_work_fails_holds_up_nobody(world: World, of: str) -> None:
    await registered(world)
    rows = line("1", code=CODES[0])
    broken = (await upload(world, rows, name="broken")).json()
    if of == "the disk":
        path = world.client.runtime.files.path(hashlib.sha256(rows.encode()).hexdigest())
        path.unlink()
        path.mkdir()
    else:
        async with world.client.sessions() as session, session.begin():
            await session.execute(text("UPDATE submission_batches SET kind = 'no_kind'"))
    other = (await upload(world, line("x", code=CODES[1]), name="other", agency="tax-suizhou")).json()
    for _ in range(3):
        await step(world)
    address = f"/v1/submission-batches/{other['id']}"
    assert (await world.client.get(address, headers=headers_of(world, "tax-suizhou"))).json()["state"] == "done"
    state = (await worked(world, broken))["state"]
    assert state == ("received" if of == "the disk" else "failed")


async def test_a_file_that_is_sent_twice_at_once_is_one_file(world: World) -> None:
    answers = await asyncio.gather(*(upload(world, line("1", code=CODES[0])) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_counts_of_a_day_add_up_and_the_report_names_the_causes(world: World) -> None:
    await registered(world)
    rows = [
        line("1", code=CODES[0]),
        line("2", name="从未登记的有限公司"),
        line("3", content={"decided_on": "昨天"}, code=CODES[0]),
    ]
    await worked(world, (await upload(world, "\n".join(rows))).json())
    (day,) = (await world.client.get("/v1/submission-counts", headers=headers_of(world, "court-suizhou"))).json()[
        "items"
    ]
    assert (day["day"], day["kind"], day["received"]) == (str(today()), "penalty", 3)
    assert day["received"] == day["accepted"] + day["waiting"] + day["overtaken"] + day["refused"]
    assert (await world.client.get("/v1/submission-counts", headers=headers_of(world, "tax-suizhou"))).json()[
        "items"
    ] == []
    (report,) = (await world.client.get("/v1/data-quality", headers=OFFICER(world))).json()["items"]
    assert (report["producer"], report["unmatched"], report["with_term"]) == ("court-suizhou", 1, 1)
    assert report["causes"][0] == {"code": "date_from_datetime_parsing", "pointer": "/content/decided_on", "rows": 1}
    assert 0 < report["completeness"] <= 1


async def test_the_rows_of_a_file_came_on_the_day_of_the_file_whenever_they_are_worked_through(world: World) -> None:
    await registered(world)
    rows = [line("1", code=CODES[0]), line("2", name="从未登记的有限公司"), "{broken"]
    batch = (await upload(world, "\n".join(rows))).json()
    came = today() - timedelta(days=40)
    async with world.client.sessions() as session, session.begin():
        await session.execute(text("UPDATE submission_batches SET received_at = received_at - interval '40 days'"))
    assert (await worked(world, batch))["counts"]["received"] == 3
    headers, on = headers_of(world, "court-suizhou"), {"since": str(came), "until": str(came)}
    (day,) = (await world.client.get("/v1/submission-counts", headers=headers, params=on)).json()["items"]
    assert (day["day"], day["received"]) == (str(came), 3)
    async with world.client.sessions() as session:
        kept = "SELECT count(*) FILTER (WHERE recorded_at > now() - interval '1 hour') FROM record_items"
        assert await session.scalar(text(kept)) == 1
        looked = "SELECT looked_at > now() - interval '1 hour' FROM submission_receipts WHERE outcome = 'waiting'"
        assert await session.scalar(text(looked))
