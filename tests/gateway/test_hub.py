"""What spans the services, and what is left of it when one of them is away."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from gateway.hub.announcements import Board
from gateway.hub.status import Watch
from tests.gateway.conftest import StartGateway
from tests.gateway.place import CSRF, Place
from tests.gateway.support import Script, Upstream, answering, read_request, upstream

HUB = "/api/hub/v1"
ENGLISH = {"Accept-Language": "en"}
ENTERPRISES = [{"code": "91421303MA0000006Y", "name": "随州红光酒业有限公司", "region": "421303"}]
MATTERS = [{"code": "MR-ENT-ESTABLISH", "name": "企业设立登记", "name_en": "Establishment of an enterprise"}]
ARTICLES = [
    {"id": "0197", "title": "公告<b>", "index_number": "X-1", "published_on": "2026-11-20", "column": "notices"},
]
TRADEMARKS = [
    {
        "id": "0198", "mark": "红光", "number": "41000005", "holder": "随州红光酒业有限公司", "state_label": "Valid",
        "code": "91421303MA0000006Y", "item_url": "/v1/enterprises/91421303MA0000006Y/items?kind=trademark",
    },
]  # fmt: skip
COLUMNS = [{"code": "notices", "title": "通知公告", "title_en": "Notices"}]


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


def lists(**pages: Any) -> Callable[[Upstream], Script]:
    """A service that answers each path (by its last word) with a page of these rows."""

    def script(place: Upstream) -> Script:
        async def talk(reader: Any, writer: Any) -> None:
            while True:
                request = await read_request(reader)
                place.received.append(request)
                word = request.line.split()[1].split("?")[0].rsplit("/", 1)[1]
                rows = pages.get(word)
                body = orjson.dumps({"items": rows, "count": len(rows)} if isinstance(rows, list) else rows or {})
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

        return talk

    return script


async def gone() -> str:
    """The address of a service that was there and is stopped."""
    async with upstream(answering()) as place:
        return place.url


async def test_one_search_over_all_services(start_gateway: StartGateway) -> None:
    async with (
        upstream(lists(enterprises=ENTERPRISES, trademarks=TRADEMARKS)) as registry,
        upstream(lists(matters=MATTERS)) as services,
        upstream(lists(articles=ARTICLES, columns=COLUMNS)) as disclosure,
    ):
        urls = {"credit-registry": registry.url, "services": services.url, "disclosure": disclosure.url}
        port = await start_gateway(urls)
        async with client_of(port) as client:
            found = (await client.get(f"{HUB}/search", params={"q": "红光"}, headers=ENGLISH)).json()
            page = await client.get("/search", params={"q": "红光"})
    sections = {one["section"]: one for one in found["sections"]}
    assert [one["items"][0]["title"] for one in found["sections"]] == [
        "随州红光酒业有限公司", "Establishment of an enterprise", "公告<b>", "红光",
    ]  # fmt: skip
    assert sections["enterprises"]["items"][0]["detail"] == "91421303MA0000006Y · 曾都区"
    assert sections["enterprises"]["url"] == "/api/credit-registry/v1/enterprises?q=%E7%BA%A2%E5%85%89"
    assert {one["count"] for one in found["sections"]} == {1}
    mark = sections["trademarks"]["items"][0]
    assert mark["detail"] == "41000005 · Valid · 随州红光酒业有限公司"
    assert mark["url"] == "/api/credit-registry/v1/enterprises/91421303MA0000006Y/items?kind=trademark"
    assert 'href="/registry/enterprises/91421303MA0000006Y#trademark"' in page.text
    assert found["unavailable"] == []
    asked = next(one for one in registry.received if one.line.startswith("GET /v1/enterprises"))
    assert asked.line.startswith("GET /v1/enterprises?q=%E7%BA%A2%E5%85%89&limit=10&count=capped ")
    assert [asked.get(name) for name in ("authorization", "accept-language", "x-deadline-ms")] == [None, "en", "3000"]
    assert "公告&lt;b&gt;" in page.text
    assert "<script" not in page.text


async def test_the_search_lacks_what_is_down_and_says_so(start_gateway: StartGateway) -> None:
    async with upstream(lists(matters=MATTERS)) as services, upstream(answering(b"[]")) as garbled:
        urls = {"credit-registry": await gone(), "services": services.url, "disclosure": garbled.url}
        port = await start_gateway(urls)
        async with client_of(port) as client:
            answer = await client.get(f"{HUB}/search", params={"q": "设立"})
            page = await client.get("/search", params={"q": "设立"}, headers=ENGLISH)
    found = answer.json()
    assert (answer.status_code, found["unavailable"]) == (200, ["enterprises", "articles", "trademarks"])
    assert [(one["section"], one["unavailable"], one["count"]) for one in found["sections"]] == [
        ("enterprises", True, None), ("matters", False, 1), ("articles", True, None), ("trademarks", True, None),
    ]  # fmt: skip
    assert page.text.count("does not answer for the moment") == 3
    assert "企业设立登记" not in page.text
    assert "Establishment of an enterprise" in page.text


async def test_a_question_that_a_service_refuses_finds_nothing_there(start_gateway: StartGateway) -> None:
    async with upstream(answering(b"{}", status="422 No")) as picky:
        port = await start_gateway({"credit-registry": picky.url, "services": picky.url, "disclosure": picky.url})
        async with client_of(port) as client:
            found = (await client.get(f"{HUB}/search", params={"q": "。。"})).json()
            short = await client.get(f"{HUB}/search", params={"q": "a"})
            page = await client.get("/search", params={"q": "a"})
    assert (found["unavailable"], [one["count"] for one in found["sections"]]) == ([], [0, 0, 0, 0])
    assert short.status_code == 422
    assert (page.status_code, "请输入至少两个字符" in page.text) == (200, True)


async def test_announcements_outlive_their_service(start_gateway: StartGateway, gateways: list[Any]) -> None:
    async with upstream(lists(articles=ARTICLES, columns=COLUMNS)) as disclosure:
        port = await start_gateway({"disclosure": disclosure.url})
        async with client_of(port) as client:
            first = (await client.get(f"{HUB}/announcements", headers=ENGLISH)).json()
            await client.get(f"{HUB}/announcements")
    assert len(disclosure.received) == 2
    board: Board = gateways[-1].state.board
    old = board._kept[None]
    board._kept[None] = type(old)(old.lists, old.read_at)  # as if its time were over
    async with client_of(port) as client:
        later = (await client.get(f"{HUB}/announcements")).json()
        never = (await client.get(f"{HUB}/announcements?column=laws")).json()
        landing = await client.get("/")
    assert (first["items"][0]["column_title"], first["unavailable"]) == ("Notices", False)
    assert (later["items"][0]["column_title"], later["unavailable"]) == ("通知公告", True)
    assert later["as_of"] == first["as_of"]
    assert never == {"items": [], "as_of": None, "unavailable": True}
    assert "公告&lt;b&gt;" in landing.text
    assert "服务暂时不可用，以下为此前读取的内容" in landing.text


def item(service: str, number: int) -> dict[str, Any]:
    return {
        "service": service,
        "kind": "case",
        "id": str(number),
        "number": f"{service}-{number}",
        "title": "设立登记",
        "state": "received",
        "state_label": "已收到",
        "updated_at": f"2026-11-20T08:{number:02}:00Z",
        "url": f"/api/{service}/v1/cases/{number}",
    }


def cases(service: str, count: int) -> Callable[[Upstream], Script]:
    """A service with a paged list of cases; the cursor is the place in the list."""

    def script(place: Upstream) -> Script:
        async def talk(reader: Any, writer: Any) -> None:
            while True:
                request = await read_request(reader)
                place.received.append(request)
                asked = httpx.QueryParams(request.line.split()[1].partition("?")[2])
                start = int(asked.get("cursor", 0))
                end = start + int(asked.get("limit", 50))
                page: dict[str, Any] = {"items": [item(service, n) for n in range(start, min(end, count))]}
                if end < count:
                    page["next_cursor"] = str(end)
                body = orjson.dumps(page)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

        return talk

    return script


async def test_all_cases_page_by_page(place: Place, start_gateway: StartGateway) -> None:
    sso = place.app.state.settings.service_urls["sso"]
    async with upstream(cases("services", 7)) as one, upstream(cases("complaints", 2)) as two:
        urls = {"services": one.url, "complaints": two.url, "sso": sso}
        holders = ["services", "complaints"]
        port = await start_gateway(urls, token_url=f"{sso}/oauth2/token", item_services=holders)
        async with place.browser(port) as browser:
            await place.log_in(browser)
            seen, cursor, sizes = [], None, []
            while True:
                params: dict[str, Any] = {"limit": 4} | ({"cursor": cursor} if cursor else {})
                page = (await browser.get(f"{HUB}/items", params=params)).json()
                seen += [one["number"] for one in page["items"]]
                sizes.append(len(page["items"]))
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            foreign = [await browser.get(f"{HUB}/items", params={"cursor": c}) for c in ("x", "e30x", "W10", "NQ")]
            landing = await browser.get("/")
    assert sorted(seen) == sorted([f"services-{n}" for n in range(7)] + [f"complaints-{n}" for n in range(2)])
    assert sizes == [4, 4, 1]
    assert {answer.status_code for answer in foreign} == {400}
    assert "张伟" in landing.text
    assert "complaints-1" in landing.text
    assert landing.headers["cache-control"] == "no-store"


async def test_the_landing_page_lacks_the_cases_of_a_service_that_is_down(
    place: Place, start_gateway: StartGateway
) -> None:
    sso = place.app.state.settings.service_urls["sso"]
    async with upstream(cases("complaints", 1)) as two:
        urls = {"services": await gone(), "complaints": two.url, "sso": sso}
        port = await start_gateway(urls, token_url=f"{sso}/oauth2/token")
        async with place.browser(port) as browser:
            anonymous = await browser.get("/", headers=ENGLISH)
            await place.log_in(browser)
            landing = await browser.get("/", headers=ENGLISH)
    assert "Log in to see your cases" in anonymous.text
    assert "Service matters: not available for the moment, its cases are missing here" in landing.text
    assert "complaints-0" in landing.text


async def test_incidents_are_recorded_and_shown(
    start_gateway: StartGateway, gateways: list[Any], database: Any, servers: Any
) -> None:
    own = servers.sqlalchemy_url(await database("gateway"))
    down = await gone()
    async with upstream(answering(b'{"status":"ok"}')) as up, upstream(answering(b'{"status":"degraded"}')) as half:
        urls = {"services": up.url, "complaints": down, "disclosure": half.url}
        port = await start_gateway(urls, database_url=own)
        watch: Watch = gateways[-1].state.watch
        before = await probed(watch, port)
        once = await probed(watch, port)
        twice = await probed(watch, port)
        watch.urls["complaints"] = watch.urls["disclosure"] = up.url
        after = await probed(watch, port)
        async with client_of(port) as client:
            page = await client.get("/status")
            english = await client.get("/status", headers=ENGLISH)
    assert before["incidents"] == []
    assert {(one["service"], one["state"]) for one in once["incidents"]} == {
        ("complaints", "down"), ("disclosure", "degraded"),
    }  # fmt: skip
    assert twice["incidents"] == once["incidents"]
    assert {one["ended_at"] for one in once["incidents"]} == {None}
    assert (after["status"], len(after["incidents"])) == ("ok", 2)
    assert None not in {one["ended_at"] for one in after["incidents"]}
    assert "全部服务正常" in page.text
    assert "暂时不可用" in page.text
    assert "Hampered" in english.text
    assert "<script" not in page.text


async def probed(watch: Watch, port: int) -> dict[str, Any]:
    for service in watch.urls:
        await watch._probe(service)
    await watch.note()
    async with client_of(port) as client:
        return dict((await client.get(f"{HUB}/status")).json())


async def test_the_status_is_told_without_the_record(start_gateway: StartGateway, gateways: list[Any]) -> None:
    away = f"postgresql+asyncpg://nobody:x@127.0.0.1:{(await gone()).rsplit(':', 1)[1]}/none"
    port = await start_gateway({"services": await gone()}, database_url=away)
    watch: Watch = gateways[-1].state.watch
    for _ in range(2):
        told = await probed(watch, port)
    async with client_of(port) as client:
        page = await client.get("/status", headers=ENGLISH)
    assert (told["status"], told["incidents"], told["incidents_known"]) == ("down", [], False)
    assert "The record of incidents can&#39;t be read for the moment" in page.text or "can't be read" in page.text


async def test_the_gateways_own_books_have_an_address(place: Place, bearer: Callable[..., dict[str, str]]) -> None:
    place.provider.permissions = ["platform:operations"]
    async with place.browser() as browser, place.browser() as machine:
        await place.log_in(browser)
        own = (await browser.get(f"{HUB}/operations/ledger")).json()
        letters = await browser.get(f"{HUB}/operations/dead-letters")
        audit = await browser.get(f"{HUB}/operations/audit")
        path = f"{HUB}/operations/dead-letters/1/replay"
        key = {"Idempotency-Key": str(uuid.uuid4())}
        forged = await browser.post(path, headers=key)
        missing = await browser.post(path, headers=key | CSRF)
        old = await browser.get("/v1/operations/ledger")
        token = bearer(aud="gateway", permissions=["platform:audit"])
        checked = await machine.get(f"{HUB}/operations/audit", headers=token)
        anyone = await machine.get(f"{HUB}/operations/ledger")
        books = (await browser.get(f"{HUB}/ledger")).json()["services"]
    assert own["service"] == books["gateway"]["service"] == "gateway"
    assert (letters.status_code, audit.status_code, anyone.status_code, old.status_code) == (200, 403, 401, 404)
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    assert missing.status_code == 404
    assert checked.json()["intact"] is True


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=abc", "/status"])
async def test_pages_are_strict_and_speak_both_languages(start_gateway: StartGateway, path: str) -> None:
    port = await start_gateway({"services": await gone(), "credit-registry": await gone(), "disclosure": await gone()})
    async with client_of(port) as client:
        chinese, english = await client.get(path), await client.get(path, headers=ENGLISH)
    policy = chinese.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert 'lang="zh-CN"' in chinese.text
    assert 'lang="en"' in english.text
    assert not [char for char in english.text if "\u4e00" <= char <= "\u9fff"]
    assert "Accept-Language" in chinese.headers["vary"]
