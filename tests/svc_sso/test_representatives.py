"""Claiming an enterprise that was registered before, checks at the counter, and the page of mandates."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shared.clock import today
from svc_sso import demo
from svc_sso.accounts.models import Account
from svc_sso.load_registers import read
from svc_sso.verifications.service import load_representatives
from tests.svc_complaints.neighbours import ZENGDU, Neighbours, application, listening
from tests.svc_sso.conftest import PASSWORD, Provider, hidden, refused

FIRM = {"code": ZENGDU, "name": "随州红光商贸有限公司", "region": "421303"}


@pytest.fixture
async def registry(sso: Provider) -> AsyncIterator[Neighbours]:
    """The register, which knows one enterprise of 张伟."""
    async with contextlib.AsyncExitStack() as stack:
        known = Neighbours(enterprises={ZENGDU: FIRM | {"legal_representative_name": "张伟"}})
        known.url = await stack.enter_async_context(listening(application(known)))
        sso.client.settings.service_urls["credit-registry"] = known.url
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


async def test_mandates_are_granted_and_revoked_on_a_page(sso: Provider, registry: Neighbours) -> None:
    boss, agent = await checked(sso), await checked(sso, name="李娜")
    async with sso.client.sessions.begin() as session:
        await load_representatives(session, [(ZENGDU, boss["number"])])
    headers = await sso.headers(boss["username"])
    await sso.client.post("/v1/me/organisations", json={"code": ZENGDU}, headers=headers)
    browser = sso.open_browser()
    assert (await browser.http.get("/account/mandates")).status_code == 303
    await browser.code(boss["username"], PASSWORD)
    shown = await browser.http.get("/account/mandates")
    assert (shown.status_code, FIRM["name"] in shown.text) == (200, True)
    form = hidden(shown.text) | {
        "agent_username": agent["username"], "agent_name": "李娜", "matters": "MR-COMPLAINT-RESPONSE, MR-ENT-CHANGE",
        "starts_on": "", "ends_on": (today() + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    assert (await browser.http.post("/account/mandates", data=form | {"csrf": "forged"})).status_code == 400
    wrong = await browser.http.post("/account/mandates", data=form | {"agent_name": "李丽"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    assert (await browser.http.post("/account/mandates", data=form | {"ends_on": "soon"})).status_code == 422
    granted = await browser.http.post("/account/mandates", data=form, headers={"Accept-Language": "en"})
    assert (granted.status_code, "In force" in granted.text) == (200, True), granted.text
    revoked = await browser.http.post("/account/mandates", data=hidden(granted.text) | {"act": "revoke"})
    assert "已撤销" in revoked.text


def test_registers_are_read_from_files(tmp_path: Any) -> None:
    file = tmp_path / "people.csv"
    file.write_text("\ufeffname,id_number\n张伟, 421303199003071230 \n", encoding="utf-8")
    assert read("people", file) == [("张伟", "421303199003071230")]
    file.write_text("code,id_number\n91421303MA0000006X,421303199003071230\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r".+"):
        read("representatives", file)
