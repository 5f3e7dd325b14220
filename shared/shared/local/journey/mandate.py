"""Within step 6: the enterprise's representative lets an agent answer, and takes the mandate back."""

import datetime
import time
from typing import Any

from shared.local.journey.establishment import SSO, Journey, open_account
from shared.local.journey.people import Difference, Person, check, say

RESPONSE = "MR-COMPLAINT-RESPONSE"
DEADLINE_SECONDS = 15.0


def answer_by_agent(journey: Journey, case: str) -> None:
    """Grant, act for the enterprise, revoke: afterwards the agent is refused, and nothing happens in his own name."""
    citizen, agent, code = journey.citizen, Person(journey.base_url, "agent"), journey.facts["code"]
    identity = open_account(journey, agent, "王芳")
    citizen.until(
        f"{SSO}/me/organisations", lambda page: any(one["code"] == code for one in page["items"]),
        "the enterprise among those which the citizen represents",
    )  # fmt: skip
    agent.call("POST", "/session/context", json={"org": code}, expect=403)
    mandates = f"{SSO}/organisations/{code}/mandates"
    month = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
    wanted = {
        "agent_username": identity["username"], "agent_name": identity["name"], "matters": [RESPONSE],
        "ends_on": month.isoformat(),
    }  # fmt: skip
    citizen.call("POST", mandates, json=wanted | {"agent_name": "王方"}, expect=422)
    mandate = citizen.json("POST", mandates, json=wanted, expect=201)
    agent.call("GET", case, expect=404)
    acting = agent.json("POST", "/session/context", json={"org": code})["acting_for"]
    check(acting["mandate"] == mandate["id"], f"the agent acts for {acting['name']} under his mandate")
    agent.edit("POST", f"{case}/objection-waiver", of=case, json={})
    citizen.call("POST", f"{mandates}/{mandate['id']}/revocation", json={"reason": "已办结"})
    took = _refused_after(agent, case)
    check(True, f"{took:.2f} s after the revocation the agent is refused, and does not act in his own name unasked")
    agent.call("POST", "/session/context", json={"org": code}, expect=403)
    agent.call("POST", "/session/context", json={"org": None})
    _until_status(agent, case, 404)


def _until_status(person: Person, path: str, status: int) -> None:
    """Reads until the answer has this status: a token of the second in which rights changed is refused with 401."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (answer := person.http.get(path)).status_code != status:
        if answer.status_code != 401 or time.monotonic() > deadline:
            raise Difference(f"GET {path}: {answer.status_code} instead of {status}: {answer.text[:300]}")
        time.sleep(0.1)
    check(True, "acting for himself again, he does not see the enterprise's case")


def _refused_after(agent: Person, case: str) -> float:
    """Seconds until every call of the agent for the enterprise is refused with `context_ended`."""
    started = time.monotonic()
    while (took := time.monotonic() - started) < DEADLINE_SECONDS:
        answer = agent.http.get(case)
        problem: dict[str, Any] = answer.json()
        if answer.status_code == 403 and problem["code"] == "context_ended":
            say(f"  {agent.title}: GET {case} → 403 {problem['code']}")
            return took
        time.sleep(0.03)
    raise Difference(f"the agent still gets {answer.status_code}: {answer.text[:300]}")
