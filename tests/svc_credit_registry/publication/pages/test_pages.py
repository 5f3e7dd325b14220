"""The pages of the register: search results and records, in two languages, and what they say of wrong input."""

import html
import re
from datetime import date
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import insert

from shared import audit
from shared.auth import Caller
from shared.clock import now, today
from shared.codes import credit_code
from svc_credit_registry.record.enterprises.models import EnterpriseSuccessor
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.objections import service as objections
from svc_credit_registry.reporting.objections.schemas import RecordObjectionIn
from tests.svc_credit_registry.world import World, row

CODE, OTHER = credit_code.make("421303", 61), credit_code.make("421321", 62)
CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en"}


@pytest.fixture(scope="module")
def searched() -> bool:
    """A page lists what is found."""
    return True


@pytest.fixture(scope="module")
async def loaded(kept_world: World) -> World:
    """Two enterprises; who changes what is on record of one loads one of his own."""
    await kept_world.load([
        row(CODE, "随州红光酒业有限公司"),
        row(OTHER, "随县<红光>茶业有限公司", region="421321", status="revoked", ended_on="2020-05-01"),
    ])  # fmt: skip
    await kept_world.settled()
    return kept_world


async def shown(world: World, path: str, language: dict[str, str] = CHINESE, **params: str) -> httpx.Response:
    answer = await world.client.get(f"/registry{path}", params=params, headers=language)
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer


async def test_the_form_alone_searches_for_nothing(loaded: World) -> None:
    page = await shown(loaded, "")
    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text
    assert "查询结果" not in page.text
    assert "湖北省" in page.text


async def test_what_is_found_is_listed_with_its_status(loaded: World) -> None:
    page = await shown(loaded, "", q="红光")
    assert f"/registry/enterprises/{CODE}" in page.text
    assert page.text.index(CODE) < page.text.index(OTHER)
    assert "吊销" in page.text
    assert "共 2 户" in page.text
    narrowed = await shown(loaded, "", q="红光", status="active", region="420000", industry="C")
    assert CODE in narrowed.text
    assert OTHER not in narrowed.text


async def test_results_can_be_narrowed_by_what_they_have(loaded: World) -> None:
    page = await shown(loaded, "", q="红光")
    links = {html.unescape(link) for link in re.findall(r'href="(/registry\?[^"]*)"', page.text)}
    by_region = f"/registry?{urlencode({'q': '红光', 'region': '420000', 'lang': 'zh'})}"
    assert by_region not in links  # both lie in one province: there is no choice
    below = await shown(loaded, "", q="红光", region="421300")
    links = {html.unescape(link) for link in re.findall(r'href="(/registry\?[^"]*)"', below.text)}
    narrowed = f"/registry?{urlencode({'q': '红光', 'region': '421321', 'lang': 'zh'})}"
    assert narrowed in links
    there = await loaded.client.get(narrowed)
    assert OTHER in there.text
    assert CODE not in there.text
    assert '<option value="421321" selected>湖北省随州市随县</option>' in there.text
    assert 'value="2021"' in (await shown(loaded, "", q="红光", established_year="2021")).text


async def test_links_keep_the_language_that_was_chosen(loaded: World) -> None:
    for path, q in (("", "红光"), ("", "红广"), (f"/enterprises/{CODE}", ""), ("/enterprises/1", "")):
        page = await shown(loaded, path, CHINESE, lang="en", q=q)
        links = re.findall(r'href="(/registry[^"]*)"', page.text)
        other = [link for link in links if "lang=zh" in link]
        assert len(other) == 1
        assert all("lang=en" in link for link in links if link not in other)


async def test_a_slash_at_the_end_leads_to_no_address_inside(loaded: World) -> None:
    page = await shown(loaded, "/", q="红光")
    assert (page.status_code, page.url.path) == (200, "/registry/")
    assert CODE in page.text
    assert (await loaded.client.get("/v1/enterprises/")).status_code == 404


async def test_what_was_typed_is_text_and_never_markup(loaded: World) -> None:
    page = await shown(loaded, "", q='"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "params",
    [
        {"q": "红"},
        {"region": "999999"},
        {"industry": "ZZ"},
        {"q": "红光", "cursor": "nonsense"},
        {"status": "asleep"},
        {"on_list": "golden"},
        {"established_year": "1"},
        {"established_year": "二〇二〇"},
        {"q": "红" * 101},
    ],
)
async def test_a_wrong_field_is_told_on_the_page(loaded: World, params: dict[str, str]) -> None:
    page = await shown(loaded, "", CHINESE, **params)
    assert 400 <= page.status_code < 500
    assert 'role="alert"' in page.text
    assert 'name="q"' in page.text


async def test_the_record_of_an_enterprise_is_a_page(loaded: World) -> None:
    page = await shown(loaded, f"/enterprises/{CODE}")
    assert page.status_code == 200
    assert "随州红光酒业有限公司" in page.text
    assert "湖北省随州市曾都区" in page.text
    assert "500,000.00" in page.text
    english = await shown(loaded, f"/enterprises/{CODE}", ENGLISH)
    assert "Legal representative" in english.text
    assert "法定代表人" not in english.text
    chosen = await shown(loaded, f"/enterprises/{CODE}", ENGLISH, lang="zh")
    assert "法定代表人" in chosen.text


@pytest.mark.parametrize(
    ("code", "day", "status"),
    [
        (credit_code.make("421303", 99), "", 404),
        ("123", "", 422),
        (CODE, "2020-01-01", 404),
        (CODE, "2999-01-01", 422),
        (CODE, "2026-02-30", 422),
        (CODE, "x", 422),
    ],
)
async def test_what_cannot_be_shown_says_why(loaded: World, code: str, day: str, status: int) -> None:
    page = await shown(loaded, f"/enterprises/{code}", as_of=day)
    assert page.status_code == status
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(("state", "warned"), [("listed", True), ("removed", False)])
async def test_only_an_entry_that_stands_is_a_warning(loaded: World, state: str, warned: bool) -> None:
    code = credit_code.make("421303", 63 + warned)
    await loaded.load([row(code, f"随州{state}酒业有限公司")])
    content = {
        "ground": "address", "ground_label": "住所失联", "listed_on": "2025-03-01", "decided_by": "AMR-421303",
        "decision_number": "随曾市监异〔2025〕1号", "state": state,
    }  # fmt: skip
    item = records.Item(
        code=code, kind=RecordKind.ABNORMAL_OPERATION, key=state, content=content, producer="AMR-421303",
        provider="AMR-421303", basis="《企业信息公示暂行条例》第十七条", produced_on=date(2025, 3, 1),
        effective_from=date(2025, 3, 1),
    )  # fmt: skip
    async with loaded.client.sessions() as session, session.begin():
        await records.put(session, audit.SYSTEM, item, now())
    page = await shown(loaded, f"/enterprises/{code}")
    assert "住所失联" in page.text
    assert ("该企业现列入" in page.text) is warned


async def test_a_code_that_has_moved_leads_on_with_what_was_asked(loaded: World) -> None:
    async with loaded.client.sessions() as session, session.begin():
        await session.execute(
            insert(EnterpriseSuccessor).values(
                old_code="421303000000001", new_code=CODE, reason="number_unified", since=date(2015, 10, 1),
                producer="AMR-421303", basis="三证合一",
            )
        )  # fmt: skip
    asked = {"lang": "en", "as_of": str(today())}
    moved = await loaded.client.get("/registry/enterprises/421303000000001", params=asked)
    assert moved.status_code == 308
    assert moved.headers["location"] == f"/registry/enterprises/{CODE}?lang=en&as_of={today()}"


async def test_an_item_under_verification_is_marked(loaded: World) -> None:
    code = credit_code.make("421303", 65)
    await loaded.load([row(code, "随州监事酒业有限公司")])
    item = records.Item(
        code=code, kind=RecordKind.KEY_PERSON, key="K", content={"name": "张伟", "position": "监事"},
        producer="AMR-421303", provider="AMR-421303", basis="《企业信息公示暂行条例》第六条",
        produced_on=date(2025, 3, 1), effective_from=date(2025, 3, 1),
    )  # fmt: skip
    doubter = Caller(subject="somebody", kind="person")
    async with loaded.client.sessions() as session, session.begin():
        entered = await records.put(session, audit.SYSTEM, item, now())
    assert "有异议，正在核查" not in (await shown(loaded, f"/enterprises/{code}")).text
    async with loaded.client.sessions() as session, session.begin():
        body = RecordObjectionIn(code=code, item_id=entered.item_id, facts="本人从未担任监事")
        await objections.ask(session, doubter, body, today())
    assert "有异议，正在核查" in (await shown(loaded, f"/enterprises/{code}")).text
