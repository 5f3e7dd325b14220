"""Departments read what is directed by position, and say what they did."""

import asyncio
import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import today
from tests.svc_credit_registry.supervision.measures.bureau import Bureau, directive

NOTICES, CLIENTS = "/v1/measure-notices", "/v1/measure-departments"


def client_id() -> str:
    return f"dept-{uuid.uuid4().hex[:12]}".replace("-0", "-a")


async def department(bureau: Bureau, code: str = "finance", region: str = "421300") -> str:
    name = client_id()
    body = {"client_id": name, "department": code, "region": region}
    await bureau.ok("POST", CLIENTS, bureau.officer("420000"), body)
    return name


async def read(bureau: Bureau, name: str, after: int = 0, **params: Any) -> dict[str, Any]:
    answer = await bureau.client.get(NOTICES, headers=bureau.machine(name), params={"after": after, **params})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def head(bureau: Bureau, name: str) -> int:
    found = await read(bureau, name, limit=200)
    while found["more"]:
        found = await read(bureau, name, found["next_after"], limit=200)
    return int(found["next_after"])


def said(**changes: Any) -> dict[str, Any]:
    given = {
        "key": uuid.uuid4().hex,
        "outcome": "executed",
        "done_on": today().isoformat(),
        "detail": "已取消其投标资格",
    }
    return given | changes


async def test_a_department_polls_by_position_and_misses_nothing(bureau: Bureau) -> None:
    finance, customs = await department(bureau), await department(bureau, "customs")
    start = await head(bureau, finance)
    made = []
    for _ in range(3):
        code = await bureau.enterprise()
        made.append(await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code)))
    body = {"reason": "撤销", "decision_number": "解决〔2026〕3号"}
    await bureau.ok("POST", f"/v1/measure-directives/{made[0]['id']}/lifting", bureau.officer(), body, If_Match='"1"')

    first = await read(bureau, finance, start, limit=2)
    assert first["more"] is True
    rest = await read(bureau, finance, first["next_after"])
    items = first["items"] + rest["items"]
    assert [(n["number"], n["what"]) for n in items] == [
        *((m["number"], "directed") for m in made), (made[0]["number"], "lifted"),
    ]  # fmt: skip
    assert [n["position"] for n in items] == sorted(n["position"] for n in items)
    assert items[0]["state"] == "lifted", "as it stands now"
    assert all(n["feedback_due_on"] for n in items)
    assert (await read(bureau, customs, start))["items"] == []
    assert (await read(bureau, finance, rest["next_after"]))["items"] == []
    assert await read(bureau, finance, start, limit=2) == first, "any position since the start"


async def test_a_department_of_elsewhere_reads_nothing_of_here(bureau: Bureau) -> None:
    here, elsewhere = await department(bureau), await department(bureau, region="421321")
    start = await head(bureau, here)
    code = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    assert len((await read(bureau, here, start))["items"]) == 1
    assert (await read(bureau, elsewhere, start))["items"] == []
    path = f"/v1/measure-directives/{made['id']}/feedback"
    assert (await bureau.call("POST", path, bureau.machine(elsewhere), said())).status_code == 404


async def test_who_is_no_department_reads_nothing(bureau: Bureau) -> None:
    answer = await bureau.call("GET", NOTICES, bureau.machine("nobody"))
    assert (answer.status_code, answer.json()["code"]) == (403, "department_unknown")
    assert (await bureau.call("GET", NOTICES, bureau.machine("x", "leads:report"))).status_code == 403
    assert (await bureau.call("GET", NOTICES, {})).status_code == 401


async def test_feedback_counts_once_by_the_departments_own_key(bureau: Bureau) -> None:
    finance = bureau.machine(await department(bureau))
    code = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    path, body = f"/v1/measure-directives/{made['id']}/feedback", said()
    first = await bureau.client.post(path, json=body, headers=finance)
    assert first.status_code == 201, "the key in the content is enough"
    again = await bureau.client.post(path, json=body, headers=finance)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert again.json()["id"] == first.json()["id"]
    other = await bureau.client.post(path, json=body | {"detail": "别的"}, headers=finance)
    assert (other.status_code, other.json()["code"]) == (409, "feedback_key_reused")
    shown = await bureau.ok("GET", path, bureau.officer())
    assert [f["key"] for f in shown["items"]] == [body["key"]]
    seen = await bureau.ok("GET", f"/v1/measure-directives/{made['id']}", bureau.officer())
    assert [(d["outcome"], d["is_overdue"]) for d in seen["departments"]] == [("executed", False)]
    assert (await bureau.call("GET", path, bureau.officer("421321"))).status_code == 404
    assert "measure.feedback" in await bureau.audited(made["id"])


async def test_the_same_key_at_once_is_kept_once(bureau: Bureau) -> None:
    finance = bureau.machine(await department(bureau))
    code = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    path, body = f"/v1/measure-directives/{made['id']}/feedback", said()
    answers = await asyncio.gather(*(bureau.client.post(path, json=body, headers=finance) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 201]
    assert len({a.json()["id"] for a in answers}) == 1


async def test_what_a_department_reads_and_says_is_in_the_log_of_the_exchange(bureau: Bureau) -> None:
    finance = bureau.machine(await department(bureau))
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(await bureau.enterprise()))
    notices = await bureau.client.get(NOTICES, headers=finance)
    path = f"/v1/measure-directives/{made['id']}/feedback"
    feedback = await bureau.client.post(path, json=said(), headers=finance)
    entries = (await bureau.client.get("/v1/exchange/entries", headers=finance)).json()["items"]
    assert [(e["kind"], e["resource"], e["id"], e["answer_sha256"]) for e in entries] == [
        (kind, resource, answer.headers["X-Exchange-Id"], hashlib.sha256(answer.content).hexdigest())
        for kind, resource, answer in (
            ("feedback", "measure-directives", feedback), ("read", "measure-notices", notices),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"done_on": (today() + timedelta(days=1)).isoformat()}, "feedback_day_invalid"),
        ({"done_on": (today() - timedelta(days=1)).isoformat()}, "feedback_day_invalid"),
        ({"outcome": "forgotten"}, "invalid"),
        ({"detail": ""}, "invalid"),
        ({"key": "k" * 101}, "invalid"),
    ],
)
async def test_feedback_that_can_not_be(bureau: Bureau, changes: dict[str, Any], code: str) -> None:
    finance = bureau.machine(await department(bureau))
    enterprise = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(enterprise))
    path = f"/v1/measure-directives/{made['id']}/feedback"
    answer = await bureau.call("POST", path, finance, said(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_half_a_body_changes_nothing(bureau: Bureau) -> None:
    finance = bureau.machine(await department(bureau))
    enterprise = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(enterprise))
    path = f"/v1/measure-directives/{made['id']}/feedback"
    headers = finance | {"Content-Type": "application/json"}
    answer = await bureau.client.post(path, content=b'{"key": "a", "outcome": "exec', headers=headers)
    assert answer.status_code == 400
    assert (await bureau.ok("GET", path, bureau.officer()))["items"] == []


async def test_who_says_nothing_in_time_is_on_the_list_until_he_does(bureau: Bureau) -> None:
    finance = bureau.machine(await department(bureau))
    code = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    path = f"/v1/measure-directives/{made['id']}/feedback"
    await bureau.ok("POST", path, finance, said(outcome="in_progress"))
    assert made["number"] not in await overdue(bureau)
    await backdate(bureau, made["id"])
    assert made["number"] in await overdue(bureau), "what is under way is not done"
    assert made["number"] not in await overdue(bureau, "421321")
    late = await bureau.ok("POST", path, finance, said())
    assert late["was_late"] is True
    assert made["number"] not in await overdue(bureau)


async def test_nothing_is_owed_for_what_was_lifted(bureau: Bureau) -> None:
    code = await bureau.enterprise()
    made = await bureau.ok("POST", "/v1/measure-directives", bureau.officer(), directive(code))
    await backdate(bureau, made["id"])
    body = {"reason": "撤销", "decision_number": "解决〔2026〕4号"}
    await bureau.ok("POST", f"/v1/measure-directives/{made['id']}/lifting", bureau.officer(), body, If_Match='"1"')
    assert made["number"] not in await overdue(bureau)


async def overdue(bureau: Bureau, region: str = "421303") -> list[str]:
    params = {"limit": 200}
    answer = await bureau.client.get(
        "/v1/measure-assignments/overdue", headers=bureau.officer(region), params=params
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def backdate(bureau: Bureau, directive_id: str) -> None:
    async with bureau.client.sessions() as session, session.begin():
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE measure_assignments SET due_on = current_date - 3 WHERE directive_id = $1", (directive_id,)
        )  # fmt: skip


async def test_entering_departments(bureau: Bureau) -> None:
    name = await department(bureau)
    officer = bureau.officer("420000")
    body = {"client_id": name, "department": "tax", "region": "421300"}
    assert (await bureau.call("POST", CLIENTS, officer, body)).json()["code"] == "client_entered"
    fresh = body | {"client_id": client_id()}
    assert (await bureau.call("POST", CLIENTS, bureau.officer(), fresh)).status_code == 403, "above his region"
    assert (await bureau.call("POST", CLIENTS, officer, fresh | {"region": "999999"})).status_code == 422
    assert (await bureau.call("POST", CLIENTS, officer, fresh | {"department": "x"})).status_code == 422
    patch = {"department": "tax", "region": "421303"}
    path = f"{CLIENTS}/{name}"
    assert (await bureau.call("PATCH", path, officer, patch)).status_code == 428
    assert (await bureau.call("PATCH", path, officer, patch, If_Match='"9"')).status_code == 412
    assert (await bureau.call("PATCH", f"{CLIENTS}/nobody", officer, patch, If_Match='"1"')).status_code == 404
    changed = await bureau.ok("PATCH", path, officer, patch, If_Match='"1"')
    assert (changed["department"], changed["version"]) == ("tax", 2)
    listed = await bureau.ok("GET", f"{CLIENTS}?limit=200", officer)
    assert name in [c["client_id"] for c in listed["items"]]
    hidden = await bureau.ok("GET", f"{CLIENTS}?limit=200", bureau.officer("421321"))
    assert name not in [c["client_id"] for c in hidden["items"]]
