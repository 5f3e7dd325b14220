"""What the gateway answers itself: hub, reference, pages, health."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from gateway.proxy import exchange
from gateway.reference import service as reference
from gateway.reference.merge import merge
from tests.gateway.conftest import StartGateway
from tests.gateway.place import Place
from tests.gateway.support import answering, raw, upstream


def item(service: str, number: str, updated_at: str) -> dict[str, Any]:
    return {
        "service": service,
        "kind": "case",
        "id": number,
        "number": number,
        "title": "设立登记",
        "state": "received",
        "state_label": "已收到",
        "updated_at": updated_at,
        "url": f"/api/{service}/v1/cases/{number}",
    }


def client_of(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)


async def test_a_load_balancer_is_believed_only_when_it_is_ours(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        trusting = await start_gateway({"services": service.url}, trusted_proxies=["127.0.0.0/8", "10.0.0.0/8"])
        async with client_of(trusting) as client:
            for chain in ("1.1.1.1, 2.2.2.2, 10.0.0.7", "junk, 10.0.0.7", ""):
                await client.get("/api/services/v1/x", headers={"X-Forwarded-For": chain})
    assert [r.get("x-forwarded-for") for r in service.received] == ["2.2.2.2", "10.0.0.7", "127.0.0.1"]


async def test_all_cases_of_a_person_in_one_list(place: Place, start_gateway: StartGateway) -> None:
    first = orjson.dumps({"items": [item("services", "1", "2026-11-20T08:00:00Z")]})
    second = orjson.dumps({"items": [item("complaints", "2", "2026-11-21T08:00:00Z")]})
    async with upstream(answering(first)) as one, upstream(answering(second)) as two:
        sso = place.app.state.settings.service_urls["sso"]
        urls = {"services": one.url, "complaints": two.url, "sso": sso}
        port = await start_gateway(urls, token_url=f"{sso}/oauth2/token", item_services=["services", "complaints"])
        async with place.browser(port) as browser:
            assert (await browser.get("/api/hub/v1/items")).status_code == 401
            await place.log_in(browser)
            found = (await browser.get("/api/hub/v1/items")).json()
            forbidden = await browser.get("/api/hub/v1/ledger")
        assert [i["number"] for i in found["items"]] == ["2", "1"]
        assert found["unavailable"] == []
        assert sorted(place.provider.exchanged) == ["complaints", "services"]
        assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
        assert one.received[0].get("authorization") != two.received[0].get("authorization")


async def test_the_list_lacks_what_is_down_and_says_so(place: Place, start_gateway: StartGateway) -> None:
    async with upstream(answering(b'{"items":[]}')) as gone:
        pass
    sso = place.app.state.settings.service_urls["sso"]
    urls = {"services": gone.url, "complaints": place.service.url, "sso": sso}
    port = await start_gateway(urls, token_url=f"{sso}/oauth2/token", item_services=["services", "complaints"])
    async with place.browser(port) as browser:
        await place.log_in(browser)
        found = (await browser.get("/api/hub/v1/items")).json()
    assert found == {"items": [], "next_cursor": None, "unavailable": ["services"]}


async def test_operators_see_the_books_of_all_services(place: Place, start_gateway: StartGateway) -> None:
    place.provider.permissions = ["platform:operations"]
    async with upstream(answering(b'{"service":"services","pending":0}')) as one:
        sso = place.app.state.settings.service_urls["sso"]
        port = await start_gateway({"services": one.url, "sso": sso}, token_url=f"{sso}/oauth2/token")
        async with place.browser(port) as browser:
            await place.log_in(browser)
            ledger = (await browser.get("/api/hub/v1/ledger")).json()
    assert ledger["services"]["services"] == {"service": "services", "pending": 0}
    assert one.received[0].line == "GET /v1/operations/ledger HTTP/1.1"


async def test_the_state_of_each_service_is_public(start_gateway: StartGateway, gateways: list[Any]) -> None:
    async with upstream(answering(b'{"status":"ok"}')) as up, upstream(answering(b"{}", status="503 No")) as down:
        port = await start_gateway({"services": up.url, "complaints": down.url}, probe_seconds=30)
        watch = gateways[-1].state.watch
        for service in ("services", "complaints"):
            await watch._probe(service)
        async with client_of(port) as client:
            told = (await client.get("/api/hub/v1/status")).json()
    assert told["status"] == "degraded"
    assert {s["service"]: s["state"] for s in told["services"]} == {"services": "ok", "complaints": "down"}


OWN = {"openapi": "3.1.0", "info": {"version": "1"}, "paths": {}, "components": {"schemas": {}}}


def document(name: str, field: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Case"}
    operation = {
        "operationId": "show",
        "tags": ["cases"],
        "summary": f"Show {name}",
        "security": [{"HTTPBearer": []}],
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}},
    }
    schemas = {
        "Case": {"type": "object", "properties": {field: {"type": "string"}}},
        "Cases": {"type": "array", "items": schema},
        "Problem": {"type": "object"},
    }
    return {
        "openapi": "3.1.0",
        "info": {},
        "paths": {"/v1/cases": {"get": operation}},
        "components": {"schemas": schemas},
    }


def test_documents_are_merged_without_mixing_them_up() -> None:
    services = {"services": document("one", "a"), "complaints": document("two", "b")}
    merged = merge(OWN, services, cookie="sid", origin="http://localhost:8000")
    one = merged["paths"]["/api/complaints/v1/cases"]["get"]
    two = merged["paths"]["/api/services/v1/cases"]["get"]
    assert (one["operationId"], two["operationId"]) == ("complaints.show", "services.show")
    assert one["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Case")
    assert two["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/ServicesCase")
    assert set(merged["components"]["schemas"]) == {"Case", "Cases", "Problem", "ServicesCase", "ServicesCases"}
    assert merged["components"]["schemas"]["ServicesCases"]["items"]["$ref"].endswith("/ServicesCase")
    assert one["security"] == [{"session": []}, {"bearer": []}]
    assert services["services"]["paths"]["/v1/cases"]["get"]["operationId"] == "show"


def test_the_paths_of_the_identity_provider_are_named_as_they_are_reached() -> None:
    provider = document("one", "a")
    item = provider["paths"]["/v1/cases"]
    provider["paths"] = dict.fromkeys(("/oauth2/token", "/.well-known/openid-configuration", "/v1/me"), item)
    merged = merge(OWN, {"sso": provider}, cookie="sid", origin="http://localhost:8000")
    assert {"/oauth2/token", "/.well-known/openid-configuration", "/api/sso/v1/me"} <= set(merged["paths"])


async def test_a_service_that_did_not_describe_itself_is_asked_again_soon(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "AGAIN_SECONDS", 0.0)
    slow = answering(orjson.dumps(document("one", "a")), status="503 Service Unavailable")
    async with upstream(slow) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            before = (await client.get("/openapi.json")).json()["paths"]
            service.status = "200 OK"
            after = (await client.get("/openapi.json")).json()["paths"]
    assert ("/api/services/v1/cases" in before, "/api/services/v1/cases" in after) == (False, True)


async def test_the_reference_shows_all_services_and_needs_nothing_from_elsewhere(start_gateway: StartGateway) -> None:
    async with upstream(answering(orjson.dumps(document("one", "a")))) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            merged = (await client.get("/openapi.json")).json()
            docs = await client.get("/docs", headers={"Accept-Language": "en"})
            landing = await client.get("/")
            style = await client.get("/assets/pages.css")
            script = await client.get("/assets/try.js")
            for answer in (await client.get("/openapi.json"), docs):
                again = {"If-None-Match": answer.headers["etag"], "Accept-Language": "en"}
                assert (await client.get(answer.url.path, headers=again)).status_code == 304
            other = await client.get("/docs", headers={"If-None-Match": docs.headers["etag"], "Accept-Language": "zh"})
    assert (other.status_code, 'lang="zh-CN"' in other.text) == (200, True)
    assert len(service.received) == 1  # asked once for all of it
    assert "/api/services/v1/cases" in merged["paths"]
    assert "/session/login" in merged["paths"]
    ids = [operation["operationId"] for path in merged["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert "Show one" in docs.text
    assert "curl -X GET" in docs.text
    assert "<script" not in landing.text
    assert docs.text.count("<script") == 1
    assert '<script src="/assets/try.js" defer></script>' in docs.text
    assert "script-src 'self'; connect-src 'self'" in docs.headers["content-security-policy"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert "default-src 'none'" in docs.headers["content-security-policy"]
    assert 'lang="zh-CN"' in landing.text
    assert style.headers["content-type"].startswith("text/css")


async def test_a_body_for_the_gateway_itself_has_a_deadline_too(
    start_gateway: StartGateway, bearer: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "GRACE", 0.3)
    port = await start_gateway({})
    token = bearer(aud="gateway", sub="tax", client_id="tax", kind="system", permissions=["gateway:webhooks:manage"])
    head = "POST /api/hub/v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: k-1\r\nAuthorization: {token['Authorization']}\r\n"
    stated = await raw(port, f'{head}Content-Length: 50\r\n\r\n{{"name"'.encode())
    chunked = await raw(port, f'{head}Transfer-Encoding: chunked\r\n\r\n7\r\n{{"name"\r\n'.encode())
    whole = await raw(port, f"{head}Content-Length: 2\r\n\r\n{{}}".encode())
    assert [(answer.status, answer.json()["code"]) for answer in (stated, chunked, whole)] == [
        (408, "body_too_slow"), (408, "body_too_slow"), (422, "invalid"),
    ]  # fmt: skip


async def test_health_and_figures(start_gateway: StartGateway) -> None:
    async with upstream(answering()) as service:
        port = await start_gateway({"services": service.url})
        async with client_of(port) as client:
            await client.get("/api/services/v1/x")
            ready = await client.get("/readyz")
            metrics = await client.get("/metrics")
            heads = [await client.head(path) for path in ("/livez", "/", "/api/hub/v1/status")]
    assert {(head.status_code, head.content) for head in heads} == {(200, b"")}
    assert (ready.status_code, ready.json()["checks"]["database"]) == (200, True)
    assert 'gateway_answers_total{method="GET",status="200",upstream="services"} 1.0' in metrics.text
