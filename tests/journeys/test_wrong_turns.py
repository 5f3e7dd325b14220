"""Wrong turns through the gateway: a clear problem each time, and nothing lost."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from shared.local.demo import PASSWORD
from shared.local.journey.establishment import MATTER, REGISTRY, SERVICES, Journey, open_account
from shared.local.journey.people import Person, new_identity
from tests.support.platform import Platform

pytestmark = pytest.mark.platform
COMPLAINTS, DISCLOSURE, HUB, SSO = "/api/complaints/v1", "/api/disclosure/v1", "/api/hub/v1", "/api/sso/v1"


@pytest.fixture(scope="module")
def officer(platform: Platform) -> Person:
    person = Person(platform.base_url, "officer")
    person.log_in("reg.zengdu", PASSWORD)
    return person


@pytest.fixture
def anyone(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.base_url, timeout=20, verify=False, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{SSO}/me"),
        ("GET", f"{SERVICES}/applications"),
        ("GET", f"{SERVICES}/applications/queue"),
        ("GET", f"{SERVICES}/items"),
        ("GET", f"{COMPLAINTS}/complaints"),
        ("GET", f"{COMPLAINTS}/complaints/queue"),
        ("GET", f"{HUB}/items"),
        ("GET", f"{HUB}/ledger"),
        ("POST", f"{DISCLOSURE}/articles"),
    ],
)
def test_what_is_not_public_needs_a_login(anyone: httpx.Client, method: str, path: str) -> None:
    answer = anyone.request(method, path, headers={"Idempotency-Key": "k"}, json={} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


@pytest.mark.parametrize("path", [f"{SERVICES}/applications/queue", f"{COMPLAINTS}/complaints/queue", f"{HUB}/ledger"])
def test_a_citizen_has_no_rights_of_officers(citizen: Person, path: str) -> None:
    citizen.call("GET", path, expect=403)


def test_what_belongs_to_another_is_not_found(citizen: Person, platform: Platform) -> None:
    draft = citizen.json(
        "POST", f"{SERVICES}/applications", json={"matter_code": MATTER, "region": "421303"}, expect=201
    )
    other = Person(platform.base_url, "other")
    open_account(Journey(platform.base_url, other, other), other, "赵六")
    case = f"{SERVICES}/applications/{draft['id']}"
    other.call("GET", case, expect=404)
    other.call("PATCH", case, json={"form": {}}, headers={"If-Match": '"1"'}, expect=404)
    citizen.call("GET", case)


def test_an_unsafe_call_with_a_cookie_needs_the_csrf_header(citizen: Person) -> None:
    answer = citizen.http.post(f"{SERVICES}/applications", json={}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 403
    foreign = {"Idempotency-Key": "k", "X-CSRF": "1", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert citizen.http.post(f"{SERVICES}/applications", json={}, headers=foreign).status_code == 403


def test_nobody_can_say_who_he_is_in_a_header(anyone: httpx.Client) -> None:
    headers = {"X-User-Id": "x", "X-Forwarded-User": "ops", "Authorization": "Bearer made.up.token"}
    assert anyone.get(f"{SSO}/me", headers=headers).status_code == 401


def test_a_body_that_is_too_large_is_refused(citizen: Person) -> None:
    headers = {"X-CSRF": "1", "Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
    body = b'{"matter_code": "' + b"x" * (1024 * 1024) + b'"}'
    answer = citizen.http.post(f"{SERVICES}/applications", content=body, headers=headers)
    assert answer.status_code == 413


def test_an_account_is_opened_once(platform: Platform) -> None:
    person = Person(platform.base_url, "new")
    identity = new_identity() | {"name": "钱七"}
    person.call("POST", f"{SSO}/accounts", json=identity, expect=201)
    person.call("POST", f"{SSO}/accounts", json=identity, expect=409)
    bad = person.json(
        "POST", f"{SSO}/accounts", json=new_identity() | {"name": "钱七", "id_number": "42130319900101123X"}, expect=422
    )
    assert bad["errors"][0]["pointer"] == "/id_number"


def test_the_repeated_request_makes_one_application(citizen: Person) -> None:
    key, body = str(uuid.uuid4()), {"matter_code": MATTER, "region": "421303"}
    first = citizen.json("POST", f"{SERVICES}/applications", json=body, key=key, expect=201)
    again = citizen.json("POST", f"{SERVICES}/applications", json=body, key=key, expect=201)
    assert first["id"] == again["id"]
    citizen.call("POST", f"{SERVICES}/applications", json=body | {"region": "421321"}, key=key, expect=422)


def test_addresses_in_answers_can_be_followed(citizen: Person) -> None:
    made = citizen.call(
        "POST", f"{SERVICES}/applications", json={"matter_code": MATTER, "region": "421303"}, expect=201
    )
    assert citizen.call("GET", made.headers["location"]).json()["id"] == made.json()["id"]
    page = citizen.call("GET", f"{REGISTRY}/enterprises?limit=1&region=421300")
    following = page.headers["link"].split(";")[0].strip("<>")
    assert citizen.json("GET", following)["items"] != page.json()["items"]
    missing = f"{SERVICES}/applications/{uuid.uuid4()}"
    assert citizen.json("GET", missing, expect=404)["instance"] == missing


def test_the_merged_document_describes_every_service(anyone: httpx.Client) -> None:
    document = anyone.get("/openapi.json").json()
    for service in ("sso", "disclosure", "services", "complaints", "credit-registry"):
        assert any(path.startswith(f"/api/{service}/v1/") for path in document["paths"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary") or operation.get("description"), f"{method} {path}"
    assert anyone.get("/docs").status_code == 200
