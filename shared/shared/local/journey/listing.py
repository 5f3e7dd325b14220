"""Step 7: the enterprise is listed by a decision, and leaves the list by another after it has mended what was wrong."""

from shared.clock import today
from shared.local.journey.establishment import Journey
from shared.local.journey.people import Person, check

REGISTRY = "/api/credit-registry/v1"


def step_listing(journey: Journey) -> None:
    """7. On the list of abnormal operation by a decision, and off it again; the public record says both."""
    code, anyone = journey.facts["code"], Person(journey.base_url, "anyone")
    officer, day = journey.staff("cred.zengdu"), today().isoformat()
    proposal = {
        "list": "abnormal", "ground": "unreachable", "code": code, "facts": "在登记的住所未找到该企业。",
        "visited_on": day, "verified_on": day,
    }  # fmt: skip
    journey.staff("cred.suixian").call("POST", f"{REGISTRY}/list-entries", json=proposal, expect=403)
    entry = officer.json("POST", f"{REGISTRY}/list-entries", json=proposal, expect=201)
    path = f"{REGISTRY}/list-entries/{entry['id']}"
    anyone.call("GET", path, expect=404)
    listing = {"outcome": "listed", "reason": "事实清楚，证据确凿，决定列入。"}
    officer.edit("POST", f"{path}/decision", of=f"{path}/case", json=listing)
    anyone.until(path, lambda shown: shown["state"] == "listed", "the entry on the public list")
    leave_list(journey, officer, path)
    shown, _ = anyone.until(path, lambda shown: shown["state"] == "removed", "the removal on the public list")
    record = anyone.json("GET", f"{REGISTRY}/enterprises/{code}/record")
    check("abnormal_operation" not in [kind["kind"] for kind in record["kinds"]], f"{shown['name']} is listed no more")


def leave_list(journey: Journey, officer: Person, path: str) -> None:
    """The representative asks for removal in the enterprise's name; the authority verifies the cure and decides."""
    citizen = journey.citizen
    cure = {"cure": "已在登记的住所悬挂企业标牌并恢复联系。"}
    citizen.call("POST", f"{path}/removals", json=cure, expect=404)
    citizen.call("POST", "/session/context", json={"org": journey.facts["code"]})
    asked = citizen.json("POST", f"{path}/removals", json=cure, expect=201)
    citizen.call("POST", "/session/context", json={"org": None})
    removal = f"{REGISTRY}/list-removals/{asked['id']}"
    found = {"cured": True, "findings": "经实地核查，企业在登记的住所正常经营。"}
    officer.edit("POST", f"{removal}/verification", of=removal, json=found)
    decision = {"outcome": "granted", "reason": "可以通过登记的住所取得联系。"}
    officer.edit("POST", f"{removal}/decision", of=removal, json=decision)
