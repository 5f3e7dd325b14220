"""The whole way: account, log-in by the form, code, tokens, exchange, one's own data."""

import asyncio

from tests.svc_sso.conftest import CALLBACK, PASSWORD, Provider, query_of


async def test_a_person_opens_an_account_logs_in_and_reads_it(sso: Provider) -> None:
    account = await sso.account(name="\U00020164\U00020bb7", username="Rare.Name")
    assert account["username"] == "rare.name"
    assert account["id_number"].startswith("*" * 14)
    browser = sso.open_browser()
    entered = await browser.enter("rare.name", PASSWORD)
    answer = query_of(entered)
    assert entered.headers["location"].startswith(CALLBACK)
    assert (answer["state"], answer["iss"]) == ("st-1", "http://localhost:8000")
    tokens = (await sso.redeem(browser, answer["code"])).json()
    claims = await sso.claims(tokens["access_token"])
    assert claims["aud"] == "sso"
    assert claims["kind"] == "person"
    assert claims["exp"] - claims["iat"] == 300
    told = await sso.claims(tokens["id_token"])
    assert (told["nonce"], told["aud"], told["sub"], told["sid"]) == ("no-1", "gateway", account["id"], claims["sid"])
    exchanged = (await sso.exchange(tokens["access_token"], "sso")).json()
    me = await sso.client.get("/v1/me", headers={"Authorization": f"Bearer {exchanged['access_token']}"})
    assert me.status_code == 200, me.text
    assert me.json()["name"] == "\U00020164*"
    userinfo = await sso.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert userinfo.json()["name"] == "\U00020164\U00020bb7"


async def test_one_person_may_log_in_in_many_places_at_once(sso: Provider) -> None:
    username = (await sso.account())["username"]

    async def enter() -> int:
        browser = sso.open_browser()
        return (await browser.enter(username, PASSWORD)).status_code

    for _ in range(3):
        assert set(await asyncio.gather(*(enter() for _ in range(8)))) == {303}
