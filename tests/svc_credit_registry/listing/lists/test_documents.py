"""Decisions by their number: public as long as an entry is which they name."""

from shared.clock import today
from tests.svc_credit_registry.listing.lists.desk import Desk, grave, listed


async def status(desk: Desk, number: str) -> int:
    answer = await desk.world.client.get("/v1/list-documents", params={"number": number})
    return int(answer.status_code)


async def test_the_decision_on_a_wrong_listing_is_not_shown_any_more(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    assert await status(desk, entry["document_number"]) == 200
    wrong = {"reason": "核查的地址不是该企业的住所"}
    await desk.ok(f"/v1/list-entries/{entry['id']}/correction", desk.officer(), wrong, entry["version"])
    assert await status(desk, entry["document_number"]) == 404
    named = await desk.get("/v1/list-documents/entries", number=entry["document_number"])
    assert named["items"] == []


async def test_the_decision_to_remove_goes_with_a_listing_that_was_wrong(desk: Desk) -> None:
    code = await desk.enterprise()
    entry = await listed(desk, code, today())
    asked = await desk.ok(f"/v1/list-entries/{entry['id']}/removals", desk.representative(code), {"cure": "恢复联系"})
    one, found = f"/v1/list-removals/{asked['id']}", {"cured": True, "findings": "现场核实，可以联系"}
    cured = await desk.ok(f"{one}/verification", desk.officer(), found, asked["version"])
    granted = {"outcome": "granted", "reason": "准予移出"}
    removal = (await desk.ok(f"{one}/decision", desk.officer(), granted, cured["version"]))["document_number"]
    assert await status(desk, removal) == 200
    removed = await desk.get(f"/v1/list-entries/{entry['id']}/case", desk.officer())
    wrong = {"reason": "核查的地址不是该企业的住所"}
    await desk.ok(f"/v1/list-entries/{entry['id']}/correction", desk.officer(), wrong, removed["version"])
    assert await status(desk, removal) == 404


async def test_a_decision_on_the_serious_list_is_shown_while_the_entry_is(desk: Desk) -> None:
    code = await desk.enterprise()
    made = await desk.ok("/v1/list-entries", desk.officer(), grave(code, today()))
    path, decision = f"/v1/list-entries/{made['id']}", {"outcome": "listed", "reason": "情节严重"}
    await desk.ok(f"{path}/consent", desk.officer("420000"), {"document": "鄂市监函〔2026〕3号"})
    stated = await desk.ok(f"{path}/statement", desk.representative(code), {"waived": True})
    done = await desk.ok(f"{path}/decision", desk.officer(), decision, stated["version"])
    assert await status(desk, done["document_number"]) == 200
    await desk.ok(f"{path}/correction", desk.officer(), {"reason": "处罚决定被撤销"}, done["version"])
    assert await status(desk, done["document_number"]) == 404
