"""Steps 6, 8 and 9: a complaint, one list of all cases, the ratings, and the proof that nothing was lost."""

import datetime
import time
from typing import Any

from shared.local.journey.establishment import Journey, open_account
from shared.local.journey.mandate import answer_by_agent
from shared.local.journey.people import Difference, Person, check, say

COMPLAINTS, REGISTRY = "/api/complaints/v1", "/api/credit-registry/v1"
SERVICES, HUB = "/api/services/v1", "/api/hub/v1"
PRODUCERS = ("sso", "disclosure", "services", "complaints", "credit_registry", "gateway")


def step_complaint(journey: Journey) -> None:
    """6. A 12315 complaint: routed, accepted, mediated, published without personal data."""
    consumer, code = journey.consumer, journey.facts["code"]
    identity = open_account(journey, consumer, "李娜")
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    complaint = {
        "respondent_code": code, "category": "quality", "product": "白酒", "amount_yuan": "268.00",
        "occurred_on": yesterday.isoformat(), "facts": "购买的白酒与标签不符,商家拒绝退款。", "demand": "退款并赔偿",
    }  # fmt: skip
    unknown = consumer.json(
        "POST", f"{COMPLAINTS}/complaints", json=complaint | {"respondent_code": "1" * 18}, expect=422
    )
    check(unknown["errors"][0]["pointer"] == "/respondent_code", "an unknown respondent is refused, with its place")
    filed = consumer.json("POST", f"{COMPLAINTS}/complaints", json=complaint, expect=201)
    case = f"{COMPLAINTS}/complaints/{filed['id']}"
    journey.staff("cmp.suixian").call("GET", case, expect=404)
    officer = journey.staff("cmp.zengdu")
    queue = officer.json("GET", f"{COMPLAINTS}/complaints/queue?limit=200")["items"]
    check(any(item["number"] == filed["number"] for item in queue), f"{filed['number']} is in the county's queue")
    officer.edit("POST", f"{case}/acceptance", of=case)
    for deadline in consumer.json("GET", f"{case}/deadlines?explain=true")["items"]:
        say(f"       {deadline.get('node')}: {deadline.get('due_on')} — {deadline.get('basis')}")
    officer.call("POST", f"{case}/mediation-records", json={"minutes": "双方到场,经营者同意退款。"}, expect=201)
    result = {"result": "agreement", "summary": "双方达成退款协议,经营者已退款。", "agreement_text": "退款 268 元"}
    refused = result | {"summary": f"投诉人电话 {identity['phone']}"}
    officer.edit("POST", f"{case}/outcome", of=case, json=refused, expect=422)
    check(True, "a public summary with a telephone number is refused")
    officer.edit("POST", f"{case}/outcome", of=case, json=result)
    publish(journey, case, filed["number"], identity)


def publish(journey: Journey, case: str, number: str, identity: dict[str, str]) -> None:
    """An agent of the respondent waives the objection, and the outcome stands on the record."""
    journey.consumer.call("POST", f"{case}/objection-waiver", json={}, expect=403)
    answer_by_agent(journey, case)
    path = f"{REGISTRY}/enterprises/{journey.facts['code']}/complaints"
    page, _ = Person(journey.base_url, "anyone").until(
        path, lambda p: any(c["number"] == number for c in p["items"]), "the complaint on the public record"
    )
    text = str(page)
    personal = (identity["name"], identity["phone"], identity["id_number"])
    check(not any(value in text for value in personal), "it is published without personal data")
    journey.facts["complaint"] = case


def step_items(journey: Journey) -> None:
    """8. One list of all cases, and a rating."""
    for person, number in ((journey.citizen, journey.facts["number"]), (journey.consumer, None)):
        page = person.json("GET", f"{HUB}/items")
        for item in page["items"][:5]:
            say(f"       {item['service']} {item['number']} {item['state_label']} {item.get('due_on') or ''}"
                f" {item.get('next_action') or ''}")  # fmt: skip
        check(page["items"] and not page.get("unavailable"), f"{person.title} sees all cases in one list")
        if number:
            check(any(item["number"] == number for item in page["items"]), "the application is among them")
    good = {"grade": 5, "comment": "一次登录,全部办完"}
    journey.citizen.call("POST", f"{journey.facts['case']}/evaluation", json=good, expect=201)
    journey.consumer.call("POST", f"{journey.facts['complaint']}/evaluation", json=good | {"grade": 4}, expect=201)
    for person in (journey.citizen, journey.consumer):
        actions = [item["next_action"] or "" for item in person.json("GET", f"{HUB}/items", quiet=True)["items"]]
        check(
            not any("评价" in action for action in actions),
            f"{person.title} has rated the service and is not asked again",
        )


def step_logout(journey: Journey) -> None:
    """Logging out ends it everywhere."""
    check(
        journey.citizen.json("POST", "/session/logout")["everywhere"], "the identity provider has ended the log-in too"
    )
    for path in (journey.facts["case"], journey.facts["complaint"], "/api/sso/v1/me"):
        journey.citizen.call("GET", path, expect=401)
    check(not journey.citizen.json("GET", "/session")["authenticated"], "the log-out counts everywhere")


def step_proof(journey: Journey) -> None:
    """9. The books of all services: nothing lost, nothing applied twice, the audit chain intact."""
    operator = journey.staff("ops")
    deadline = time.monotonic() + 30
    while True:
        ledgers = operator.json("GET", f"{HUB}/ledger", quiet=True)
        fault = faults(list(ledgers["services"].values()))
        if fault is None:
            break
        if time.monotonic() > deadline:
            raise Difference(fault)
        time.sleep(0.5)
    for ledger in ledgers["services"].values():
        say(f"       {ledger['service']}: recorded {sum(ledger['recorded'].values())}, handled {ledger['handled']}, "
            f"audit rows sealed {ledger['audit']['sealed']}, intact {ledger['audit']['intact']}")  # fmt: skip
    check(True, "no event lost, none applied twice, no dead letter, every audit chain intact")


def faults(ledgers: list[dict[str, Any]]) -> str | None:
    """The first thing that does not add up, or None."""
    by_name = {ledger["service"]: ledger for ledger in ledgers}
    if set(by_name) != set(PRODUCERS):
        return f"ledgers are there of {sorted(by_name)} only"
    for name, ledger in by_name.items():
        if not ledger["audit"]["intact"]:
            return f"the audit chain of {name}: {ledger['audit']['fault']}"
        if ledger["dead_letters"] or ledger["pending"] or ledger["audit"]["unsealed"]:
            return f"{name} still has something pending, unsealed or dead"
        for kind, applied in ledger["applied"].items():
            recorded = by_name.get(kind.split(".")[0], {}).get("recorded", {}).get(kind, 0)
            if kind != "audit.log" and applied != recorded:
                return f"{name} has applied {applied} of {recorded} events of {kind}"
    return None
