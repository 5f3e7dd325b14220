"""Machines which ask for the same again are answered past the framework: by the same rules, and as durably."""

import asyncio
import base64
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from svc_sso.renewals.rules import refresh_token_in
from svc_sso.renewals.service import Renewal, Renewals
from svc_sso.repeats.routes import REPEATED, repeats_in
from svc_sso.repeats.rules import asked_in, is_for_machines, pattern_of
from tests.support.servers import Servers
from tests.support.ways import Way
from tests.svc_sso.clients import register
from tests.svc_sso.conftest import SECRETS, Provider, oauth_refused

AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
FORM = (b"content-type", b"application/x-www-form-urlencoded")
BASIC = (b"authorization", b"Basic Z2F0ZXdheTp4")


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here."""
    return kept_sso


async def written(sso: Provider, client: str) -> list[str]:
    async with sso.client.sessions() as session:
        query = text("SELECT after FROM audit_log WHERE action = 'tokens.issued' AND actor = :client ORDER BY id")
        rows = (await session.execute(query, {"client": client})).scalars().all()
    return [token["jti"] for row in rows for token in row["tokens"]]


async def test_each_token_is_its_own_and_stands_in_the_audit(sso: Provider) -> None:
    before = REPEATED._value.get()

    async def ask() -> tuple[str, str]:
        answer = await sso.token("svc-services", grant_type="client_credentials", audience="complaints")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return json.dumps(sorted(answer.json())), str(answer.json()["access_token"])

    answers = []
    async with asyncio.timeout(60):
        while REPEATED._value.get() == before:
            answers += [await ask(), *await asyncio.gather(*(ask() for _ in range(20)))]
    assert len({names for names, _ in answers}) == 1
    claims = [await sso.claims(token) for _, token in answers]
    own = ("iat", "nbf", "exp", "jti")
    lasting = {json.dumps({n: v for n, v in each.items() if n not in own}, sort_keys=True) for each in claims}
    assert len(lasting) == 1
    assert all(each["exp"] - each["iat"] == 300 and each["nbf"] == each["iat"] for each in claims)
    issued = [str(each["jti"]) for each in claims]
    assert len(set(issued)) == len(issued)
    assert set(issued) <= set(await written(sso, "svc-services"))


async def test_a_wrong_secret_never_gets_what_the_right_one_gets(sso: Provider) -> None:
    form = {"grant_type": "client_credentials", "audience": "complaints"}
    assert (await sso.token("svc-services", **form)).status_code == 200
    for secret in ("wrong", SECRETS["svc-services"] + " ", ""):
        answer = await sso.client.post("/oauth2/token", data=form, auth=("svc-services", secret))
        oauth_refused(answer, "invalid_client", 401)


async def test_who_was_disabled_gets_nothing_any_more(sso: Provider) -> None:
    machine = await register(sso, token_endpoint_auth_method="client_secret_basic")
    form = {"grant_type": "client_credentials", "audience": "gateway"}

    async def status() -> int:
        answer = await sso.client.post("/oauth2/token", data=form, auth=(machine.id, machine.secret))
        return answer.status_code

    before = REPEATED._value.get()
    assert [await status(), await status()] == [200, 200]
    assert REPEATED._value.get() > before
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE clients SET disabled_at = now() WHERE id = :id"), {"id": machine.id})
    assert await status() == 401


async def test_a_former_secret_gets_nothing_once_it_has_run_out(sso: Provider) -> None:
    machine = await register(sso, token_endpoint_auth_method="client_secret_basic")
    form = {"grant_type": "client_credentials", "audience": "gateway"}

    async def set_to(changes: str) -> None:
        async with sso.client.sessions.begin() as session:
            await session.execute(text(f"UPDATE clients SET {changes} WHERE id = :id"), {"id": machine.id})

    async def status() -> int:
        answer = await sso.client.post("/oauth2/token", data=form, auth=(machine.id, machine.secret))
        return answer.status_code

    await set_to(
        "previous_secret_hash = secret_hash, secret_hash = '\\x00', previous_secret_until = now() + interval '1 hour'"
    )
    before = REPEATED._value.get()
    assert [await status(), await status()] == [200, 200]
    assert REPEATED._value.get() > before
    await set_to("previous_secret_until = now()")
    assert await status() == 401


async def test_without_a_database_nothing_goes_out(sso: Provider) -> None:
    form = {"grant_type": "client_credentials", "audience": "disclosure"}
    assert (await sso.token("svc-complaints", **form)).status_code == 200
    async with sso.client.sessions.begin() as session:
        await session.execute(text("ALTER TABLE audit_log RENAME TO audit_log_away"))
    refused = await sso.token("svc-complaints", **form)
    async with sso.client.sessions.begin() as session:
        await session.execute(text("ALTER TABLE audit_log_away RENAME TO audit_log"))
    assert refused.status_code >= 500
    assert (await sso.token("svc-complaints", **form)).status_code == 200


async def test_when_the_database_ends_its_connection_the_token_endpoint_answers(
    sso: Provider, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = await register(sso, token_endpoint_auth_method="client_secret_basic")
    form = {"grant_type": "client_credentials", "audience": "gateway"}

    async def status() -> int:
        answer = await sso.client.post("/oauth2/token", data=form, auth=(machine.id, machine.secret))
        return answer.status_code

    ledger = repeats_in(sso.client.app).ledger
    await ledger.close()
    async with Way(servers) as way:
        monkeypatch.setattr(ledger, "dsn", ledger.dsn.replace(f":{servers.port}/", f":{way.port}/"))
        assert [await status(), await status()] == [200, 200]
        await way.say_goodbye(ledger._connection)
        assert [await status() for _ in range(3)] == [200, 200, 200]
        await ledger.close()


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ([BASIC, FORM], True),
        ([BASIC, (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")], True),
        ([BASIC], False),
        ([FORM], False),
        ([BASIC, BASIC, FORM], False),
        ([(b"authorization", b"Bearer x"), FORM], False),
        ([BASIC, FORM, (b"dpop", b"x")], False),
        ([BASIC, FORM, (b"transfer-encoding", b"chunked")], False),
        ([BASIC, FORM, (b"content-length", b"5000")], False),
        ([BASIC, FORM, (b"content-length", b"x")], False),
    ],
)
async def test_requests_which_may_be_repetitions(headers: list[tuple[bytes, bytes]], known: bool) -> None:
    assert (asked_in(headers) is not None) == known


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (b"grant_type=client_credentials&audience=complaints", True),
        (b"audience=complaints&grant_type=client_credentials", True),
        (b"grant_type=refresh_token&refresh_token=x", False),
        (b"grant_type=client_credentials&client_id=x", False),
        (b"grant_type=client_credentials&client_assertion=x", False),
        (b"\xff", False),
        (b"grant_type", False),
    ],
)
async def test_forms_which_may_be_repetitions(body: bytes, known: bool) -> None:
    assert is_for_machines(body) is known


@pytest.mark.parametrize(
    "more", [{"kind": "person"}, {"sid": "x"}, {"cnf": {"jkt": "x"}}, {"act": {"sub": "x"}}], ids=str
)
async def test_only_a_machine_s_own_token_makes_a_pattern(more: dict[str, object]) -> None:
    claims = {"kind": "system", "client_id": "a", "aud": "sso", "iat": 1, "nbf": 1, "exp": 301, "jti": "j"}
    made = pattern_of(claims, AS_OF, 0.0)
    assert made is not None
    assert json.loads(made.claims_at(7, "k")) == claims | {"iat": 7, "nbf": 7, "exp": 307, "jti": "k"}
    assert pattern_of(claims | more, AS_OF, 0.0) is None
    assert pattern_of(claims, None, 0.0) is None


# Refreshes, many at once.


async def person(sso: Provider) -> dict[str, str]:
    return await sso.login((await sso.account())["username"])


def claims_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


async def refresh(sso: Provider, token: str, **more: str) -> dict[str, str]:
    answer = await sso.token(grant_type="refresh_token", refresh_token=token, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


@pytest.fixture
def renewed(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """What was done together with others, None for each which had to go the long way."""
    told: list[bytes | None] = []
    real = Renewals.renew

    async def listening(self: Renewals, asked: Renewal) -> bytes | None:
        told.append(await real(self, asked))
        return told[-1]

    monkeypatch.setattr(Renewals, "renew", listening)
    return told


async def test_a_plain_refresh_says_what_the_long_way_says(sso: Provider, renewed: list[bytes | None]) -> None:
    tokens = await person(sso)
    quick = await refresh(sso, tokens["refresh_token"])
    assert renewed[-1] is not None
    slow = await refresh(sso, quick["refresh_token"], scope="openid profile")
    assert len(renewed) == 1
    assert set(quick) == set(slow)
    own = {"iat", "nbf", "exp", "jti", "at_hash"}
    for kind in ("access_token", "id_token"):
        one, other = claims_of(quick[kind]), claims_of(slow[kind])
        assert {n: v for n, v in one.items() if n not in own} == {n: v for n, v in other.items() if n not in own}
    assert await sso.claims(quick["access_token"])
    again = await refresh(sso, quick["refresh_token"], scope="openid profile")
    assert again == slow


async def test_of_many_at_once_each_family_goes_on_once(sso: Provider, renewed: list[bytes | None]) -> None:
    families = [await person(sso) for _ in range(3)]
    calls = [refresh(sso, tokens["refresh_token"]) for tokens in families for _ in range(4)]
    answers = await asyncio.gather(*calls)
    assert any(answer is not None for answer in renewed)
    successors = {answer["refresh_token"] for answer in answers}
    assert len(successors) == len(families)
    for token in successors:
        await refresh(sso, token)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE grants SET revoked_at = now()",
        "UPDATE grants SET created_at = now() - interval '12 h'",
        "UPDATE login_sessions SET ended_at = now()",
        "UPDATE login_sessions SET last_seen_at = now() - interval '1 d'",
        "UPDATE accounts SET disabled_at = now()",
        "UPDATE refresh_tokens SET used_at = now() - interval '1 h'",
        "UPDATE clients SET grant_types = '[\"authorization_code\"]' WHERE id = 'gateway'",
    ],
)
async def test_what_ended_is_not_renewed(sso: Provider, renewed: list[bytes | None], change: str) -> None:
    tokens = await person(sso)
    async with sso.client.sessions.begin() as session:
        kept = await session.scalar(text("SELECT grant_types FROM clients WHERE id = 'gateway'"))
        await session.execute(text(change))
    answer = await sso.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    async with sso.client.sessions.begin() as session:
        restore = text("UPDATE clients SET grant_types = CAST(:kept AS jsonb) WHERE id = 'gateway'")
        await session.execute(restore, {"kept": json.dumps(kept)})
    assert answer.status_code == 400
    assert renewed == [None]


async def test_only_its_client_renews_a_token(sso: Provider, renewed: list[bytes | None]) -> None:
    tokens = await person(sso)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    wrong = await sso.client.post("/oauth2/token", data=form, auth=("gateway", "wrong"))
    oauth_refused(wrong, "invalid_client", 401)
    async with sso.client.sessions.begin() as session:
        grants = '["refresh_token"]'
        await session.execute(text(f"UPDATE clients SET grant_types = '{grants}' WHERE id = 'svc-complaints'"))
    other = await sso.client.post("/oauth2/token", data=form, auth=("svc-complaints", SECRETS["svc-complaints"]))
    oauth_refused(other, "invalid_grant")
    assert renewed == [None, None]
    await refresh(sso, tokens["refresh_token"])


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (b"grant_type=refresh_token&refresh_token=abc", "abc"),
        (b"refresh_token=abc&grant_type=refresh_token", "abc"),
        (b"grant_type=refresh_token&refresh_token=abc&scope=openid", None),
        (b"grant_type=refresh_token&refresh_token=abc&refresh_token=abd", None),
        (b"grant_type=refresh_token&refresh_token=", None),
        (b"grant_type=authorization_code&refresh_token=abc", None),
        (b"", None),
    ],
)
async def test_forms_of_plain_refreshes(body: bytes, token: str | None) -> None:
    assert refresh_token_in(body) == token
