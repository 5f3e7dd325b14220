"""What waits for members of staff, in all services."""

from pathlib import Path

import orjson

from gateway.hub.queues import SOURCES
from tests.gateway.conftest import StartGateway
from tests.gateway.place import Place
from tests.gateway.support import answering, upstream
from tests.gateway.test_hub import ENGLISH, HUB, client_of, gone, lists


def test_no_queue_of_a_service_is_forgotten() -> None:
    offered = {
        f"/api/{document.stem}{path}"
        for document in (Path(__file__).parents[2] / "docs/openapi").glob("*.json")
        for path in orjson.loads(document.read_bytes())["paths"]
        if path.endswith("/queue")
    }
    assert {f"/api/{source.service}{source.path}" for source in SOURCES} == offered


async def test_staff_see_what_waits_for_them(place: Place, start_gateway: StartGateway) -> None:
    sso = place.app.state.settings.service_urls["sso"]
    place.provider.access_claims = {"kind": "staff", "unit": "AMR-421303", "region": "421303"}
    place.provider.permissions = [f"{right}:x" for right in ("services:applications", "disclosure:articles")]
    place.provider.permissions += ["credit-registry:filings:handle", "complaints:complaints:handle"]
    async with (
        upstream(answering(b'{"items":[{}],"count":10000,"count_capped":true}')) as one,
        upstream(answering(b"{}", status="403 No")) as forbidden,
        upstream(lists(queue=[{}, {}])) as registry,
        upstream(lists(queue=[])) as idle,
    ):
        urls = {"services": one.url, "complaints": forbidden.url, "disclosure": await gone(), "sso": sso}
        urls["credit-registry"] = registry.url
        port = await start_gateway(urls, token_url=f"{sso}/oauth2/token")
        async with place.browser(port) as browser:
            await place.log_in(browser)
            told = (await browser.get(f"{HUB}/queues", headers=ENGLISH)).json()
            landing = await browser.get("/")
            nobody = await client_of(port).get(f"{HUB}/queues")
        alone = await start_gateway(
            {"services": idle.url, "sso": sso}, token_url=f"{sso}/oauth2/token", item_services=[]
        )
        place.provider.permissions = ["services:applications:x"]
        async with place.browser(alone) as browser:
            await place.log_in(browser)
            rested = await browser.get("/")
        place.provider.access_claims = {}
        async with place.browser(port) as citizen:
            await place.log_in(citizen)
            nothing = (await citizen.get(f"{HUB}/queues")).json()
    queue = {"service": "services", "title": "Applications", "count": 10000, "count_capped": True}
    assert told["queues"][0] == queue | {"url": "/api/services/v1/applications/queue"}
    assert [(one["service"], one["count"], one["url"]) for one in told["queues"][1:]] == [
        ("credit-registry", 2, "/api/credit-registry/v1/objections/queue"),
        ("credit-registry", 2, "/api/credit-registry/v1/publication-orders/queue"),
    ]  # those of the lists and of shared data are not asked for: he has no right to them
    assert sum("/queue?" in request.line for request in registry.received) == 4  # for the page as well
    assert told["unavailable"] == ["disclosure"]
    assert "待办申请" in landing.text
    assert "10000+" in landing.text
    assert "暂无待办" in rested.text
    assert nobody.status_code == 401
    assert nothing == {"queues": [], "unavailable": []}
