"""Electronic licences: issued once, readable and verifiable by everyone, worthless when altered or revoked."""

import asyncio
import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import text

from shared.clock import today
from shared.codes import credit_code
from svc_services.licences import queries, service
from svc_services.licences.rules import FINDING_LABELS, TOKEN_TYPE, Finding, LicenceState, finding_of
from tests.svc_services.world import World


async def issued(world: World) -> dict[str, Any]:
    await world.completed()
    (licence,) = (await world.get("/v1/me/licences", world.citizen)).json()["items"]
    return dict(licence)


async def verify(world: World, token: str) -> dict[str, Any]:
    answer = await world.client.post("/v1/licence-verifications", json={"licence": token})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_registration_completes_the_case_with_a_licence_and_the_register_takes_over_the_name(
    world: World,
) -> None:
    case = await world.completed()
    assert case["state"] == "completed"
    (event,) = await world.events("services.licence.issued.v1")
    assert event["application_id"] == case["id"]
    assert (await world.events("services.name_reservation.released.v1"))[0]["reason"] == "used"
    reservation = (await world.get(f"/v1/name-reservations/{case['reservation_id']}", world.citizen)).json()
    assert reservation["state"] == "used"


async def test_a_licence_says_what_the_law_wants_on_it(world: World) -> None:
    licence = await issued(world)
    content = licence["content"]
    assert content["number"].startswith("ZZ421303-")
    assert credit_code.is_valid(content["code"])
    assert content["registrar"] == "湖北省随州市曾都区市场监督管理局"
    assert content["registered_capital_yuan"] == "1000000"
    public = await world.get(f"/v1/licences/{licence['number']}")
    assert public.json() == licence
    again = await world.client.get(
        f"/v1/licences/{licence['number']}", headers={"If-None-Match": public.headers["ETag"]}
    )
    assert again.status_code == 304


async def test_the_same_event_twice_issues_one_licence(world: World) -> None:
    case = await world.granted()
    await world.register(case)
    await world.register(case)
    assert len(await world.events("services.licence.issued.v1")) == 1


async def test_events_of_other_enterprises_are_passed_over(world: World) -> None:
    case = await world.granted()
    await world.register(case, application_id=None)
    await world.register(case, application_id="019a0000-0000-7000-8000-000000000000")
    assert (await world.get(f"/v1/applications/{case['id']}", world.citizen)).json()["state"] == "granted"


async def test_first_licences_issued_at_once_are_signed_with_one_key(world: World) -> None:
    first, second = await world.granted(), await world.granted(trade_name="明月")
    await asyncio.gather(world.register(first), world.register(second, code=credit_code.make("421303", 30_002)))
    keys = (await world.get("/v1/licences/keys")).json()["keys"]
    assert len(keys) == 1
    assert "d" not in keys[0]


async def test_anyone_verifies_a_licence_offline_with_the_published_keys(world: World) -> None:
    licence = await issued(world)
    keys = KeySet.import_key_set((await world.get("/v1/licences/keys")).json())
    opened = jws.deserialize_compact(licence["licence"], keys, algorithms=["ES256"])
    assert json.loads(opened.payload) == licence["content"]


async def test_licences_signed_with_an_older_key_go_on_verifying(world: World) -> None:
    licence = await issued(world)
    async with world.client.sessions() as session, session.begin():
        await service.new_key(session)
    assert len((await world.get("/v1/licences/keys")).json()["keys"]) == 2
    assert (await verify(world, licence["licence"]))["valid"] is True


async def test_licences_signed_at_once_do_not_wait_for_each_other(world: World) -> None:
    async with world.client.sessions() as session, session.begin():
        made = await service.new_key(session)
    async with world.client.sessions() as one, one.begin(), world.client.sessions() as other, other.begin():
        await other.execute(text("SET LOCAL lock_timeout = '100ms'"))
        keys = [await service._signing_key(one), await service._signing_key(other)]
    assert [key.kid for key in keys] == [made.kid, made.kid]


def altered(token: str, **changes: Any) -> str:
    head, body, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changes
    forged = base64.urlsafe_b64encode(json.dumps(content, ensure_ascii=False).encode()).decode().rstrip("=")
    return f"{head}.{forged}.{signature}"


async def test_an_altered_licence_is_found_out(world: World) -> None:
    token = (await issued(world))["licence"]
    found = await verify(world, altered(token, registered_capital_yuan="999999999"))
    assert (found["valid"], found["reason"], found["licence"]) == (False, "tampered", None)
    assert found["reason_label"]


async def test_a_licence_signed_by_someone_else_is_found_out(world: World) -> None:
    licence = await issued(world)
    kid = (await world.get("/v1/licences/keys")).json()["keys"][0]["kid"]
    own = ECKey.generate_key("P-256")
    for claimed in (kid, "another"):
        header = {"alg": "ES256", "kid": claimed, "typ": "licence+jwt"}
        forged = jws.serialize_compact(header, json.dumps(licence["content"]), own, algorithms=["ES256"])
        assert (await verify(world, forged))["reason"] == "tampered"


async def test_a_licence_signed_here_but_never_issued_is_unknown(world: World) -> None:
    licence = await issued(world)
    async with world.client.sessions() as session:
        (key,) = await queries.keys(session)
    for content in (
        licence["content"] | {"number": "ZZ421303-20200101-000001"},
        licence["content"] | {"name": "别的有限公司"},
    ):
        assert (await verify(world, service.sign(content, key)))["reason"] == "unknown"


@pytest.mark.parametrize("token", ["x", "a.b.c", "....", "e30.e30.e30", "张伟"])
async def test_what_is_no_licence_is_unreadable(world: World, token: str) -> None:
    assert (await verify(world, token))["reason"] == "unreadable"


@pytest.mark.parametrize("kid", ["\x00", "\ud800", "x" * 50, "%"])
async def test_a_licence_which_names_an_impossible_key_is_found_out(world: World, kid: str) -> None:
    header = json.dumps({"alg": "ES256", "typ": TOKEN_TYPE, "kid": kid}).encode()
    token = f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.e30.AAAA"
    assert (await verify(world, token))["reason"] == "tampered"


async def test_a_licence_nested_to_break_the_reader_is_unreadable(world: World) -> None:
    token = f"{base64.urlsafe_b64encode(b'[' * 3000).decode()}.e30.AAAA"
    assert (await verify(world, token))["reason"] == "unreadable"


async def test_an_access_token_is_no_licence(world: World) -> None:
    token = world.citizen["Authorization"].removeprefix("Bearer ")
    assert (await verify(world, token))["reason"] == "unreadable"


@pytest.mark.alone
async def test_a_revoked_licence_no_longer_holds(world: World) -> None:
    licence = await issued(world)
    for _ in range(2):
        async with world.client.sessions() as session, session.begin():
            await service.revoke(session, licence["number"], "提交虚假材料", today())
    found = await verify(world, licence["licence"])
    assert (found["valid"], found["reason"]) == (False, "revoked")
    assert found["licence"]["name"] == licence["content"]["name"]
    assert (await world.get(f"/v1/licences/{licence['number']}")).json()["state"] == "revoked"
    assert await world.audited(licence["number"]) == ["licence.issued", "licence.revoked"]


async def test_a_licence_nobody_issued_is_not_found(world: World) -> None:
    answer = await world.get("/v1/licences/ZZ421303-20200101-000001")
    assert (answer.status_code, answer.json()["code"]) == (404, "licence_unknown")


async def test_own_licences_are_ones_own(world: World) -> None:
    await issued(world)
    assert (await world.get("/v1/me/licences", world.person())).json()["items"] == []
    assert (await world.get("/v1/me/licences")).status_code == 401


@pytest.mark.parametrize(
    ("known", "same_text", "finding"),
    [
        (None, False, Finding.UNKNOWN),
        (LicenceState.VALID, False, Finding.UNKNOWN),
        (LicenceState.VALID, True, Finding.VALID),
        (LicenceState.REVOKED, True, Finding.REVOKED),
    ],
)
def test_a_licence_is_worth_what_the_record_says(known: LicenceState | None, same_text: bool, finding: Finding) -> None:
    assert finding_of(known, same_text=same_text) is finding


def test_every_finding_speaks_both_languages() -> None:
    assert set(FINDING_LABELS) == set(Finding)
