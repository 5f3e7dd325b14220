"""Claiming an enterprise that was registered before, checks at the counter, and the page of mandates."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shared.clock import today
from shared.errors import Unavailable
from shared.events.credit_registry import EnterpriseChangedV1
from shared.inbox import HandlerContext
from svc_sso import demo
from svc_sso.accounts.models import Account
from svc_sso.load_registers import read
from svc_sso.organisations.handlers import heed_change
from svc_sso.verifications.service import load_representatives
from tests.svc_complaints.neighbours import ZENGDU, Neighbours, application, listening
from tests.svc_sso.conftest import PASSWORD, Provider, hidden, refused

MATTERS = {"MR-ENT-CHANGE": "企业变更登记", "MR-ENT-DEREGISTER": "企业注销登记"}
FIRM = {"code": ZENGDU, "name": "随州红光商贸有限公司", "region": "421303"}


@pytest.fixture
async def registry(sso: Provider) -> AsyncIterator[Neighbours]:
    """The register, which knows one enterprise of 张伟, and the catalogue, which knows two matters."""
    async with contextlib.AsyncExitStack() as stack:
        known = Neighbours(enterprises={ZENGDU: FIRM | {"legal_representative_name": "张伟"}}, matters=MATTERS)
        known.url = await stack.enter_async_context(listening(application(known)))
        sso.client.settings.service_urls |= {"credit-registry": known.url, "services": known.url}
        yield known


async def checked(sso: Provider, **changes: Any) -> dict[str, Any]:
    account = await sso.account(**changes)
    async with sso.client.sessions.begin() as session:
        row = await session.get_one(Account, uuid.UUID(account["id"]))
        account["number"] = row.id_number
        await session.execute(update(Account).where(Account.id == row.id).values(trust_level="two_factor"))
    return account


async def test_the_representative_of_an_older_enterprise_claims_it(sso: Provider, registry: Neighbours) -> None:
    boss = await checked(sso)
    headers = await sso.headers(boss["username"])
    refused(
        await sso.client.post("/v1/me/organisations", json={"code": ZENGDU}, headers=headers), 403, "not_representative"
    )
    async with sso.client.sessions.begin() as session:
        await load_representatives(session, [(ZENGDU, boss["number"])])
    claimed = await sso.client.post("/v1/me/organisations", json={"code": ZENGDU}, headers=headers)
    assert (claimed.status_code, claimed.json()["role"]) == (201, "representative"), claimed.text
    listed = await sso.client.get("/v1/me/organisations", headers=headers)
    assert [one["name"] for one in listed.json()["items"]] == [FIRM["name"]]


async def test_an_enterprise_is_called_what_the_register_calls_it_now(sso: Provider, registry: Neighbours) -> None:
    account = await checked(sso, name="张伟")
    headers = await sso.headers(account["username"])
    async with sso.client.sessions.begin() as session:
        await load_representatives(session, [(ZENGDU, account["number"])])
    assert (await sso.client.post("/v1/me/organisations", json={"code": ZENGDU}, headers=headers)).status_code == 201
    told = len(await sso.events("sso.access.changed.v1"))

    async def changed(**facts: str) -> list[tuple[str, str]]:
        event = EnterpriseChangedV1(code=ZENGDU, part="registration", changed_on=today(), **facts)
        async with sso.client.sessions.begin() as session:
            await heed_change.run(session, event, HandlerContext(sso.client.runtime, None))  # type: ignore[arg-type]
        listed = (await sso.client.get("/v1/me/organisations", headers=headers)).json()["items"]
        return [(one["name"], one["region"]) for one in listed]

    assert await changed() == [(FIRM["name"], "421303")]
    assert await changed(name="随州明月商贸有限公司") == [("随州明月商贸有限公司", "421303")]
    assert await changed(region="421321") == [("随州明月商贸有限公司", "421321")]
    assert len(await sso.events("sso.access.changed.v1")) == told, "nobody's rights have changed"
    assert await changed(name="随州曾侯商贸有限公司", legal_representative_name="王芳") == []


async def test_nobody_claims_what_is_not_his(sso: Provider, registry: Neighbours) -> None:
    unchecked = await sso.headers((await sso.account())["username"])
    claim = {"code": ZENGDU}
    problem = refused(
        await sso.client.post("/v1/me/organisations", json=claim, headers=unchecked), 403, "trust_level_needed"
    )
    assert problem["needed"] == "two_factor"
    namesake, other = await checked(sso), await checked(sso, name="李娜")
    async with sso.client.sessions.begin() as session:
        await load_representatives(session, [(ZENGDU, other["number"])])
    for who in (namesake, other):
        headers = await sso.headers(who["username"])
        refused(await sso.client.post("/v1/me/organisations", json=claim, headers=headers), 403, "not_representative")
    unknown = {"code": "9" * 18}
    headers = await sso.headers(namesake["username"])
    refused(await sso.client.post("/v1/me/organisations", json=unknown, headers=headers), 422, "enterprise_unknown")
    registry.away.add("credit-registry")
    answer = await sso.client.post("/v1/me/organisations", json=claim, headers=headers)
    refused(answer, 503, "dependency_unavailable")


class Elsewhere:
    """A population register at another place, which knows everybody called 张伟."""

    name = "elsewhere"
    away = False

    async def confirms(self, _session: Any, name: str, _id_number: str) -> bool:
        if Elsewhere.away:
            raise Unavailable("the register is away")
        return name == "张伟"


async def test_another_register_is_asked_when_the_settings_name_it(
    sso: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sso.client.settings, "population_verifier", f"{__name__}:Elsewhere")
    known, unknown = [await sso.headers((await sso.account(name=name))["username"]) for name in ("张伟", "李娜")]
    monkeypatch.setattr(Elsewhere, "away", True)
    refused(await sso.client.post("/v1/me/verifications", headers=known), 503, "unavailable")
    monkeypatch.setattr(Elsewhere, "away", False)
    for headers, outcome in ((known, "confirmed"), (unknown, "not_confirmed")):
        checked = (await sso.client.post("/v1/me/verifications", headers=headers)).json()
        assert (checked["outcome"], checked["verifier"]) == (outcome, "elsewhere")


async def test_staff_at_the_counter_see_person_and_document(sso: Provider) -> None:
    await sso.demo()
    account = await checked(sso)
    officer = await sso.headers("reg.zengdu", demo.PASSWORD)
    seen = {"username": account["username"], "name": "张伟", "id_number": account["number"], "document": "passport"}
    for wrong in ({"name": "张维"}, {"username": "nobody.here"}):
        refused(await sso.client.post("/v1/verifications", json=seen | wrong, headers=officer), 422, "document_differs")
    person = await sso.headers(account["username"])
    refused(await sso.client.post("/v1/verifications", json=seen, headers=person), 403, "forbidden")
    noted = await sso.client.post("/v1/verifications", json=seen, headers=officer)
    assert (noted.status_code, noted.json()["verifier"]) == (201, "counter AMR-421303"), noted.text
    own = (await sso.client.get("/v1/me/verifications", headers=person)).json()
    assert (own["trust_level"], own["items"][0]["document"]) == ("in_person", "passport")


async def represented(sso: Provider) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The representative of the enterprise, someone who is to be his agent, and the representative's token."""
    boss, agent = await checked(sso), await checked(sso, name="李娜")
    async with sso.client.sessions.begin() as session:
        await load_representatives(session, [(ZENGDU, boss["number"])])
    headers = await sso.headers(boss["username"])
    await sso.client.post("/v1/me/organisations", json={"code": ZENGDU}, headers=headers)
    return boss, agent, headers


async def test_a_mandate_names_matters_which_there_are(sso: Provider, registry: Neighbours) -> None:
    _, agent, headers = await represented(sso)
    body = {
        "agent_username": agent["username"], "agent_name": "李娜",
        "ends_on": (today() + timedelta(days=10)).isoformat(),
    }  # fmt: skip

    async def grant(*matters: str) -> Any:
        return await sso.client.post(
            f"/v1/organisations/{ZENGDU}/mandates", json=body | {"matters": matters}, headers=headers
        )

    problem = refused(await grant("MR-ENT-CHANGE", "MR-ENT-CHANGES"), 422, "matter_unknown")
    assert [fault["pointer"] for fault in problem["errors"]] == ["/matters/1"]
    registry.away.add("services")
    refused(await grant("MR-ENT-DEREGISTER"), 503, "dependency_unavailable")
    registry.away.clear()
    granted = await grant("MR-ENT-DEREGISTER", "MR-COMPLAINT-RESPONSE", "MR-ENT-CHANGE")
    assert granted.status_code == 201, granted.text
    assert granted.json()["matters"] == ["MR-COMPLAINT-RESPONSE", "MR-ENT-CHANGE", "MR-ENT-DEREGISTER"]


async def test_without_the_catalogue_codes_are_typed(sso: Provider, registry: Neighbours) -> None:
    boss, agent, _ = await represented(sso)
    browser = sso.open_browser()
    await browser.code(boss["username"], PASSWORD)
    registry.away.add("services")
    shown = await browser.http.get("/account/mandates")
    assert ('name="matters"' in shown.text, "checkbox" in shown.text) == (True, False)
    form = hidden(shown.text) | {
        "agent_username": agent["username"], "agent_name": "李娜", "matters": "MR-ENT-CHANGE，MR-COMPLAINT-RESPONSE",
        "ends_on": (today() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    assert (await browser.http.post("/account/mandates", data=form)).status_code == 503
    granted = await browser.http.post("/account/mandates", data=form | {"matters": "MR-COMPLAINT-RESPONSE"})
    assert (granted.status_code, "MR-COMPLAINT-RESPONSE" in granted.text) == (200, True), granted.text


async def test_mandates_are_granted_and_revoked_on_a_page(sso: Provider, registry: Neighbours) -> None:
    boss, agent, _ = await represented(sso)
    browser = sso.open_browser()
    assert (await browser.http.get("/account/mandates")).status_code == 303
    await browser.code(boss["username"], PASSWORD)
    shown = await browser.http.get("/account/mandates")
    assert (shown.status_code, FIRM["name"] in shown.text) == (200, True)
    assert [name in shown.text for name in ("消费投诉应诉", "企业变更登记", "企业注销登记")] == [True] * 3
    form = hidden(shown.text) | {
        "agent_username": agent["username"], "agent_name": "李娜", "matter:MR-COMPLAINT-RESPONSE": "on",
        "matter:MR-ENT-CHANGE": "on", "starts_on": "", "ends_on": (today() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    assert (await browser.http.post("/account/mandates", data=form | {"csrf": "forged"})).status_code == 400
    wrong = await browser.http.post("/account/mandates", data=form | {"agent_name": "李丽"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    for faulty in ({"ends_on": "soon"}, {"matter:MR-ENT-CHANGES": "on"}, {"matter:all": "on"}):
        assert (await browser.http.post("/account/mandates", data=form | faulty)).status_code == 422
    granted = await browser.http.post("/account/mandates", data=form, headers={"Accept-Language": "en"})
    assert (granted.status_code, "In force" in granted.text) == (200, True), granted.text
    assert ">Answering consumers&#39; complaints, The matter MR-ENT-CHANGE</td>" in granted.text
    assert f">李* ({agent['username']})</td>" in granted.text
    revoked = await browser.http.post("/account/mandates", data=hidden(granted.text) | {"act": "revoke"})
    assert "已撤销" in revoked.text


def test_registers_are_read_from_files(tmp_path: Any) -> None:
    file = tmp_path / "people.csv"
    file.write_text("\ufeffname,id_number\n张伟, 421303199003071230 \n", encoding="utf-8")
    assert read("people", file) == [("张伟", "421303199003071230")]
    file.write_text("code,id_number\n91421303MA0000006X,421303199003071230\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r".+"):
        read("representatives", file)
