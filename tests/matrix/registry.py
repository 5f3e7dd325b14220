"""The objects of the registry for the object matrix: a report, a listing, a batch, a grant, an inspection."""

import datetime
import json
import uuid
from typing import Any

import httpx

from shared.clock import today
from shared.local.journey.establishment import REGISTRY
from shared.local.journey.people import Person

RESOURCE = f"{REGISTRY}/resources/CR-ENTERPRISE"
INSPECTORS = 4


def objects(
    people: dict[str, Person], http: httpx.Client, tokens: dict[str, dict[str, str]], code: str
) -> dict[str, str]:
    """Where the objects are. `tokens` are the header fields of the agencies' systems by name, `code` the enterprise."""
    officer = people["registry_officer"]
    report = people["representative"].json("GET", f"{REGISTRY}/annual-reports")["items"][0]
    listing = officer.json("POST", f"{REGISTRY}/list-entries", json=unreachable(code), expect=201)
    request, grant = granted(officer, http, tokens["data_user"])
    return {
        "report": f"{REGISTRY}/annual-reports/{report['id']}",
        "listing": f"{REGISTRY}/list-entries/{listing['id']}",
        "batch": batch(http, tokens["producer"]),
        "request": request,
        "grant": grant,
        "shared": f"{RESOURCE}/data",
        "task": task(officer),
    }


def unreachable(code: str) -> dict[str, str]:
    """A proposal for the list of abnormal operation."""
    day = today().isoformat()
    return {"list": "abnormal", "ground": "unreachable", "code": code, "facts": "实地核查,住所无此企业",
            "verified_on": day, "visited_on": day}  # fmt: skip


def batch(http: httpx.Client, token: dict[str, str]) -> str:
    """A file of one row, pushed by the producer."""
    row = json.dumps({"key": "1", "code": "no code"}).encode()
    headers = token | {"Content-Type": "application/x-ndjson"}
    made = http.put(f"{REGISTRY}/submission-batches/penalty/{uuid.uuid4()}?rows=1", content=row, headers=headers)
    return f"{REGISTRY}/submission-batches/{_made(made)['id']}"


def granted(officer: Person, http: httpx.Client, token: dict[str, str]) -> tuple[str, str]:
    """A request for a resource, and the grant with which it was answered."""
    day = today()
    asked = {"purpose": "税务稽查选案", "case_basis": "《中华人民共和国税收征收管理法》第六条",
             "fields": ["code", "name"], "regions": ["421303"], "valid_from": day.isoformat(),
             "valid_until": (day + datetime.timedelta(days=30)).isoformat()}  # fmt: skip
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = _made(http.post(f"{RESOURCE}/requests", json=asked, headers=token | key))
    request = f"{REGISTRY}/resource-requests/{made['id']}"
    officer.edit("POST", f"{request}/decision", of=request, json={"outcome": "granted", "reason": "依法履职需要"})
    (grant,) = http.get(f"{REGISTRY}/resource-grants", headers=token).raise_for_status().json()["items"]
    return request, f"{REGISTRY}/resource-grants/{grant['id']}"


def task(officer: Person) -> str:
    """An inspection given out to others than the inspector who calls."""
    for number in range(INSPECTORS):
        body = {"id": str(uuid.uuid4()), "certificate": f"ZF421303-{number:03d}", "name": "韩梅"}
        officer.json("POST", f"{REGISTRY}/inspectors", json=body, expect=201)
    day = today()
    plan = {"title": "双随机抽查", "departments": ["曾都区市场监督管理局"], "matters": ["登记事项检查"],
            "period_from": day.isoformat(), "period_until": (day + datetime.timedelta(days=60)).isoformat(),
            "ratios": {"A": 10_000, "B": 10_000, "C": 10_000, "D": 10_000}}  # fmt: skip
    path = f"{REGISTRY}/inspection-plans"
    path = f"{path}/{officer.json('POST', path, json=plan, expect=201)['id']}"
    officer.until(f"{REGISTRY}/risk-runs", _classified, "classes")
    for step in ("publication", "freeze", "draw"):
        officer.call("POST", f"{path}/{step}", json={} if step == "draw" else None)
    tasks = officer.json("GET", f"{REGISTRY}/inspection-tasks?limit=200")["items"]
    return f"{REGISTRY}/inspection-tasks/{next(one for one in tasks if _is_others(one))['id']}"


def _is_others(task: dict[str, Any]) -> bool:
    """Whether none of the inspectors comes from the demonstration, whose first one is who calls."""
    return task["state"] == "assigned" and all(one["certificate"].startswith("ZF") for one in task["inspectors"])


def _made(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def _classified(runs: Any) -> bool:
    """Whether the month's classes are there: nobody is in a pool without one."""
    return any(run["finished_at"] for run in runs["items"])
