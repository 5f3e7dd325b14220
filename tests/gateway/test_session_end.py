"""How sessions end: by log-out, at the provider, by time; and what goes on while the provider is away."""

from gateway.sessions.handlers import WORK, on_session_ended
from shared.clock import now, today
from shared.events.sso import SessionEndedV1
from shared.inbox import HandlerContext, SweepContext
from tests.gateway.conftest import StartGateway
from tests.gateway.place import API, CSRF, Place, eventually
from tests.gateway.support import answering, upstream


async def test_an_end_at_the_provider_ends_the_session_in_every_process(place: Place) -> None:
    other = await place.start_another()
    async with place.browser() as browser, place.browser(other) as elsewhere:
        await place.log_in(browser)
        elsewhere.cookies = browser.cookies
        for client in (browser, elsewhere):
            assert (await place.who(client))["authenticated"] is True
        runtime = place.app.state.runtime
        async with runtime.sessions() as session, session.begin():
            ids = {"session_id": place.provider.session, "account_id": place.provider.account, "reason": "logged_out"}
            event = SessionEndedV1.model_validate(ids)
            await on_session_ended.run(session, event, HandlerContext(runtime, None))  # type: ignore[arg-type]

        async def refused() -> bool:
            answers = [await c.post(API, headers=CSRF, json={}) for c in (browser, elsewhere)]
            return [a.status_code for a in answers] == [401, 401]

        await eventually(refused)


async def test_who_logs_out_is_out_here_and_at_the_provider(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        kept = dict(browser.cookies)
        assert (await browser.post("/session/logout")).status_code == 403
        answer = await browser.post("/session/logout", headers=CSRF)
        assert (answer.status_code, answer.json()) == (200, {"everywhere": True})
        assert "Clear-Site-Data" in answer.headers
        assert "sid" not in browser.cookies
        again = await browser.post(API, headers=CSRF | {"Cookie": f"sid={kept['sid']}"}, json={})
        assert (again.status_code, again.json()["code"]) == (401, "session_expired")
        assert (await browser.post("/session/logout", headers=CSRF)).json() == {"everywhere": True}
    assert place.provider.ended == [place.provider.session]


async def test_a_log_out_while_the_provider_is_away_reaches_it_later(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.away = True
        answer = await browser.post("/session/logout", headers=CSRF)
        assert answer.json() == {"everywhere": False}
        assert (await place.who(browser))["authenticated"] is False
    place.provider.away = False
    runtime = place.app.state.runtime
    tell = next(s for s in WORK.sweeps if s.name == "sessions.tell")
    async with runtime.sessions() as session, session.begin():
        await tell.run(session, SweepContext(runtime, now(), today()))
    assert place.provider.session in place.provider.ended


async def test_an_ended_session_reads_what_is_public_and_is_told_otherwise(
    place: Place, start_gateway: StartGateway
) -> None:
    cookie = {"Cookie": "sid=long-gone"}
    async with place.browser() as browser:
        public = await browser.get(API, headers=cookie)
        written = await browser.post(API, headers=cookie | CSRF, json={})
    assert public.status_code == 200
    assert place.service.received[0].get("authorization") is None
    assert (written.status_code, written.json()["code"]) == (401, "session_expired")
    async with upstream(answering(b"{}", status="401 Unauthorized")) as closed:
        port = await start_gateway({"complaints": closed.url})
        async with place.browser(port) as browser:
            private = await browser.get(API, headers=cookie)
            anonymous = await browser.get(API)
    assert (private.status_code, private.json()["code"]) == (401, "session_expired")
    assert "sid=;" in private.headers["set-cookie"]
    assert "Max-Age=0" in private.headers["set-cookie"]
    assert (anonymous.status_code, anonymous.json()) == (401, {})


async def test_readers_go_on_while_the_provider_is_away_and_nothing_fails_open(place: Place) -> None:
    async with place.browser() as browser, place.browser() as newcomer:
        await place.log_in(browser)
        await browser.get(API)
        place.provider.away = True
        assert (await browser.get(API)).status_code == 200
        assert (await place.log_in(newcomer)).status_code == 503
        other = await browser.get("/api/sso/v1/me")
        assert (other.status_code, other.json()["code"]) == (503, "dependency_unavailable")
        assert (await place.who(browser))["authenticated"] is True


async def test_a_session_that_the_provider_has_ended_is_over(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.error = "invalid_grant"
        answer = await browser.post(API, headers=CSRF, json={})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")
        assert (await place.who(browser))["authenticated"] is False


async def test_a_fault_between_gateway_and_provider_logs_nobody_out(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        place.provider.error = "invalid_client"
        assert (await browser.get(API)).status_code == 503
        place.provider.error = None
        assert (await browser.get(API)).status_code == 200


async def test_nothing_in_the_table_opens_a_session(place: Place) -> None:
    async with place.browser() as browser:
        await place.log_in(browser)
        sid = browser.cookies["sid"]
        runtime = place.app.state.runtime
        async with runtime.engine.connect() as connection:
            rows = (await connection.exec_driver_sql("SELECT * FROM browser_sessions")).all()
    text = "".join(str(bytes(v) if isinstance(v, memoryview) else v) for row in rows for v in row)
    for secret in (sid, place.provider.refresh_token, "张伟", "eyJ"):
        assert secret not in text
