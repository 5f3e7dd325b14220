"""The rules of log-ins which need no database, as tables."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from shared.local import demo as local
from svc_sso import demo
from svc_sso.consents.rules import Wish, covers, wish_of
from svc_sso.credentials.errors import WeakPassword
from svc_sso.credentials.rules import EXPIRED, GIVEN_OUT, POLICIES, check_password, common_passwords, due, kinds_of
from svc_sso.factors.rules import (
    ACR_MFA,
    ACR_PASSKEY,
    ACR_PASSWORD,
    Owned,
    Shown,
    acr_of,
    lowest,
    next_step,
    plain,
    step_of,
    with_method,
)
from svc_sso.oidc.errors import RedirectedError
from svc_sso.oidc.rules import asked_acrs, asked_subject, claims_of
from svc_sso.oidc.service import is_weak
from svc_sso.pages.render import device
from svc_sso.sign_ins.rules import OPENING, SECOND, Count, Limit, counted, wait

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NONE, APP, KEY, PAPER = Owned(), Owned(authenticators=1), Owned(passkeys=1), Owned(recovery_codes=1)
BOTH = Owned(1, 1, 10)


@pytest.mark.parametrize(
    ("amr", "owned", "staff", "wanted", "step"),
    [
        ("", APP, False, None, "identify"),
        ("pwd", NONE, False, None, "done"),
        ("pwd", APP, False, None, "second"),
        ("pwd", PAPER, False, None, "second"),
        ("pwd otp", APP, False, None, "done"),
        ("pop", KEY, False, None, "done"),
        ("pop", KEY, True, ACR_MFA, "done"),
        ("pwd", NONE, True, None, "enrol"),
        ("pwd", PAPER, True, None, "second"),
        ("pwd otp", NONE, True, None, "enrol"),
        ("pwd otp", PAPER, True, None, "enrol"),
        ("pwd otp", APP, True, None, "done"),
        ("pwd", NONE, False, ACR_MFA, "enrol"),
        ("pwd", NONE, False, ACR_PASSWORD, "done"),
        ("pwd otp", APP, False, ACR_PASSKEY, "enrol"),
        ("pwd otp", BOTH, False, ACR_PASSKEY, "second"),
        ("pwd pop", BOTH, False, ACR_PASSKEY, "done"),
    ],
)
def test_what_is_asked_for_next(amr: str, owned: Owned, staff: bool, wanted: str | None, step: str) -> None:
    assert next_step(Shown(frozenset(amr.split()), owned, staff, wanted)) == step


def test_a_due_password_is_changed_after_the_second_factor_and_a_consent_comes_last() -> None:
    shown = {"owned": APP, "is_staff": True, "password_due": True, "consent_due": True}
    assert next_step(Shown(frozenset({"pwd"}), **shown)) == "second"  # type: ignore[arg-type]
    assert next_step(Shown(frozenset({"pwd", "otp"}), **shown)) == "change"  # type: ignore[arg-type]
    assert next_step(Shown(frozenset({"pwd", "otp"}), **shown | {"password_due": False})) == "consent"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "method", "after", "acr"),
    [
        ([], "pwd", ["pwd"], ACR_PASSWORD),
        (["pwd"], "otp", ["pwd", "otp", "mfa"], ACR_MFA),
        ([], "pop", ["pop", "mfa"], ACR_PASSKEY),
        (["pwd", "otp", "mfa"], "pop", ["pwd", "otp", "pop", "mfa"], ACR_PASSKEY),
        ([], "otp", ["otp"], ACR_PASSWORD),
    ],
)
def test_methods_make_a_class(before: list[str], method: str, after: list[str], acr: str) -> None:
    assert with_method(before, method) == after
    assert acr_of(after) == acr


@pytest.mark.parametrize(("shift", "used", "taken"), [(-1, 0, True), (0, 0, True), (1, 0, True), (2, 0, False),
                                                      (-2, 0, False), (0, 1, True), (-1, 1, False)])  # fmt: skip
def test_a_code_is_of_the_window_and_newer_than_the_last(shift: int, used: int, taken: bool) -> None:
    secret, step = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 60_000_000
    code = pyotp.TOTP(secret).generate_otp(step + shift)
    found = step_of(code, secret, step * 30 + 7, step - 1 if used else 0)
    assert found == (step + shift if taken else None)


def test_a_code_of_other_letters_is_wrong() -> None:
    assert step_of("Xp\u00ddh\U00035f2f~", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_800_000_000, 0) is None


@pytest.mark.parametrize(("typed", "meant"), [("123 456", "123456"), ("１２３456", "123456"), ("ab-ef23", "ABEF23")])
def test_codes_are_read_as_they_are_meant(typed: str, meant: str) -> None:
    assert plain(typed) == meant


@pytest.mark.parametrize(
    ("policy", "password", "fault"),
    [
        ("asvs", "eightchr", None),
        ("asvs", "7letter", "too_short"),
        ("asvs", "x1Yz" * 32, None),
        ("asvs", "x1Yz" * 33, "too_long"),
        ("asvs", "Password1", "too_common"),
        ("asvs", "football1", "too_common"),
        ("asvs", "yiwang12315a", "contains_context"),
        ("asvs", "一网通办一网通办", "contains_context"),
        ("mlps3", "eight chars here", "too_uniform"),
        ("mlps3", "Eightchar", "too_uniform"),
        ("mlps3", "Eight char", None),
        ("mlps3", "Eightchr8", None),
        ("mlps3", "密码Ab很长很长", None),
    ],
)
def test_what_a_password_must_be(policy: str, password: str, fault: str | None) -> None:
    if fault is None:
        check_password(password, "zhang.wei", POLICIES[policy])
        return
    with pytest.raises(WeakPassword) as refusal:
        check_password(password, "zhang.wei", POLICIES[policy])
    assert [error.code for error in refusal.value.errors] == [fault]


def test_the_commonest_passwords_are_there_and_kinds_are_counted() -> None:
    assert len(common_passwords()) > 10_000
    assert min(map(len, common_passwords())) == 8
    assert [kinds_of(text) for text in ("a", "aA", "aA1", "aA1!", "密", "")] == [1, 2, 3, 4, 1, 0]


@pytest.mark.parametrize(
    ("policy", "given_out", "days", "reason"),
    [
        ("mlps3", False, 89, None), ("mlps3", False, 90, EXPIRED), ("mlps3", True, 0, GIVEN_OUT),
        ("asvs", False, 9999, None), ("asvs", True, 0, GIVEN_OUT),
    ],
)  # fmt: skip
def test_when_a_password_must_be_changed(policy: str, given_out: bool, days: int, reason: str | None) -> None:
    assert due(given_out, NOW - timedelta(days=days), POLICIES[policy], NOW) == reason


@pytest.mark.parametrize("limit", [SECOND, OPENING])
def test_waits_begin_at_the_limit_and_grow_to_the_longest(limit: Limit) -> None:
    count: Count | None = None
    at, waits = NOW, []
    for _ in range(limit.failures + 6):
        count = counted(count, limit, at)
        waits.append(wait(count, at))
        at += timedelta(seconds=wait(count, at))
    assert waits[: limit.failures - 1] == [0] * (limit.failures - 1)
    assert waits[limit.failures - 1 :][:5] == [60, 120, 240, 480, 900]


@pytest.mark.parametrize("claims", ["x", "[]", '{"userinfo": 1}', '{"id_token": {"acr": 1}}', "[" * 3000, "1" * 5000])
def test_a_malformed_claims_parameter_is_refused(claims: str) -> None:
    with pytest.raises(RedirectedError) as refusal:
        claims_of({"claims": claims})
    assert refusal.value.code == "invalid_request"


def test_what_a_client_asks_for_one_by_one() -> None:
    asked = '{"id_token": {"acr": {"values": ["b", "a"]}, "sub": {"value": "7"}, "auth_time": null}, "userinfo": null}'
    params = {"claims": asked, "acr_values": "c"}
    assert (asked_acrs(params), asked_subject(params)) == (["b", "a"], "7")
    assert asked_acrs({"acr_values": "c d"}) == ["c", "d"]
    assert claims_of({}) is None
    assert lowest(["x", ACR_PASSKEY, ACR_MFA]) == ACR_MFA
    assert lowest(["x"]) is None


@pytest.mark.parametrize(
    ("acr", "kind", "asked", "weak"),
    [
        (ACR_PASSWORD, "person", [], False),
        (ACR_PASSWORD, "staff", [], True),
        (ACR_PASSWORD, "person", [ACR_MFA], True),
        (ACR_PASSKEY, "person", [ACR_MFA], False),
        (ACR_MFA, "person", [ACR_PASSKEY], True),
        (ACR_PASSWORD, "person", ["of.somebody.else"], False),
    ],
)
def test_a_log_in_is_weak_for_what_is_asked(acr: str, kind: str, asked: list[str], weak: bool) -> None:
    assert is_weak(acr, kind, asked) is weak


def test_a_consent_covers_the_same_and_less() -> None:
    wish = wish_of("openid profile", {"userinfo": {"email": None, "sub": None}, "id_token": {"acr": None}})
    assert wish == Wish(frozenset({"openid", "profile"}), frozenset({"email"}))
    assert covers(["openid", "profile", "phone"], ["email"], wish)
    assert not covers(["openid", "profile"], [], wish)
    assert not covers(["openid"], ["email"], wish)


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0", "微信 · iPhone"),
        ("curl/8", "curl/8"),
        ("", "—"),
    ],
)
def test_devices_have_short_names(agent: str, shown: str) -> None:
    assert device(agent) == shown


def test_the_runner_knows_the_codes_of_demo_accounts() -> None:
    assert local.PASSWORD == demo.PASSWORD
    assert [local.totp_secret(each[0]) for each in demo.STAFF_ACCOUNTS] == [
        demo.totp_secret(each[0]) for each in demo.STAFF_ACCOUNTS
    ]
