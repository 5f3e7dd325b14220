"""The objects of the object matrix, and those who call: made through the gateway, as people make them."""

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.codes import credit_code
from shared.local.demo import PASSWORD
from shared.local.journey.establishment import (
    DISCLOSURE,
    MATTER,
    PDF,
    REGISTRY,
    SERVICES,
    SSO,
    Journey,
    open_account,
)
from shared.local.journey.people import Person, new_trade_name
from tests.matrix import registry
from tests.matrix.agencies import agency_of
from tests.support.platform import Platform

COMPLAINTS, HUB = "/api/complaints/v1", "/api/hub/v1"
RESPONSE, CHANGE = "MR-COMPLAINT-RESPONSE", "MR-ENT-CHANGE"
ENTERPRISE = credit_code.make("421303", 430_000_000)
"""The first of the demo's enterprises; demo.legal represents it."""
PEOPLE = ("owner", "stranger", "representative", "agent", "other_agent", "former_agent")
STAFF = {
    "registrar": "reg.zengdu",
    "registrar_elsewhere": "reg.suixian",
    "complaint_officer": "cmp.zengdu",
    "complaint_officer_elsewhere": "cmp.suixian",
    "registry_officer": "cred.zengdu",
    "registry_superior": "cred.suizhou",
    "inspector": "insp.zengdu",
    "editor": "pub.editor",
    "reviewer": "pub.reviewer",
    "approver": "pub.approver",
    "ops": "ops",
    "secadmin": "secadmin",
    "auditor": "auditor",
}
AGENCIES = {
    "agency": "agency",
    "other_agency": "agency",
    "producer": "producer",
    "other_producer": "producer",
    "data_user": "data_user",
    "other_data_user": "data_user",
    "department": "department",
}
"""Systems of agencies, with the kind of the policy."""
ANONYMOUS = "anonymous"


@dataclass
class World:
    """Who calls, by name, with the header fields of those who bring tokens; and where the objects are."""

    platform: Platform
    callers: dict[str, httpx.Client] = field(default_factory=dict)
    agencies: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def headers_of(self, caller: str, path: str) -> dict[str, str]:
        """The token of an agency's system for the service behind `path`; nothing for those with a cookie."""
        if caller not in self.agencies:
            return {}
        audience = path.split("/")[2]
        tokens = self.agencies[caller][1]
        return {"Authorization": f"Bearer {tokens.get(audience, tokens['gateway'])}"}


def build(platform: Platform) -> World:
    """Everybody logged in, and one object of each kind."""
    base, world = platform.base_url, World(platform)
    journey = Journey(base, Person(base, "owner"), Person(base, "stranger"))
    people = {name: Person(base, name) for name in PEOPLE} | {"owner": journey.citizen, "stranger": journey.consumer}
    for name in STAFF:
        people[name] = journey.staff(STAFF[name])
    known = {name: open_account(journey, people[name], "张伟") for name in PEOPLE if name != "representative"}
    people["representative"].log_in("demo.legal", PASSWORD)
    mandates = act_for_enterprise(people, known)
    world.callers = {name: person.http for name, person in people.items()}
    world.callers[ANONYMOUS] = httpx.Client(base_url=base, timeout=20, trust_env=False)
    for name, kind in AGENCIES.items():
        world.callers[name] = world.callers[ANONYMOUS]
        world.agencies[name] = agency_of(platform, people["secadmin"].http.cookies, kind)
    tokens = {name: world.headers_of(name, REGISTRY) for name in AGENCIES}
    world.paths = {
        "draft": application(people["owner"]),
        "submitted": submitted(people["owner"]),
        "enterprise's": application(people["agent"]),
        "complaint": complaint(people["owner"], people["complaint_officer"]),
        "article": article(people["editor"]),
        "webhook": webhook(world),
        "client": f"{SSO}/clients/{world.agencies['agency'][0]}",
        "mandate": mandates["agent"],
        "session": session(base, people, known["owner"]),
        **registry.objects(people, world.callers[ANONYMOUS], tokens, ENTERPRISE),
    }
    return world


def act_for_enterprise(people: dict[str, Person], known: dict[str, dict[str, str]]) -> dict[str, str]:
    """The representative, an agent for applications and complaints, one for another matter, one whose mandate is over.

    All but the last act for the enterprise from now on.
    """
    representative, granted = people["representative"], f"{SSO}/organisations/{ENTERPRISE}/mandates"
    representative.json("POST", f"{SSO}/me/organisations", json={"code": ENTERPRISE}, expect=201)
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
    matters = {"agent": [RESPONSE, MATTER], "other_agent": [CHANGE], "former_agent": [RESPONSE, MATTER]}
    paths = {}
    for name, wanted in matters.items():
        body = {"agent_username": known[name]["username"], "agent_name": known[name]["name"], "matters": wanted,
                "ends_on": until.isoformat()}  # fmt: skip
        paths[name] = f"{granted}/{representative.json('POST', granted, json=body, expect=201)['id']}"
    representative.call("POST", f"{paths['former_agent']}/revocation", json={"reason": "已办结"})
    for name in ("representative", "agent", "other_agent"):
        people[name].call("POST", "/session/context", json={"org": ENTERPRISE})
    return paths


def application(who: Person) -> str:
    """A draft in 421303, of whomever the person acts for."""
    body = {"matter_code": MATTER, "region": "421303"}
    return f"{SERVICES}/applications/{who.json('POST', f'{SERVICES}/applications', json=body, expect=201)['id']}"


def submitted(owner: Person) -> str:
    """A whole application, handed in."""
    name = {"region": "421303", "trade_name": new_trade_name(), "industry_code": "C15", "industry_word": "酒业",
            "organisation_form": "有限公司"}  # fmt: skip
    reserved = owner.json("POST", f"{SERVICES}/name-reservations", json=name, expect=201)["id"]
    draft = {"matter_code": MATTER, "reservation_id": reserved}
    case = f"{SERVICES}/applications/{owner.json('POST', f'{SERVICES}/applications', json=draft, expect=201)['id']}"
    form = {"registered_capital_yuan": 1_000_000, "address": "湖北省随州市曾都区烈山大道一号",
            "business_scope": "酒类生产与销售"}  # fmt: skip
    owner.edit("PATCH", case, of=case, json={"form": form})
    for code in ("ARTICLES", "DOMICILE"):
        pdf = {"Content-Type": "application/pdf"}
        owner.call("PUT", f"{case}/materials/{code}?filename=a.pdf", content=PDF, headers=pdf)
    owner.call("POST", f"{case}/submission")
    return case


def complaint(owner: Person, officer: Person) -> str:
    """A complaint about the enterprise, taken on."""
    owner.call("GET", f"{REGISTRY}/enterprises/{ENTERPRISE}")
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    body = {"respondent_code": ENTERPRISE, "category": "quality", "product": "白酒", "amount_yuan": "268.00",
            "occurred_on": yesterday.isoformat(), "facts": "购买的白酒与标签不符。", "demand": "退款"}  # fmt: skip
    case = f"{COMPLAINTS}/complaints/{owner.json('POST', f'{COMPLAINTS}/complaints', json=body, expect=201)['id']}"
    officer.edit("POST", f"{case}/acceptance", of=case)
    return case


def article(editor: Person) -> str:
    """A draft of the unit of 421300."""
    body = {"column": "notices", "title": "关于开展年度报告公示的通知", "summary": "六月三十日前报送",
            "body": "各有关单位:现将有关事项通知如下。", "producer": "随州市市场监督管理局",
            "made_on": "2026-03-02"}  # fmt: skip
    return f"{DISCLOSURE}/articles/{editor.json('POST', f'{DISCLOSURE}/articles', json=body, expect=201)['id']}"


def webhook(world: World) -> str:
    """A subscription of the first agency."""
    path = f"{HUB}/webhooks"
    body = {"name": "税务登记", "url": "https://93.184.215.14/yiwang",
            "event_types": ["credit_registry.enterprise.registered.v1"], "regions": []}  # fmt: skip
    headers = world.headers_of("agency", path) | {"Idempotency-Key": str(uuid.uuid4())}
    made = world.callers["agency"].post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    return f"{path}/{made.json()['id']}"


def session(base: str, people: dict[str, Person], owner: dict[str, str]) -> str:
    """A second log-in of the owner, as the security administrator names it."""
    other = Person(base, "owner elsewhere")
    other.log_in(owner["username"], owner["password"])
    found: list[dict[str, Any]] = other.json("GET", f"{SSO}/me/sessions")["items"]
    account = other.json("GET", f"{SSO}/me")["id"]
    here = next(each["id"] for each in found if each["current"])
    return f"{SSO}/accounts/{account}/sessions/{here}"
