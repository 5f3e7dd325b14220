"""The rules which need no database, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from svc_sso.accounts.errors import AdministratorsExclude, BadUsername, RoleUnknown
from svc_sso.accounts.rules import PERSON, STAFF, check_roles, check_username, permissions_of
from svc_sso.clients.errors import OAuthError
from svc_sso.credentials.errors import WeakPassword
from svc_sso.credentials.rules import check_password
from svc_sso.credentials.service import HASHER
from svc_sso.grants.rules import narrowed, proves
from svc_sso.oauth.rules import basic_credentials, single_values
from svc_sso.oidc.errors import RedirectedError
from svc_sso.oidc.rules import check, needs_login, with_params
from svc_sso.sessions.rules import end_of
from svc_sso.sign_ins.rules import PAIR, STRANGERS, Count, counted, wait
from svc_sso.tokens.rules import Issue, Login, Subject, access_claims, act_of, permissions_for

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("username", "kind", "fine"),
    [
        ("zhang.wei", PERSON, True),
        ("ops", STAFF, True),
        ("ops", PERSON, False),
        ("a" * 32, PERSON, True),
        ("a" * 33, PERSON, False),
        ("张伟张伟", PERSON, False),
        (".wei", PERSON, False),
        ("zhang wei", PERSON, False),
        ("zhang\n", PERSON, False),
    ],
)
def test_user_names(username: str, kind: str, fine: bool) -> None:
    if fine:
        check_username(username, kind)
    else:
        with pytest.raises(BadUsername):
            check_username(username, kind)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("correct horse", None),
        ("密码很长很长很长很长", None),
        ("x1" * 32 + "yz", None),
        ("short12", "too_short"),
        ("ab1" * 43, "too_long"),
        ("Password123", "too_common"),
        ("1234567890", "too_common"),
        ("aaaaaaaaaaaab", "too_common"),
        ("my-ZHANG.WEI-1", "contains_username"),
    ],
)
def test_passwords(password: str, fault: str | None) -> None:
    if fault is None:
        check_password(password, "zhang.wei")
        return
    with pytest.raises(WeakPassword) as refusal:
        check_password(password, "zhang.wei")
    assert [e.code for e in refusal.value.errors] == [fault]


@pytest.mark.parametrize("pair", [("system_admin", "audit_admin"), ("security_admin", "audit_admin")])
def test_administrators_exclude_each_other(pair: tuple[str, str]) -> None:
    with pytest.raises(AdministratorsExclude):
        check_roles(pair)


def test_unknown_roles_are_refused_and_known_ones_mix() -> None:
    check_roles(["registrar", "complaint_officer", "system_admin"])
    with pytest.raises(RoleUnknown):
        check_roles(["king"])


def test_permissions_come_from_kind_and_roles() -> None:
    assert "complaints:complaints:file" in permissions_of(PERSON, [])
    assert permissions_of(STAFF, ["registrar"]) == {"services:applications:handle", "sso:identities:check"}
    assert permissions_of(STAFF, []) == frozenset()


def test_a_token_for_a_service_carries_only_what_counts_there() -> None:
    held = ["services:names:reserve", "complaints:complaints:file", "platform:operations", "sso:accounts:administer"]
    assert permissions_for("services", held) == ["platform:operations", "services:names:reserve"]
    assert permissions_for("sso", held) == sorted(held)


def test_a_token_never_outlives_the_log_in() -> None:
    issue = Issue("i", "gateway", "services", "openid", 1000, 300, "j")
    claims = access_claims(issue, Subject("s", PERSON, frozenset()), Login("sid", "acr", 900, 1100), None)
    assert claims["exp"] == 1100
    assert "unit" not in claims
    assert "act" not in claims


def test_who_acted_before_stands_within() -> None:
    assert act_of({"act": {"sub": "svc-a"}}, "svc-b") == {"sub": "svc-b", "act": {"sub": "svc-a"}}


def test_a_session_ends_by_disuse_or_age() -> None:
    later = NOW + timedelta(hours=1)
    assert end_of(NOW, expires_at=later, last_seen_at=NOW, idle=timedelta(minutes=15)) is None
    assert end_of(NOW, expires_at=NOW, last_seen_at=NOW, idle=timedelta(minutes=15)) == "expired"
    assert end_of(NOW, expires_at=later, last_seen_at=NOW - timedelta(minutes=15), idle=timedelta(minutes=15)) == "idle"


def test_the_fifth_failure_makes_the_next_wait_and_waits_grow() -> None:
    count: Count | None = None
    for _ in range(4):
        count = counted(count, PAIR, NOW)
        assert wait(count, NOW) == 0
    count = counted(count, PAIR, NOW)
    assert wait(count, NOW) == 60
    later = NOW + timedelta(seconds=61)
    assert wait(count, later) == 0
    assert wait(counted(count, PAIR, later), later) == 120
    for _ in range(30):
        count = counted(count, PAIR, later)
    assert wait(count, later) == 900


def test_few_failures_are_forgotten_soon_and_many_late() -> None:
    few = Count(4, NOW)
    assert counted(few, PAIR, NOW + timedelta(seconds=61)).attempts == 1
    many = Count(5, NOW, NOW + timedelta(seconds=60))
    assert counted(many, PAIR, NOW + timedelta(seconds=61)).attempts == 6
    assert counted(many, PAIR, NOW + timedelta(minutes=16)).attempts == 1
    assert STRANGERS.failures > PAIR.failures


def test_a_verifier_proves_its_challenge_only() -> None:
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proves(verifier, challenge)
    assert not proves(verifier[:-1] + "j", challenge)
    assert not proves(challenge, challenge)
    assert not proves(None, challenge)
    assert not proves("short", challenge)


def test_scopes_are_only_narrowed() -> None:
    assert narrowed(None, "openid profile") == "openid profile"
    assert narrowed("openid", "openid profile") == "openid"
    assert narrowed("openid admin", "openid profile") is None


def test_repeated_parameters_are_refused_and_empty_ones_left_out() -> None:
    assert single_values([("a", "1"), ("b", "")]) == {"a": "1"}
    with pytest.raises(OAuthError):
        single_values([("a", "1"), ("a", "2")])
    with pytest.raises(OAuthError):
        single_values([("a", "x" * 20_000)])


def test_basic_credentials_are_read_as_the_rfc_encodes_them() -> None:
    assert basic_credentials("Basic YTpi") == [("a", "b")]
    assert basic_credentials("Basic YTpiJTJC") == [("a", "b+"), ("a", "b%2B")]
    for wrong in ("Bearer YTpi", "Basic YWI=", "Basic !!!"):
        with pytest.raises(OAuthError):
            basic_credentials(wrong)


GOOD = {
    "response_type": "code",
    "scope": "openid",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "https://a"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"state": "s" * 3000}, "invalid_request"),
    ],
)
def test_authorization_requests_which_are_refused(changes: dict[str, str | None], error: str) -> None:
    check(GOOD)
    params = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(RedirectedError) as refusal:
        check(params)
    assert refusal.value.code == error


def test_when_the_password_is_asked_again() -> None:
    assert needs_login({}, None, NOW)
    assert not needs_login({}, NOW, NOW)
    assert needs_login({"prompt": "login"}, NOW, NOW)
    assert needs_login({"max_age": "1"}, NOW - timedelta(seconds=2), NOW)
    assert not needs_login({"max_age": "10000"}, NOW - timedelta(seconds=2), NOW)


def test_parameters_join_an_address() -> None:
    assert with_params("https://a/b", {"x": "1", "y": None}) == "https://a/b?x=1"
    assert with_params("https://a/b?q=2", {"x": "1 2"}) == "https://a/b?q=2&x=1+2"


def test_a_hash_costs_what_owasp_asks_for() -> None:
    """Outside of tests, which hash for less: 19 MiB, two passes, one lane (OWASP, Password Storage Cheat Sheet)."""
    assert HASHER.hash("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
