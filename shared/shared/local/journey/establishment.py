"""Steps 1 to 5: an account, a name, an application, a decision, a public record and a licence."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from shared.local.demo import PASSWORD as DEMO_PASSWORD
from shared.local.journey.people import Person, check, known_person, new_identity, new_trade_name, say

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MATTER = "MR-ENT-ESTABLISH"
TRIES = 20
SERVICES, SSO = "/api/services/v1", "/api/sso/v1"
REGISTRY, DISCLOSURE = "/api/credit-registry/v1", "/api/disclosure/v1"


_at_work: dict[tuple[str, str], Person] = {}


@dataclass
class Journey:
    """Who takes part and what has come about so far."""

    base_url: str
    citizen: Person
    consumer: Person
    facts: dict[str, Any] = field(default_factory=dict)

    def staff(self, username: str) -> Person:
        """A member of staff of the demo content, logged in; who is logged in already goes on."""
        known = (self.base_url, username)
        person = _at_work.get(known) or Person(self.base_url, username)
        if not person.json("GET", "/session", quiet=True)["authenticated"]:
            person.log_in(username, DEMO_PASSWORD)
        _at_work[known] = person
        return person


def open_account(journey: Journey, person: Person, name: str) -> dict[str, str]:
    """Opens an account, logs in, and has the identity checked against the population register."""
    for _ in range(TRIES):
        identity = new_identity() | known_person(name)
        answer = person.http.post(f"{SSO}/accounts", json=identity)
        if answer.status_code != 409:  # someone else of the demo's register has opened his account before
            break
    check(answer.status_code == 201, f"{person.title}: an account is opened for {identity['username']}")
    check(identity["id_number"] not in answer.text, "the identity number comes back masked")
    person.log_in(identity["username"], identity["password"])
    checked = person.json("POST", f"{SSO}/me/verifications", expect=201)
    check(checked["outcome"] == "confirmed", "name and identity number are confirmed by the population register")
    return identity


def step_account(journey: Journey) -> None:
    """1. An account, one log-in."""
    citizen = journey.citizen
    anonymous = citizen.json("POST", f"{SERVICES}/applications", json={"matter_code": MATTER}, expect=401)
    check(anonymous["code"], "without a log-in the application is refused with 401")
    journey.facts["citizen"] = open_account(journey, citizen, "张伟")
    journey.facts["sub"] = citizen.json("GET", "/session", quiet=True)


def step_name(journey: Journey) -> None:
    """2. A company name: every verdict with its rule, and a free one reserved."""
    citizen = journey.citizen
    taken = {"region": "421303", "trade_name": "红光", "industry_code": "C15", "industry_word": "酒业",
             "organisation_form": "有限公司"}  # fmt: skip
    verdicts = citizen.json("POST", f"{SERVICES}/name-checks", json=taken)["verdicts"]
    for verdict in verdicts[:4]:
        say(f"       {verdict['rule']} {verdict['article']}: {verdict.get('conflicting_name')} → {verdict['outcome']}")
    check(any(v["outcome"] == "refused" and v["conflicting_name"] for v in verdicts), "the conflicting name is named")
    citizen.call("POST", f"{SERVICES}/name-reservations", json=taken, expect=409)
    wanted = taken | {"trade_name": new_trade_name()}
    check(citizen.json("POST", f"{SERVICES}/name-checks", json=wanted)["available"], f"{wanted['trade_name']} is free")
    reservation = citizen.json("POST", f"{SERVICES}/name-reservations", json=wanted, expect=201)
    until = datetime.date.fromisoformat(reservation["reserved_until"])
    check(until > datetime.datetime.now(datetime.UTC).date(), f"{reservation['name']} is reserved until {until}")
    other = citizen.json("POST", f"{SERVICES}/name-reservations", json=wanted, expect=409)
    check(other["code"], "a second reservation of the same name is refused")
    journey.facts |= {"reservation": reservation, "name": reservation["name"]}


def step_application(journey: Journey) -> None:
    """3. The matter and its guide; a form that does not ask what is known; materials; submission."""
    citizen = journey.citizen
    found = citizen.json("GET", f"{SERVICES}/matters?q=设立")["items"]
    check(any(m["code"] == MATTER for m in found), "the matter is found by a word of its name")
    guide = citizen.json("GET", f"{SERVICES}/matters/{MATTER}")
    check("form_schema" in str(guide), "the guide has the form's JSON Schema")
    draft = citizen.json(
        "POST", f"{SERVICES}/applications", expect=201,
        json={"matter_code": MATTER, "reservation_id": journey.facts["reservation"]["id"]},
    )  # fmt: skip
    case = f"{SERVICES}/applications/{draft['id']}"
    check(journey.facts["name"] in str(draft), "the reserved name is filled in")
    check(journey.facts["citizen"]["id_number"] not in str(draft), "personal data is filled in and masked")
    bad = citizen.edit("PATCH", case, of=case, json={"form": {"registered_capital_yuan": -1}})
    etag = bad.headers["etag"]
    faults = citizen.json("POST", f"{case}/submission", expect=422)["errors"]
    check(
        any(f["pointer"].startswith("/form") for f in faults),
        "an incomplete form is refused, each fault with its place",
    )
    form = {
        "registered_capital_yuan": 1_000_000,
        "address": "湖北省随州市曾都区烈山大道一号",
        "business_scope": "酒类生产与销售",
    }
    citizen.edit("PATCH", case, of=case, json={"form": form})
    citizen.call("PATCH", case, json={"form": form}, headers={"If-Match": etag}, expect=412)
    check(True, "an edit of an old version is refused with 412")
    upload(citizen, case)
    submitted = citizen.json("POST", f"{case}/submission")
    journey.facts |= {"case": case, "application": submitted, "number": submitted["number"]}
    check(submitted["state"] == "submitted", f"application {submitted['number']} is submitted")


def upload(citizen: Person, case: str) -> None:
    """Hands in the materials, after two files which are refused."""
    articles, domicile = f"{case}/materials/ARTICLES?filename=articles.pdf", f"{case}/materials/DOMICILE?filename=d.pdf"
    pdf = {"Content-Type": "application/pdf"}
    citizen.call("PUT", articles, content=b"MZ\x90\x00 a program", headers=pdf, expect=415)
    citizen.call("PUT", f"{case}/materials/EXTRA?filename=x.pdf", content=PDF, headers=pdf, expect=422)
    check(True, "a file of another kind and a material beyond the guide are refused")
    for url in (articles, domicile):
        response = citizen.http.put(url, content=PDF, headers=pdf | {"X-CSRF": "1"})
        check(response.status_code in (200, 201, 204), f"PUT {url} → {response.status_code}")


def step_decision(journey: Journey) -> None:
    """4. The right officer, one request for corrections, dates with reasons, one decision."""
    citizen, case = journey.citizen, journey.facts["case"]
    stranger = journey.staff("reg.suixian")
    stranger.call("GET", case, expect=404)
    check(True, "an officer of another county does not see the case")
    citizen.call("GET", f"{SERVICES}/applications/queue", expect=403)
    officer, colleague = journey.staff("reg.zengdu"), journey.staff("reg.zengdu2")
    queue = officer.json("GET", f"{SERVICES}/applications/queue?limit=200")["items"]
    check(any(item["number"] == journey.facts["number"] for item in queue), "the case is in the officer's queue")
    items = {
        "items": [{"target": "/form/address", "defect": "住所未写明门牌号", "basis": "市场主体登记管理条例第十六条"}]
    }
    officer.edit("POST", f"{case}/correction-request", of=case, json=items)
    again = officer.edit("POST", f"{case}/correction-request", of=case, json=items, expect=409).json()
    check(again["code"], f"a second request for corrections is refused: {again['code']}")
    citizen.edit("PATCH", case, of=case, json={"form": {"address": "湖北省随州市曾都区烈山大道一号之一"}})
    citizen.edit("POST", f"{case}/resubmission", of=case, json={})
    officer.edit("POST", f"{case}/acceptance", of=case)
    officer.call("POST", f"{case}/applicant-unmasking", json={"reason": "电话核实住所"})
    citizen.until(
        f"{SSO}/me/access-log", lambda page: any(one["purpose"] == journey.facts["number"] for one in page["items"]),
        "that an official has read the applicant's data in full",
    )  # fmt: skip
    for deadline in officer.json("GET", f"{case}/deadlines?explain=true")["items"]:
        say(f"       {deadline.get('node')}: {deadline.get('due_on')} — {deadline.get('basis')}")
    decide(journey, officer, colleague)


def decide(journey: Journey, officer: Person, colleague: Person) -> None:
    """Two officers decide with the same version in hand: one wins."""
    case = journey.facts["case"]
    etag = officer.call("GET", case, quiet=True).headers["etag"]
    decision = {"outcome": "granted", "reason": "材料齐全,符合法定形式"}
    officer.call("POST", f"{case}/decision", json=decision, headers={"If-Match": etag}, key=journey.facts["number"])
    second = colleague.http.post(
        f"{case}/decision", json=decision,
        headers={"If-Match": etag, "X-CSRF": "1", "Idempotency-Key": "second-" + journey.facts["number"]},
    )  # fmt: skip
    check(second.status_code in (409, 412), f"the second decision is refused with {second.status_code}")
    again = officer.call(
        "POST", f"{case}/decision", json=decision, headers={"If-Match": etag}, key=journey.facts["number"]
    )
    check(again.headers.get("idempotency-replayed") == "true", "the repeated request gets the same answer")


def step_record(journey: Journey) -> None:
    """5. The event: register, search, licence, column."""
    citizen, name = journey.citizen, journey.facts["name"]
    trade_name = journey.facts["reservation"]["trade_name"]
    anyone = Person(journey.base_url, "anyone")
    found, took = anyone.until(
        f"{REGISTRY}/enterprises?q={trade_name[:2]}", lambda page: any(e["name"] == name for e in page["items"]),
        "the enterprise on the public record",
    )  # fmt: skip
    check(took <= 2, f"public {took:.2f} s after the decision, found by two characters: {trade_name[:2]}")
    code = next(e["code"] for e in found["items"] if e["name"] == name)
    enterprise = anyone.json("GET", f"{REGISTRY}/enterprises/{code}")
    check(enterprise["name"] == name and len(code) == 18, f"{name} has the code {code}")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    anyone.call("GET", f"{REGISTRY}/enterprises/{wrong}", expect=422)
    licences, _ = citizen.until(f"{SERVICES}/me/licences", lambda page: bool(page["items"]), "the electronic licence")
    licence = licences["items"][0]
    jws = licence.get("licence") or anyone.json("GET", f"{SERVICES}/licences/{licence['number']}")["licence"]
    verdict = anyone.json("POST", f"{SERVICES}/licence-verifications", json={"licence": jws})
    check(verdict["valid"], f"anyone can verify the licence {licence['number']}")
    header, claims, signature = jws.split(".")
    forged = f"{header}.{claims[:-2]}AA.{signature}"
    check(
        not anyone.json("POST", f"{SERVICES}/licence-verifications", json={"licence": forged})["valid"],
        "a changed licence is not valid",
    )
    anyone.until(
        f"{DISCLOSURE}/articles?column=new-registrations", lambda page: any(name in a["title"] for a in page["items"]),
        "the article in the column of new registrations",
    )  # fmt: skip
    journey.facts["code"] = code
