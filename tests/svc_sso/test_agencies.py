"""Clients of agencies: what may be registered, who may change it, how keys and secrets change without a gap."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.clock import now
from svc_sso.agencies.schemas import ClientPatch
from svc_sso.agencies.service import REMOVABLE
from svc_sso.clients.models import Client
from svc_sso.clients.service import note_use
from tests.svc_sso.agency import Office, decoded, key, public, registration
from tests.svc_sso.conftest import SECRETS, Provider, oauth_refused, refused


@pytest.fixture(scope="module")
def office(kept_sso: Provider) -> Office:
    """One provider for all tests: each registers clients of its own."""
    return Office(kept_sso.client)


async def events(office: Office, client_id: str) -> list[dict[str, Any]]:
    query = "SELECT data FROM outbox_events WHERE type = 'sso.client.changed.v1' AND aggregate_id = :id ORDER BY id"
    async with office.client.sessions() as session:
        return list((await session.scalars(text(query), {"id": client_id})).all())


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"id": "gateway"}, 422, "bad_client"),
        ({"id": "svc-services"}, 422, "bad_client"),
        ({"id": "Tax"}, 422, "bad_client"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, 422, "bad_client"),
        ({"keys": []}, 422, "bad_key"),
        ({"permissions": ["platform:operations"]}, 422, "bad_client"),
        ({"permissions": ["internal:read"]}, 422, "bad_client"),
        ({"redirect_uris": ["http://tax.example.cn/"]}, 422, "bad_client"),
        ({"backchannel_logout_uri": "https://x/#f"}, 422, "bad_client"),
        ({"responsible_id": "00000000-0000-7000-8000-000000000000"}, 422, "bad_client"),
        ({"kind": "application", "permissions": ["gateway:calls:sign"]}, 422, "bad_client"),
        ({"kind": "application", "permissions": []}, 422, "bad_client"),
        ({"quota_per_minute": 0}, 422, "invalid"),
    ],
)
async def test_what_does_not_fit_is_not_registered(
    office: Office, changes: dict[str, Any], status: int, code: str
) -> None:
    admin = await office.administrator()
    body = registration(**changes)
    refused(await office.client.post("/v1/clients", json=body, headers=admin), status, code)
    assert await events(office, body["id"]) == []


async def test_only_the_security_administrator_registers(office: Office) -> None:
    other = await office.account("system_admin")
    for permissions in (["platform:operations"], ["sso:clients:self"], []):
        headers = await office.headers(str(other.id), permissions)
        refused(await office.client.post("/v1/clients", json=registration(), headers=headers), 403, "forbidden")
    # The token of someone who is an administrator no more.
    headers = await office.headers(str(other.id), ["sso:accounts:administer"])
    refused(await office.client.post("/v1/clients", json=registration(), headers=headers), 403, "forbidden")


async def test_an_agency_keeps_itself(office: Office) -> None:
    admin = await office.administrator()
    made = await office.register(admin)
    url, own = f"/v1/clients/{made['id']}", await office.own(made["id"])
    assert made["client_secret"] is None
    assert made["grant_types"] == ["client_credentials"]
    again = await office.client.post("/v1/clients", json=registration(id=made["id"]), headers=admin)
    refused(again, 409, "client_taken")

    # Keys: the new one beside the old one, then the old one goes.
    new = public(key("k2"))
    added = await office.client.post(f"{url}/keys", json={"key": new}, headers=own)
    assert [entry["kid"] for entry in added.json()["keys"]] == ["k1", "k2"]
    refused(await office.client.post(f"{url}/keys", json={"key": new}, headers=own), 409, "key_taken")
    assert (await office.client.delete(f"{url}/keys/k1", headers=own)).status_code == 200
    refused(await office.client.delete(f"{url}/keys/k1", headers=own), 404, "key_not_found")
    refused(await office.client.delete(f"{url}/keys/k2", headers=own), 409, "last_key")
    refused(await office.client.post(f"{url}/secret", json={}, headers=own), 409, "no_secret")

    # Contacts are its own matter, what it may do is not.
    seen = await office.client.get(url, headers=own)
    match = {**own, "If-Match": seen.headers["etag"]}
    others: list[dict[str, Any]] = [{"permissions": []}, {"quota_per_minute": 10_000}, {"redirect_uris": []}]
    for body in others:
        refused(await office.client.patch(url, json=body, headers=match), 403, "administrator_decides")
    changed = await office.client.patch(url, json={"contacts": ["0722-1234567"]}, headers=match)
    assert changed.json()["contacts"] == ["0722-1234567"]
    refused(await office.client.patch(url, json={"contacts": []}, headers=match), 412, "stale_version")
    off = await office.client.patch(url, json={"disabled": True}, headers={**own, "If-Match": changed.headers["etag"]})
    assert off.json()["disabled"] is True
    match = {**own, "If-Match": off.headers["etag"]}
    refused(await office.client.patch(url, json={"disabled": False}, headers=match), 403, "administrator_decides")
    back = {**admin, "If-Match": off.headers["etag"]}
    assert (await office.client.patch(url, json={"disabled": False}, headers=back)).json()["disabled"] is False
    told = [(event["disabled"], event["revokes"]) for event in await events(office, made["id"])]
    assert told == [(False, False), (False, False), (False, True), (False, False), (True, True), (False, True)]


async def test_nobody_sees_or_changes_a_client_of_others(office: Office) -> None:
    admin = await office.administrator()
    made, other = await office.register(admin), await office.register(admin)
    stranger, url = await office.own(other["id"]), f"/v1/clients/{made['id']}"
    bare = await office.own(made["id"], "gateway:calls:sign")  # its own token, but not for this
    person = await office.headers(str((await office.account()).id), [], kind="person")
    for headers in (stranger, person, bare):
        refused(await office.client.get(url, headers=headers), 404, "not_found")
        refused(await office.client.delete(f"{url}/keys/k1", headers=headers), 404, "not_found")
        key_ = {"key": public(key("k9"))}
        refused(await office.client.post(f"{url}/keys", json=key_, headers=headers), 404, "not_found")
    rows = (await office.client.get("/v1/clients", headers=stranger)).json()["items"]
    assert [row["id"] for row in rows] == [other["id"]]
    everyone = (await office.client.get("/v1/clients", headers=admin)).json()["items"]
    assert {made["id"], other["id"], "gateway"} <= {row["id"] for row in everyone}


async def test_the_person_who_answers_for_a_client_keeps_it(office: Office) -> None:
    admin, answering = await office.administrator(), await office.account()
    made = await office.register(admin, responsible_id=str(answering.id))
    url = f"/v1/clients/{made['id']}"
    own = await office.headers(str(answering.id), [])
    assert [row["id"] for row in (await office.client.get("/v1/clients", headers=own)).json()["items"]] == [made["id"]]
    added = await office.client.post(f"{url}/keys", json={"key": public(key("k2"))}, headers=own)
    assert added.status_code == 201
    # A token which some other application got of that person opens nothing here.
    through = await office.headers(str(answering.id), [], client_id="some-application")
    refused(await office.client.get(url, headers=through), 404, "not_found")


async def test_who_has_shown_only_a_password_changes_no_client(office: Office) -> None:
    admin = await office.administrator()
    made = await office.register(admin)
    account = await office.account("security_admin")
    weak = await office.headers(str(account.id), ["sso:accounts:administer"], acr="urn:yiwang:acr:password")
    assert (await office.client.get(f"/v1/clients/{made['id']}", headers=weak)).status_code == 200
    refused(await office.client.post("/v1/clients", json=registration(), headers=weak), 401, "step_up_required")
    url = f"/v1/clients/{made['id']}/keys"
    refused(await office.client.post(url, json={"key": public(key("k2"))}, headers=weak), 401, "step_up_required")


@pytest.mark.parametrize("field", sorted(ClientPatch.model_fields))
async def test_null_removes_what_a_client_may_do_without_and_nothing_else(office: Office, field: str) -> None:
    admin, answering = await office.administrator(), await office.account()
    made = await office.register(
        admin, responsible_id=str(answering.id), owner_unit="AMR-421303", owner_org="91421303MA0000006X",
        quota_per_minute=5, quota_per_day=50, redirect_uris=["https://tax.example.cn/back"],
        backchannel_logout_uri="https://tax.example.cn/out",
    )  # fmt: skip
    url = f"/v1/clients/{made['id']}"
    before = await office.client.get(url, headers=admin)
    match = {**admin, "If-Match": before.headers["etag"]}
    answer = await office.client.patch(url, json={field: None}, headers=match)
    assert answer.status_code == 200, answer.text
    removable = field in REMOVABLE
    assert answer.json()[field] == (None if removable else before.json()[field])
    assert (answer.json()["version"] > before.json()["version"]) is removable


async def test_the_platforms_own_clients_are_left_alone(office: Office) -> None:
    admin = await office.administrator()
    seen = await office.client.get("/v1/clients/gateway", headers=admin)
    assert SECRETS["gateway"] not in seen.text
    match = {**admin, "If-Match": seen.headers["etag"]}
    answer = await office.client.patch("/v1/clients/gateway", json={"disabled": True}, headers=match)
    refused(answer, 409, "first_party_client")


async def test_two_secrets_hold_while_they_change(office: Office) -> None:
    admin = await office.administrator()
    made = await office.register(
        admin,
        kind="application",
        token_endpoint_auth_method="client_secret_basic",
        keys=[],
        permissions=[],
        redirect_uris=["https://app.example.cn/cb"],
    )
    first = made["client_secret"]

    async def knows(secret: str) -> bool:
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        answer = await office.client.post("/oauth2/token", data=form, auth=(made["id"], secret))
        return bool(answer.json()["error"] == "invalid_grant")

    assert await knows(first)
    url = f"/v1/clients/{made['id']}/secret"
    second = (await office.client.post(url, json={"overlap_hours": 1}, headers=admin)).json()["client_secret"]
    assert await knows(first)
    assert await knows(second)
    async with office.client.sessions.begin() as session:
        ended = "UPDATE clients SET previous_secret_until = now() - interval '1 s' WHERE id = :id"
        await session.execute(text(ended), {"id": made["id"]})
    assert not await knows(first)
    third = await office.client.post(url, json={"overlap_hours": 0}, headers=admin)
    assert third.json()["previous_secret_until"] is None
    assert not await knows(second)
    assert await knows(third.json()["client_secret"])
    kept = "SELECT string_agg(clients::text, '') FROM clients"
    async with office.client.sessions() as session:
        assert third.json()["client_secret"] not in str(await session.scalar(text(kept)))


async def test_a_disabled_client_is_known_no_more(office: Office) -> None:
    admin = await office.administrator()
    made = await office.register(
        admin, kind="application", token_endpoint_auth_method="client_secret_post", keys=[], permissions=[],
        redirect_uris=["https://app.example.cn/cb"],
    )  # fmt: skip
    match = {**admin, "If-Match": f'"{made["version"]}"'}
    await office.client.patch(f"/v1/clients/{made['id']}", json={"disabled": True}, headers=match)
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": made["id"]}
    answer = await office.client.post("/oauth2/token", data=form | {"client_secret": made["client_secret"]})
    oauth_refused(answer, "invalid_client", 401)


async def test_the_gateway_reads_the_directory_and_gets_tokens_for_signed_calls(office: Office) -> None:
    admin = await office.administrator()
    made = await office.register(admin)
    gateway = await office.headers("gateway", ["internal:read"], kind="system", client_id="gateway")
    items = (await office.client.get("/v1/internal/clients", headers=gateway)).json()["items"]
    (entry,) = [item for item in items if item["client_id"] == made["id"]]
    assert (entry["client_id"], entry["quota_per_minute"], entry["quota_per_day"]) == (made["id"], 120, None)
    assert [each["kid"] for each in entry["keys"]] == ["k1"]
    asked = {"client_id": made["id"], "audience": "complaints"}
    answer = await office.client.post("/v1/internal/client-tokens", json=asked, headers=gateway)
    assert answer.json()["expires_in"] == 120
    _, claims = await decoded(office.client, answer.json()["access_token"], "ES256")
    assert (claims["sub"], claims["aud"], claims["act"]) == (made["id"], "complaints", {"sub": "gateway"})
    used = (await office.client.get(f"/v1/clients/{made['id']}", headers=admin)).json()
    assert used["last_used_at"] is not None
    assert used["version"] == made["version"]
    url = "/v1/internal/client-tokens"
    service = await office.headers("svc-services", ["internal:read"], kind="system", client_id="svc-services")
    refused(await office.client.post(url, json=asked, headers=service), 403, "gateway_only")
    refused(await office.client.post(url, json=asked | {"audience": "x"}, headers=gateway), 409, "no_token")
    refused(await office.client.post(url, json=asked | {"client_id": "x"}, headers=gateway), 409, "no_token")
    refused(await office.client.get("/v1/internal/clients", headers=admin), 403, "forbidden")


async def test_last_use_is_noted_once_a_minute(office: Office) -> None:
    made = await office.register(await office.administrator())
    at = now()
    async with office.client.sessions.begin() as session:
        client = await session.get(Client, made["id"])
        await note_use(session, client, at)
    async with office.client.sessions.begin() as session:
        client = await session.get(Client, made["id"])
        before = client.updated_at
        await note_use(session, client, at.replace(microsecond=0))
    async with office.client.sessions() as session:
        client = await session.get(Client, made["id"])
        assert (client.last_used_at, client.updated_at, client.version) == (at, before, 1)


async def test_the_three_administrators_stay_apart(office: Office) -> None:
    """Nobody gives himself a role, and no account holds two of the three, whatever way is tried."""
    account = await office.account("security_admin")
    admin = await office.headers(str(account.id), ["sso:accounts:administer"])
    match = {**admin, "If-Match": '"1"'}
    for roles in (["system_admin"], ["security_admin", "registrar"], []):
        refused(
            await office.client.patch(f"/v1/staff/{account.id}", json={"roles": roles}, headers=match),
            403,
            "own_access",
        )
    other = await office.account("system_admin")
    both = {"roles": ["system_admin", "audit_admin"]}
    answer = await office.client.patch(f"/v1/staff/{other.id}", json=both, headers=match)
    refused(answer, 409, "administrators_exclude")
    body = {"username": "both.admin", "name": "李雷", "unit": "HQ", "region": "100000"}
    body_of = {**body, "roles": ["security_admin", "system_admin"]}
    refused(await office.client.post("/v1/staff", json=body_of, headers=admin), 409, "administrators_exclude")
