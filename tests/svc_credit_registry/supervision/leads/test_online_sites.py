"""The register of online operators: one operator at a time, with a mark, looked up by everybody."""

import asyncio
import uuid
from typing import Any

import pytest

from svc_credit_registry.supervision.operators import rules
from svc_credit_registry.supervision.operators.errors import SiteInvalid
from tests.svc_credit_registry.supervision.leads.desk import Desk

PATH = "/v1/online-sites"


def site(code: str, **changes: Any) -> dict[str, Any]:
    given = {
        "code": code, "kind": "website", "name": "随州特产商城", "icp_number": "鄂ICP备12345678号-1",
        "address": f"https://www.shop-{uuid.uuid4().hex[:10]}.com/", "opened_on": "2025-03-01",
    }  # fmt: skip
    return given | changes


async def test_a_site_is_found_by_domain_by_number_and_by_enterprise(desk: Desk) -> None:
    code = await desk.enterprise()
    number = f"鄂ICP备{uuid.uuid4().int % 10**8:08d}号"
    made = await desk.ok("POST", PATH, desk.officer(), site(code, icp_number=number))
    assert (made["mark"], made["domain"].startswith("shop-")) == ("unverified", True)
    for params in ({"domain": f"http://WWW.{made['domain'].upper()}/x?y=1"}, {"icp_number": number}, {"code": code}):
        found = (await desk.client.get(PATH, params=params)).json()["items"]
        assert [s["id"] for s in found] == [made["id"]], params
    listed = await desk.get(f"/v1/enterprises/{code}/online-sites")
    assert [s["id"] for s in listed["items"]] == [made["id"]]
    assert (await desk.client.get("/v1/enterprises/91110000600037341L/online-sites")).status_code == 404


async def test_the_page_of_a_site_is_conditional(desk: Desk) -> None:
    made = await desk.ok("POST", PATH, desk.officer(), site(await desk.enterprise()))
    first = await desk.client.get(f"{PATH}/{made['id']}")
    again = await desk.client.get(f"{PATH}/{made['id']}", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert (await desk.client.get(f"{PATH}/{uuid.uuid4()}")).status_code == 404


async def test_a_domain_has_one_operator_until_it_is_closed_or_refuted(desk: Desk) -> None:
    mine, other = await desk.enterprise(), await desk.enterprise()
    given = site(mine)
    made = await desk.ok("POST", PATH, desk.officer(), given)
    taken = await desk.call("POST", PATH, desk.officer(), given | {"code": other})
    assert (taken.status_code, taken.json()["code"]) == (409, "site_taken")
    refuted = await desk.ok(
        "POST", f"{PATH}/{made['id']}/verification", desk.officer(),
        {"outcome": "refuted", "reason": "域名持有人为他人"}, If_Match='"1"',
    )  # fmt: skip
    assert refuted["mark"] == "refuted"
    theirs = await desk.ok("POST", PATH, desk.officer(), given | {"code": other})
    back = await desk.call(
        "POST", f"{PATH}/{made['id']}/verification", desk.officer(), {"outcome": "verified", "reason": "x"},
        If_Match=f'"{refuted["version"]}"',
    )  # fmt: skip
    assert back.json()["code"] == "site_taken"
    closed = await desk.ok(
        "POST", f"{PATH}/{theirs['id']}/closure", desk.officer(), {"closed_on": "2026-10-01", "reason": "注销备案"},
        If_Match='"1"',
    )  # fmt: skip
    assert closed["closed_on"] == "2026-10-01"
    again = await desk.call(
        "POST", f"{PATH}/{theirs['id']}/closure", desk.officer(), {"closed_on": "2026-10-02", "reason": "x"},
        If_Match=f'"{closed["version"]}"',
    )  # fmt: skip
    assert again.json()["code"] == "site_closed"
    await desk.ok("POST", PATH, desk.officer(), given)


async def test_two_at_once_register_it_once(desk: Desk) -> None:
    given = site(await desk.enterprise())
    answers = await asyncio.gather(*(desk.call("POST", PATH, desk.officer(), given) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]


async def test_a_shop_is_known_by_its_platform_and_account(desk: Desk) -> None:
    code = await desk.enterprise()
    shop = site(code, kind="platform_shop", address=None, platform="某平台", account=uuid.uuid4().hex)
    made = await desk.ok("POST", PATH, desk.officer(), shop)
    assert made["domain"] is None
    assert (await desk.call("POST", PATH, desk.officer(), shop)).json()["code"] == "site_taken"


@pytest.mark.parametrize(
    "changes",
    [
        {"address": None}, {"address": "localhost"}, {"address": "http://10.0.0.1/"}, {"icp_number": "随便"},
        {"opened_on": "2199-01-01"}, {"kind": "app", "address": None}, {"kind": "pigeon"}, {"name": " "},
    ],
)  # fmt: skip
async def test_what_can_be_no_site(desk: Desk, changes: dict[str, Any]) -> None:
    answer = await desk.call("POST", PATH, desk.officer(), site(await desk.enterprise(), **changes))
    assert answer.status_code == 422, answer.text


async def test_the_authority_of_the_operators_region_keeps_it(desk: Desk) -> None:
    code = await desk.enterprise()
    stranger = await desk.call("POST", PATH, desk.officer("421321"), site(code))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_your_operator")
    assert (await desk.call("POST", PATH, desk.machine(), site(code))).status_code == 403
    made = await desk.ok("POST", PATH, desk.officer(), site(code))
    path, body = f"{PATH}/{made['id']}/verification", {"outcome": "verified", "reason": "现场核验"}
    assert (await desk.call("POST", path, desk.officer("421321"), body, If_Match='"1"')).status_code == 403
    assert (await desk.call("POST", path, desk.officer(), body)).status_code == 428
    assert (await desk.call("POST", path, desk.officer(), body, If_Match='"4"')).status_code == 412


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Example.com/a", "example.com"), ("example.com.", "example.com"),
        ("http://商城.中国:8080/", "xn--czru2d.xn--fiqs8s"), ("a-b.co", "a-b.co"),
        ("m.shop.example.cn", "m.shop.example.cn"),
    ],
)  # fmt: skip
async def test_domains_as_they_are_compared(text: str, domain: str) -> None:
    assert rules.domain_of(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "1.2.3.4",
        "-a.com",
        "a..com",
        "http://[::1]/",
        "a_b.com",
        "http://[",
        "javascript://example.com/%0aalert(1)",
        "ftp://example.com",
    ],
)
async def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(SiteInvalid):
        rules.domain_of(text)
