"""The pages of the register: search results and records, in two languages, and what they say of wrong input."""

import httpx
import pytest

from shared.codes import credit_code
from tests.svc_credit_registry.world import World, row

CODE, OTHER = credit_code.make("421303", 61), credit_code.make("421321", 62)
CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en"}


@pytest.fixture
async def loaded(world: World) -> World:
    await world.load([
        row(CODE, "随州红光酒业有限公司"),
        row(OTHER, "随县<红光>茶业有限公司", region="421321", status="revoked", ended_on="2020-05-01"),
    ])  # fmt: skip
    await world.settled()
    return world


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
    narrowed = await shown(loaded, "", q="红光", status="active", province="420000", section="C")
    assert CODE in narrowed.text
    assert OTHER not in narrowed.text


async def test_what_was_typed_is_text_and_never_markup(loaded: World) -> None:
    page = await shown(loaded, "", q='"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "params", [{"q": "红"}, {"province": "999999"}, {"section": "ZZ"}, {"q": "红光", "cursor": "nonsense"}]
)
async def test_a_wrong_field_is_told_on_the_page(loaded: World, params: dict[str, str]) -> None:
    page = await shown(loaded, "", **params)
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
    [(credit_code.make("421303", 99), "", 404), ("123", "", 422), (CODE, "2020-01-01", 404), (CODE, "2999-01-01", 422)],
)
async def test_what_cannot_be_shown_says_why(loaded: World, code: str, day: str, status: int) -> None:
    page = await shown(loaded, f"/enterprises/{code}", as_of=day)
    assert page.status_code == status
    assert 'role="alert"' in page.text
