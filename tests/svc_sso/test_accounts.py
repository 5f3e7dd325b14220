"""Opening accounts and the own account."""

import secrets
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shared.audit import AuditRow
from shared.events.envelope import Envelope
from shared.inbox import Handler, HandlerContext
from svc_sso.accounts.handlers import HANDLERS
from svc_sso.clients.rules import GATEWAY
from tests.svc_sso.conftest import PASSWORD, Provider, id_number, refused

SAMPLES = Path(__file__).parents[1] / "contracts/events"


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, which look only at accounts of their own."""
    return kept_sso


def body(**changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "username": f"li.{secrets.token_hex(4)}",
        "password": PASSWORD,
        "name": "李娜",
        "id_number": id_number(),
        "phone": "13912345678",
    }
    return given | changes


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"username": "abc"}, "invalid", "/username"),
        ({"username": "with space"}, "bad_username", "/username"),
        ({"password": "zhang-1"}, "weak_password", "/password"),
        ({"id_number": "421303199003071231"}, "invalid", "/id_number"),
        ({"id_number": "**************1230"}, "invalid", "/id_number"),
        ({"phone": "12345"}, "invalid", "/phone"),
        ({"name": "李*"}, "invalid", "/name"),
        ({"name": "李\u200b娜"}, "invalid", "/name"),
        ({"name": "李\n娜"}, "invalid", "/name"),
        ({"roles": ["registrar"]}, "invalid", "/roles"),
    ],
)
async def test_accounts_which_are_not_opened(
    sso: Provider, changes: dict[str, object], code: str, pointer: str
) -> None:
    problem = refused(await sso.client.post("/v1/accounts", json=body(**changes)), 422, code)
    assert [e["pointer"] for e in problem["errors"]] == [pointer]
    assert str(next(iter(changes.values()))) not in str(problem["errors"]) or code == "bad_username"


@pytest.mark.parametrize("name", ["𠮷野", "劉備", "阿卜杜拉·买买提", "O'Brien", "㐀" * 100])
async def test_rare_characters_are_fine_in_names(sso: Provider, name: str) -> None:
    answer = await sso.client.post("/v1/accounts", json=body(name=name))
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"].startswith(name[0])


async def test_one_account_for_a_person_and_a_user_name(sso: Provider) -> None:
    first = body()
    assert (await sso.client.post("/v1/accounts", json=first)).status_code == 201
    taken = await sso.client.post("/v1/accounts", json=body(username=str(first["username"]).upper()))
    refused(taken, 409, "username_taken")
    same = await sso.client.post("/v1/accounts", json=body(id_number=first["id_number"]))
    problem = refused(same, 409, "identity_taken")
    assert str(first["username"]) not in same.text
    assert str(first["id_number"]) not in same.text
    assert problem["errors"] == []


async def test_a_repeated_request_opens_one_account(sso: Provider) -> None:
    given, key = body(), {"Idempotency-Key": "open-1"}
    answers = [await sso.client.post("/v1/accounts", json=given, headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    opened = [event["account_id"] for event in await sso.events("sso.account.opened.v1")]
    assert opened.count(answers[0].json()["id"]) == 1


async def test_personal_data_is_encrypted_at_rest(sso: Provider) -> None:
    given = body()
    own = {"id": uuid.UUID((await sso.client.post("/v1/accounts", json=given)).json()["id"])}
    async with sso.client.sessions() as session:
        row = text("SELECT name, id_number, phone, roles FROM accounts WHERE id = :id")
        stored = (await session.execute(row, own)).one()
        hashed = await session.scalar(text("SELECT hash FROM passwords WHERE account_id = :id"), own)
        opened = AuditRow.action == "account.opened", AuditRow.object_id == str(own["id"])
        trail = (await session.scalars(select(AuditRow).where(*opened))).all()
    for value, column in zip((given["name"], given["id_number"], given["phone"]), stored[:3], strict=True):
        assert str(value).encode() not in bytes(column)
    assert str(hashed).startswith("$argon2id$")
    assert len(trail) == 1
    assert str(given["id_number"]) not in str(trail[0].after)


async def test_the_own_account_is_masked_and_its_phone_changes(sso: Provider) -> None:
    account = await sso.account()
    headers = await sso.headers(account["username"])
    me = await sso.client.get("/v1/me", headers=headers)
    assert (me.json()["phone"], me.json()["name"]) == ("138****1234", "张*")
    unchanged = await sso.client.get("/v1/me", headers=headers | {"If-None-Match": me.headers["etag"]})
    assert unchanged.status_code == 304
    change = {"phone": "13900001111"}
    refused(await sso.client.patch("/v1/me", json=change, headers=headers), 428, "precondition_required")
    stale = await sso.client.patch("/v1/me", json=change, headers=headers | {"If-Match": '"9"'})
    refused(stale, 412, "stale_version")
    matched = headers | {"If-Match": me.headers["etag"]}
    masked = await sso.client.patch("/v1/me", json={"phone": me.json()["phone"]}, headers=matched)
    assert refused(masked, 422, "invalid")["errors"][0]["code"] == "masked_value"
    changed = await sso.client.patch("/v1/me", json=change, headers=matched)
    assert (changed.status_code, changed.json()["phone"]) == (200, "139****1111")
    refused(await sso.client.patch("/v1/me", json=change, headers=matched), 412, "stale_version")


async def test_nobody_without_a_token_reads_anything(sso: Provider) -> None:
    for path in ("/v1/me", "/v1/me/profile", "/v1/me/access-log", "/v1/me/sessions", "/v1/me/sign-ins", "/v1/staff"):
        refused(await sso.client.get(path), 401, "unauthenticated")


async def test_who_has_looked_at_my_data(sso: Provider) -> None:
    account = await sso.account()
    tokens = await sso.login(account["username"])
    at_service = (await sso.exchange(tokens["access_token"], "services")).json()["access_token"]
    for_sso = (await sso.exchange(at_service, "sso", client="svc-services")).json()["access_token"]
    claims = await sso.claims(for_sso)
    assert (claims["act"], claims["sub"]) == ({"sub": "svc-services"}, account["id"])
    assert claims["client_id"] == "svc-services"
    acting = {"Authorization": f"Bearer {for_sso}"}
    profile = await sso.client.get("/v1/me/profile", params={"purpose": "企业设立登记"}, headers=acting)
    assert (profile.json()["name"], profile.json()["phone"]) == ("张伟", "13812341234")
    assert profile.headers["cache-control"] == "no-store"
    own = await sso.headers(account["username"])
    assert (await sso.client.get("/v1/me/profile", headers=own)).status_code == 200
    log = (await sso.client.get("/v1/me/access-log", headers=own)).json()["items"]
    assert [(row["reader"], row["purpose"]) for row in log] == [("self", "prefill"), ("svc-services", "企业设立登记")]


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.event.TYPE)
async def test_what_officials_have_read_elsewhere_is_shown_too(sso: Provider, handler: Handler) -> None:
    account = await sso.account()
    sample = Envelope.model_validate_json((SAMPLES / f"{handler.event.TYPE}.json").read_text(encoding="utf-8"))
    whose = "applicant_id" if "applicant_id" in sample.data else "complainant_id"
    context = HandlerContext(sso.client.runtime, sample)
    async with sso.client.sessions.begin() as session:
        for person in (account["id"], str(uuid.uuid4())):  # of the second nobody has an account here
            await handler.run(session, handler.event.model_validate(sample.data | {whose: person}), context)
    log = (await sso.client.get("/v1/me/access-log", headers=await sso.headers(account["username"]))).json()["items"]
    assert [(row["reader"], row["purpose"], row["fields"]) for row in log] == [
        ("AMR-421303", sample.data["number"], sample.data["fields"])
    ]
    assert log[0]["read_at"] == "2026-11-23T08:00:00Z", "when it was read, not when it was told"
    browser = sso.open_browser()
    await browser.code(account["username"])
    assert "曾都区市场监督管理局" in (await browser.http.get("/account/access")).text


async def test_a_machine_has_no_account(sso: Provider) -> None:
    answer = await sso.token(GATEWAY, grant_type="client_credentials", audience="sso")
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    refused(await sso.client.get("/v1/me", headers=headers), 403, "forbidden")
    refused(await sso.client.get("/v1/me/profile", headers=headers), 403, "forbidden")
    refused(await sso.client.get("/v1/staff", headers=headers), 403, "forbidden")
