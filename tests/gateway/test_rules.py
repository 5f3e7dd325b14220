"""The pure parts: paths, header fields, sessions."""

import pytest

from gateway import routes
from gateway.errors import AmbiguousLength, BadPath, NoSuchService
from gateway.proxy import headers as fields
from gateway.sessions import rules
from shared.errors import BadRequest


@pytest.mark.parametrize(
    ("path", "service", "inside"),
    [
        (b"/api/sso/v1/me", "sso", b"/v1/me"),
        (b"/api/credit-registry/v1/enterprises/91421303MA00000001", "credit-registry", None),
        (b"/api/services/v1/operations/ledger", "services", b"/v1/operations/ledger"),
        (b"/oauth2/authorize", "sso", b"/oauth2/authorize"),
        (b"/.well-known/openid-configuration", "sso", b"/.well-known/openid-configuration"),
        (b"/account", "sso", b"/account"),
        (b"/account/sessions", "sso", b"/account/sessions"),
        (b"/api/services/v1/x/%E9%9A%8F", "services", b"/v1/x/%E9%9A%8F"),
        (b"/api/services/v1/a.b/..c", "services", b"/v1/a.b/..c"),
    ],
)
def test_a_path_leads_to_its_service(path: bytes, service: str, inside: bytes | None) -> None:
    target = routes.resolve(path, b"", "GET")
    assert target.service == service
    assert inside is None or target.path == inside


@pytest.mark.parametrize("path", [b"/api/x/v1/y", b"/api/services", b"/api/services/v1", b"/api/services/metrics"])
def test_other_paths_lead_nowhere(path: bytes) -> None:
    with pytest.raises(NoSuchService):
        routes.resolve(path, b"", "GET")


@pytest.mark.parametrize(
    "path", [b"/a//b", b"/a/../b", b"/a/.", b"/a%2Fb", b"/a%2e%2e", b"/a\\b", b"/a%", b"/a%zz", b"/a%c0%af", b"a", b""]
)
def test_unplain_paths_are_refused(path: bytes) -> None:
    with pytest.raises(BadPath):
        routes.check_path(path)


def test_only_the_hub_and_the_own_pages_are_answered_here() -> None:
    proxied = [b"/api/services/v1/x", b"/oauth2/token", b"/.well-known/openid-configuration", b"/api/x"]
    proxied += [b"/account", b"/account/factors"]
    own = [b"/", b"/accounts", b"/session", b"/api/hub/v1/items", b"/docs", b"/openapi.json", b"/livez"]
    own += [b"/.well-known/x"]
    assert [routes.is_proxied(path) for path in proxied + own] == [True] * 6 + [False] * 8


def test_an_address_of_a_service_is_plain() -> None:
    assert routes.address_of("http://svc-sso:8000").authority == b"svc-sso:8000"
    for url in ("https://x:1", "http://x:1/path", "x:1"):
        with pytest.raises(ValueError, match="address of a service"):
            routes.address_of(url)


@pytest.mark.parametrize(
    "path",
    [
        b"/api/services/v1/applications/7/materials/A1", b"/api/credit-registry/v1/batches/7/files/a.csv",
        b"/api/credit-registry/v1/lead-batches/2026-11-21",
    ],
)  # fmt: skip
def test_uploads_are_puts_of_files(path: bytes) -> None:
    assert routes.resolve(path, b"", "PUT").upload
    assert not routes.resolve(path, b"", "POST").upload
    assert not routes.resolve(b"/api/services/v1/applications/7", b"", "PUT").upload


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"gzip, chunked")],
        [(b"content-length", b"-1")],
        [(b"content-length", b"1" * 16)],
    ],
)
def test_a_length_is_stated_once_and_plainly(headers: fields.Headers) -> None:
    with pytest.raises(AmbiguousLength):
        fields.read(headers)


def test_one_authorization_is_enough() -> None:
    with pytest.raises(BadRequest):
        fields.read([(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")])


def test_cookies_are_told_apart() -> None:
    header = b"a=1; __Host-sid=x=y; sid=2;b"
    assert fields.cookie_value(header, b"__Host-sid") == b"x=y"
    assert fields.cookie_value(header, b"sid") == b"2"
    assert fields.cookie_value(b"asid=1", b"sid") is None
    assert fields.without_cookies(header, (b"__Host-sid", b"sid")) == b"a=1; b"


@pytest.mark.parametrize(
    ("return_to", "kept"),
    [
        ("/a/b?c=d#e", True),
        ("/", True),
        ("//x", False),
        ("/\\x", False),
        ("http://x", False),
        ("/a b", False),
        (None, False),
    ],
)
def test_only_paths_of_this_site_are_returned_to(return_to: str | None, kept: bool) -> None:
    assert rules.local_path(return_to) == (return_to if kept else "/")


def test_a_service_token_is_used_for_two_minutes_at_most_and_renewed_in_time() -> None:
    assert rules.token_times(1000.0, 120.0) == (1048.0, 1110.0)
    assert rules.token_times(1000.0, 300.0) == (1058.0, 1120.0)
    assert rules.token_times(1000.0, 20.0) == (1000.0, 1010.0)
