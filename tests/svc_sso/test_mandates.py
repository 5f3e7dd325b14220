"""People, how well they are known, the enterprises they represent, and mandates."""

import asyncio
import itertools
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.audit import AuditRow
from shared.clock import now, today
from shared.codes import credit_code
from shared.errors import DomainError
from shared.events.credit_registry import EnterpriseChangedV1, EnterpriseRegisteredV1
from shared.inbox import HandlerContext, SweepContext
from svc_sso.accounts.models import Account
from svc_sso.mandates import rules
from svc_sso.mandates.handlers import end_over
from svc_sso.organisations.handlers import heed_change, learn_representative
from svc_sso.organisations.models import Mandate
from svc_sso.verifications.service import load_people
from tests.svc_sso.conftest import ACCESS_TOKEN as TOKEN_TYPE
from tests.svc_sso.conftest import EXCHANGE, Provider, oauth_refused, refused

OTHER = credit_code.make("421303", 51_000)
RESPONSE = "MR-COMPLAINT-RESPONSE"


_numbers = itertools.count(51_001)


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, each of which has an enterprise and people of its own."""
    return kept_sso


class Firm:
    """An enterprise with its representative and someone who is to be its agent."""

    def __init__(self, sso: Provider) -> None:
        self.sso = sso
        self.code = credit_code.make("421303", next(_numbers))
        self.boss: dict[str, Any] = {}
        self.agent: dict[str, Any] = {}

    async def checked(self, name: str) -> dict[str, Any]:
        account = await self.sso.account(name=name)
        async with self.sso.client.sessions.begin() as session:
            level = update(Account).where(Account.id == uuid.UUID(account["id"])).values(trust_level="two_factor")
            await session.execute(level)
        return account

    async def register(self, code: str, representative: dict[str, Any], name: str = "王强") -> None:
        event = EnterpriseRegisteredV1(
            code=code, name="随州红光商贸有限公司", region="421303", industry_code="F5132",
            organisation_form="有限公司", established_on=date(2026, 1, 5), registered_on=date(2026, 1, 5),
            legal_representative_name=name, representative_id=uuid.UUID(representative["id"]),
        )  # fmt: skip
        async with self.sso.client.sessions.begin() as session:
            await learn_representative.run(session, event, HandlerContext(self.sso.client.runtime, None))  # type: ignore[arg-type]

    def body(self, **changes: Any) -> dict[str, Any]:
        standard = {
            "agent_username": self.agent["username"],
            "agent_name": "李娜",
            "matters": [RESPONSE],
            "ends_on": (today() + timedelta(days=30)).isoformat(),
        }
        return standard | changes

    async def grant(self, **changes: Any) -> Any:
        headers = await self.sso.headers(self.boss["username"])
        path = f"/v1/organisations/{self.code}/mandates"
        return await self.sso.client.post(path, json=self.body(**changes), headers=headers)

    async def revoke(self, mandate: dict[str, Any], who: dict[str, Any] | None = None) -> Any:
        path = f"/v1/organisations/{self.code}/mandates/{mandate['id']}/revocation"
        async with asyncio.timeout(10):
            while True:  # a token of the second in which the person's rights changed is refused
                headers = await self.sso.headers((who or self.boss)["username"])
                answer = await self.sso.client.post(path, json={"reason": "离职"}, headers=headers)
                if answer.status_code != 401:
                    return answer
                await asyncio.sleep(0.2)

    async def token_for(self, who: dict[str, Any], org: str) -> Any:
        tokens = await self.sso.login(who["username"])
        return await self.sso.token(
            grant_type=EXCHANGE, subject_token=tokens["access_token"], subject_token_type=TOKEN_TYPE,
            audience="complaints", org=org,
        )  # fmt: skip


@pytest.fixture
async def firm(sso: Provider) -> Firm:
    made = Firm(sso)
    made.boss, made.agent = await made.checked("王强"), await made.checked("李娜")
    await made.register(made.code, made.boss)
    return made


async def of_firm(firm: Firm, type_: str) -> list[dict[str, Any]]:
    """What was told of the enterprise's mandates."""
    return [event for event in await firm.sso.events(type_) if event["organisation_code"] == firm.code]


async def test_the_register_says_who_represents_and_his_token_says_it_too(firm: Firm) -> None:
    sso = firm.sso
    listed = await sso.client.get("/v1/me/organisations", headers=await sso.headers(firm.boss["username"]))
    assert [(one["code"], one["role"], one["matters"]) for one in listed.json()["items"]] == [
        (firm.code, "representative", None)
    ]
    claims = await sso.claims((await firm.token_for(firm.boss, firm.code)).json()["access_token"])
    assert (claims["org"], claims["trust_level"]) == (firm.code, "two_factor")
    assert not {"mandate", "matters"} & set(claims)
    for who, org in ((firm.agent, firm.code), (firm.boss, OTHER)):
        oauth_refused(await firm.token_for(who, org), "invalid_target")


async def test_a_mandate_is_granted_used_and_revoked(firm: Firm) -> None:
    sso = firm.sso
    granted = await firm.grant()
    assert granted.status_code == 201, granted.text
    mandate = granted.json()
    assert (mandate["state"], mandate["agent_name"]) == ("in_force", "李*")
    claims = await sso.claims((await firm.token_for(firm.agent, firm.code)).json()["access_token"])
    assert (claims["org"], claims["mandate"], claims["matters"]) == (firm.code, mandate["id"], [RESPONSE])
    agent = await sso.headers(firm.agent["username"])
    seen = (await sso.client.get("/v1/me/mandates", headers=agent)).json()["items"]
    assert [one["id"] for one in seen] == [mandate["id"]]
    refused(await sso.client.get(f"/v1/organisations/{firm.code}/mandates", headers=agent), 404, "organisation_unknown")
    path = granted.headers["location"]
    boss, nobody = [await sso.headers(who["username"]) for who in (firm.boss, await sso.account())]
    for headers in (boss, agent):
        read = await sso.client.get(path, headers=headers)
        assert (read.status_code, read.json()) == (200, mandate)
        unchanged = await sso.client.get(path, headers={**headers, "If-None-Match": read.headers["etag"]})
        assert unchanged.status_code == 304
    refused(await sso.client.get(path, headers=nobody), 404, "organisation_unknown")
    refused(await sso.client.get(path.replace(firm.code, OTHER), headers=boss), 404, "mandate_unknown")
    refused(await firm.revoke(mandate, firm.agent), 404, "organisation_unknown")
    refused(await firm.grant(), 409, "mandate_exists")
    assert (await firm.revoke(mandate)).json()["state"] == "revoked"
    refused(await firm.revoke(mandate), 409, "mandate_over")
    oauth_refused(await firm.token_for(firm.agent, firm.code), "invalid_target")
    assert (await firm.grant()).status_code == 201, "after the revocation there is room for a new one"
    (over,) = await of_firm(firm, "sso.mandate.revoked.v1")
    assert (over["mandate_id"], over["reason"]) == (mandate["id"], "revoked")
    changes = [one for one in await sso.events("sso.access.changed.v1") if one["account_id"] == firm.agent["id"]]
    assert [one["revokes"] for one in changes] == [False, True, False]
    async with sso.client.sessions() as session:
        own = select(Mandate.id).where(Mandate.organisation_code == firm.code)
        ids = [str(one) for one in await session.scalars(own)]
        rows = list(await session.scalars(select(AuditRow.action).where(AuditRow.object_id.in_(ids))))
    assert rows.count("mandate.granted") == 2
    assert rows.count("mandate.revoked") == 1


async def test_the_agent_gives_a_mandate_back(firm: Firm) -> None:
    mandate = (await firm.grant()).json()
    path = f"/v1/me/mandates/{mandate['id']}/declination"
    boss, agent = [await firm.sso.headers(who["username"]) for who in (firm.boss, firm.agent)]
    refused(await firm.sso.client.post(path, headers=boss), 404, "mandate_unknown")
    assert (await firm.sso.client.post(path, headers=agent)).json()["state"] == "declined"
    oauth_refused(await firm.token_for(firm.agent, firm.code), "invalid_target")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"agent_username": "nobody.here"}, 422, "agent_unknown"),
        ({"agent_name": "李丽"}, 422, "agent_unknown"),
        ({"matters": []}, 422, "invalid"),
        ({"matters": ["everything"]}, 422, "invalid"),
        ({"ends_on": "2020-01-01"}, 422, "bad_period"),
        ({"ends_on": "2999-01-01"}, 422, "bad_period"),
        ({"starts_on": "2020-01-01"}, 422, "bad_period"),
    ],
)
async def test_mandates_which_are_not_granted(firm: Firm, changes: dict[str, Any], status: int, code: str) -> None:
    refused(await firm.grant(**changes), status, code)


async def test_unchecked_agents_strangers_and_the_representative_himself_get_none(firm: Firm) -> None:
    sso = firm.sso
    unchecked = await sso.account(name="孙丽")
    refused(await firm.grant(agent_username=unchecked["username"], agent_name="孙丽"), 409, "agent_not_checked")
    refused(await firm.grant(agent_username=firm.boss["username"], agent_name="王强"), 422, "own_mandate")
    stranger = await sso.headers(firm.agent["username"])
    path = f"/v1/organisations/{firm.code}/mandates"
    refused(await sso.client.post(path, json=firm.body(), headers=stranger), 404, "organisation_unknown")


async def test_an_old_log_in_grants_nothing(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svc_sso.mandates.service.STEP_UP_SECONDS", -1)
    problem = refused(await firm.grant(), 401, "step_up_required")
    assert problem["acr_values"] == "urn:yiwang:acr:password"


async def test_mandates_run_out_by_themselves_and_with_the_account(firm: Firm) -> None:
    sso = firm.sso
    mandate = (await firm.grant()).json()
    runtime = sso.client.runtime
    async with sso.client.sessions.begin() as session:
        assert await end_over(session, SweepContext(runtime, now(), today())) == 0
    async with sso.client.sessions.begin() as session:
        later = today() + timedelta(days=31)
        assert await end_over(session, SweepContext(runtime, now(), later)) >= 1
    assert [one["mandate_id"] for one in await of_firm(firm, "sso.mandate.expired.v1")] == [mandate["id"]]
    second = (await firm.grant()).json()
    async with sso.client.sessions.begin() as session:
        await session.execute(
            update(Account).where(Account.id == uuid.UUID(firm.agent["id"])).values(disabled_at=now())
        )
    async with sso.client.sessions.begin() as session:
        await end_over(session, SweepContext(runtime, now(), today()))
    async with sso.client.sessions() as session:
        row = await session.get_one(Mandate, uuid.UUID(second["id"]))
    assert row.ended_reason == "account_closed"


async def test_a_new_representative_revokes_what_the_old_one_granted(firm: Firm) -> None:
    mandate = (await firm.grant()).json()
    successor = await firm.checked("赵敏")
    await firm.register(firm.code, successor, "赵敏")
    refused(await firm.revoke(mandate), 404, "organisation_unknown")
    oauth_refused(await firm.token_for(firm.boss, firm.code), "invalid_target")
    assert (await firm.revoke(mandate, successor)).json()["state"] == "revoked"


async def test_a_person_is_checked_against_the_register_and_his_tokens_say_so(sso: Provider) -> None:
    account = await sso.account()
    headers = await sso.headers(account["username"])
    before = (await sso.client.get("/v1/me/verifications", headers=headers)).json()
    assert before == {"trust_level": "self_declared", "items": []}
    assert (await sso.client.post("/v1/me/verifications", headers=headers)).json()["outcome"] == "not_confirmed"
    async with sso.client.sessions.begin() as session:
        row = await session.get_one(Account, uuid.UUID(account["id"]))
        await load_people(session, [(row.name, str(row.id_number))])
    assert (await sso.client.post("/v1/me/verifications", headers=headers)).json()["outcome"] == "confirmed"
    tokens = await sso.login(account["username"])
    claims = await sso.claims((await sso.exchange(tokens["access_token"], "services")).json()["access_token"])
    assert claims["trust_level"] == "two_factor"
    assert (await sso.client.get("/v1/me", headers=headers)).json()["trust_level"] == "two_factor"


async def test_nobody_guesses_at_the_register(sso: Provider) -> None:
    headers = await sso.headers((await sso.account())["username"])
    for _ in range(5):
        assert (await sso.client.post("/v1/me/verifications", headers=headers)).status_code == 201
    refused(await sso.client.post("/v1/me/verifications", headers=headers), 429, "too_many_checks")


async def test_checks_that_fail_are_counted_also_when_they_come_at_once(sso: Provider) -> None:
    headers = await sso.headers((await sso.account())["username"])
    answers = await asyncio.gather(*(sso.client.post("/v1/me/verifications", headers=headers) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429] * 7


async def test_units_are_listed_and_lie_in_their_regions(sso: Provider) -> None:
    head = (await sso.client.get("/v1/units", params={"kind": "department", "limit": 200})).json()["items"]
    assert len(head) == 13
    below = (await sso.client.get("/v1/units", params={"parent": "AMR-421300"})).json()["items"]
    assert ("AMR-421303", "曾都区市场监督管理局", "county") in [(u["code"], u["name"], u["kind"]) for u in below]


@pytest.mark.parametrize(
    ("starts", "ends", "right"), [(0, 0, True), (0, 364, True), (0, 365, False), (-1, 5, False), (5, 4, False)]
)
async def test_how_long_a_mandate_may_last(starts: int, ends: int, right: bool) -> None:
    day = date(2026, 11, 21)
    period = (day + timedelta(days=starts), day + timedelta(days=ends))
    if right:
        rules.check_period(*period, day, 365)
    else:
        with pytest.raises(DomainError):
            rules.check_period(*period, day, 365)


async def test_a_dismissed_representative_acts_for_the_enterprise_no_more(firm: Firm) -> None:
    sso = firm.sso

    async def changed(part: str, name: str | None) -> None:
        event = EnterpriseChangedV1(
            code=firm.code, part=part, changed_on=date(2026, 11, 2), legal_representative_name=name
        )
        async with sso.client.sessions.begin() as session:
            await heed_change.run(session, event, HandlerContext(sso.client.runtime, None))  # type: ignore[arg-type]

    headers = await sso.headers(firm.boss["username"])
    listed = f"/v1/organisations/{firm.code}/mandates"
    for part, name in (("complaints", None), ("registration", None), ("registration", "王强")):
        await changed(part, name)
        assert (await sso.client.get(listed, headers=headers)).status_code == 200, (part, name)
    before = len(await sso.events("sso.access.changed.v1"))
    await changed("registration", "赵敏")
    refused(await sso.client.get(listed, headers=headers), 404, "organisation_unknown")
    assert (await sso.client.get("/v1/me/organisations", headers=headers)).json()["items"] == []
    told = (await sso.events("sso.access.changed.v1"))[before:]
    assert [one["account_id"] for one in told] == [firm.boss["id"]]
    await changed("registration", "赵敏")
    assert len(await sso.events("sso.access.changed.v1")) == before + 1, "it is told once"
