"""Orders to publish: 10 days, then whoever did not may be proposed for the list."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from svc_credit_registry.reporting.publication_orders.handlers import SWEEPS
from svc_credit_registry.reporting.publication_orders.rules import deadline
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect, refused

DAY = date(2026, 9, 18)
MATTER = "2026年5月股权转让未公示"
(EXPIRE,) = SWEEPS
TRANSFER = {"type": "equity_change", "shareholder": "李娜", "percent_before": "100", "percent_after": "60"}


async def ordered(filings: Filings, code: str) -> dict[str, Any]:
    body = {"code": code, "type": "equity_change", "matter": MATTER}
    with filings.on(DAY):
        return expect(await filings.post(filings.officer(), "/publication-orders", body), 201)


@pytest.mark.parametrize(
    ("ordered_on", "due_on"),
    [
        (date(2026, 9, 18), date(2026, 9, 28)),
        (date(2026, 9, 21), date(2026, 10, 8)),
        (date(2026, 3, 2), date(2026, 3, 12)),
    ],
)
async def test_ten_days_end_on_a_working_day(ordered_on: date, due_on: date) -> None:
    assert deadline(ordered_on).due_on == due_on


async def test_an_order_is_a_duty_until_it_is_fulfilled(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code, ["MR-ENT-IMMEDIATE-INFO"])
    order = await ordered(filings, code)
    assert (order["state"], order["due_on"]) == ("open", "2026-09-28")
    with filings.on(date(2026, 9, 28)):
        (item,) = expect(await filings.read(who, "/items"))["items"]
        assert (item["kind"], item["due_on"]) == ("publication_order", "2026-09-28")
        path = f"/publication-orders/{order['id']}/fulfilment"
        told = {"happened_on": "2026-05-06", "details": {"type": "capital", "shareholder": "李娜"}}
        other = expect(await filings.post(who, "/immediate-information", told), 201)
        refused(await filings.post(who, path, {"information_id": other["id"]}), 422, "not_what_was_ordered")
        told = {"happened_on": "2026-05-06", "details": TRANSFER}
        made = expect(await filings.post(who, "/immediate-information", told), 201)
        done = expect(await filings.post(who, path, {"information_id": made["id"]}))
        assert (done["state"], done["late"]) == ("fulfilled", False)
        assert expect(await filings.read(who, "/items"))["items"] == []
        refused(await filings.post(who, path, {"information_id": made["id"]}), 409, "order_not_open")


async def test_an_expired_order_is_told_to_the_unit(filings: Filings) -> None:
    order = await ordered(filings, await filings.enterprise())
    for day, listed in ((date(2026, 9, 28), False), (date(2026, 9, 29), True)):
        with filings.on(day):
            queue = expect(await filings.read(filings.officer("421300"), "/publication-orders/queue", expired=True))
        assert (order["id"] in [o["id"] for o in queue["items"]]) is listed
    with filings.on(date(2026, 9, 29)):
        assert expect(await filings.read(filings.officer(), f"/publication-orders/{order['id']}"))["state"] == "expired"


async def test_what_was_published_before_fulfils_nothing(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 9, 1)):
        told = {"happened_on": "2026-05-06", "details": TRANSFER}
        made = expect(await filings.post(who, "/immediate-information", told), 201)
    order = await ordered(filings, code)
    answer = await filings.post(who, f"/publication-orders/{order['id']}/fulfilment", {"information_id": made["id"]})
    refused(answer, 422, "not_what_was_ordered")


async def test_only_the_county_orders_and_withdraws_and_only_once_for_the_same(filings: Filings) -> None:
    code = await filings.enterprise()
    body = {"code": code, "type": "equity_change", "matter": MATTER}
    for officer in (filings.officer("421300"), filings.officer("421321")):
        refused(await filings.post(officer, "/publication-orders", body), 403, "not_your_region")
    order = await ordered(filings, code)
    refused(await filings.post(filings.officer(), "/publication-orders", body), 409, "order_repeated")
    path = f"/publication-orders/{order['id']}"
    for stranger in (filings.person(), filings.agent(await filings.enterprise()), filings.officer("421321")):
        refused(await filings.read(stranger, path), 404, "order_unknown")
    reason = {"reason": "企业已另行公示"}
    refused(await filings.post(filings.officer("421300"), f"{path}/withdrawal", reason), 403, "not_your_region")
    assert expect(await filings.post(filings.officer(), f"{path}/withdrawal", reason))["state"] == "withdrawn"
    expect(await filings.post(filings.officer(), "/publication-orders", body), 201)
    refused(await filings.read(filings.officer(), f"/publication-orders/{uuid4()}"), 404, "order_unknown")


async def test_a_code_is_taken_as_people_write_it(filings: Filings) -> None:
    code = await filings.enterprise()
    assert (await ordered(filings, code.lower()))["code"] == code
    body = {"code": code, "type": "equity_change", "matter": MATTER}
    refused(await filings.post(filings.officer(), "/publication-orders", body), 409, "order_repeated")


async def told(filings: Filings, who: dict[str, str], **changes: Any) -> dict[str, Any]:
    """A publication of a transfer of shares."""
    body = {"happened_on": "2026-05-06", "details": TRANSFER} | changes
    return dict(expect(await filings.post(who, "/immediate-information", body), 201))


async def test_the_officer_sees_at_once_by_what_an_order_was_fulfilled_and_judges_it(filings: Filings) -> None:
    code = await filings.enterprise()
    who, order = filings.agent(code), await ordered(filings, code)
    path = f"/publication-orders/{order['id']}"
    with filings.on(date(2026, 9, 25)):
        wrong = await told(filings, who, details=TRANSFER | {"percent_after": "70"})
        expect(await filings.post(who, f"{path}/fulfilment", {"information_id": wrong["id"]}))
        waiting = expect(await filings.read(filings.officer("421300"), "/publication-orders/queue", fulfilled=True))
        assert order["id"] in [o["id"] for o in waiting["items"]]
        seen = expect(await filings.read(filings.officer(), path))
        assert (seen["information"]["number"], seen["information"]["details"]["percent_after"]) == (
            wrong["number"],
            "70",
        )
        refused(await filings.post(filings.officer(), f"{path}/review", {"accepted": False}), 422, "invalid")
        back = {"accepted": False, "reason": "与责令公示的股权转让不是同一事项"}
        refused(await filings.post(filings.officer("421300"), f"{path}/review", back), 403, "not_your_region")
        again = expect(await filings.post(filings.officer(), f"{path}/review", back))
        assert (again["state"], again["due_on"], again["fulfilled_on"]) == ("open", "2026-09-28", None)
        assert again["rejected_reason"] == back["reason"]
        right = await told(filings, who)
        expect(await filings.post(who, f"{path}/fulfilment", {"information_id": right["id"]}))
        done = expect(await filings.post(filings.officer(), f"{path}/review", {"accepted": True}))
        assert (done["state"], done["reviewed_on"]) == ("fulfilled", "2026-09-25")
        refused(await filings.post(filings.officer(), f"{path}/review", back), 409, "nothing_to_review")


async def test_one_publication_fulfils_one_order_and_a_correction_counts_from_its_day(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 9, 1)):
        made = await told(filings, who)
    first = await ordered(filings, code)
    with filings.on(DAY):
        body = {"code": code, "type": "equity_change", "matter": "2026年6月股权转让未公示"}
        second = expect(await filings.post(filings.officer(), "/publication-orders", body), 201)
    named = {"information_id": made["id"]}
    refused(
        await filings.post(who, f"/publication-orders/{first['id']}/fulfilment", named), 422, "not_what_was_ordered"
    )
    with filings.on(date(2026, 9, 22)):
        right = {"happened_on": "2026-05-06", "details": TRANSFER | {"percent_after": "55"}, "reason": "比例有误"}
        expect(await filings.post(who, f"/immediate-information/{made['id']}/correction", right, made["version"]))
        expect(await filings.post(who, f"/publication-orders/{first['id']}/fulfilment", named))
        path = f"/publication-orders/{second['id']}/fulfilment"
        assert refused(await filings.post(who, path, named), 422, "not_what_was_ordered")["number"] == first["number"]


async def test_one_publication_named_for_many_orders_at_once_fulfils_one(filings: Filings) -> None:
    code = await filings.enterprise()
    who, officer = filings.agent(code), filings.officer()
    with filings.on(DAY):
        body = {"code": code, "type": "equity_change"}
        orders = [
            expect(await filings.post(officer, "/publication-orders", body | {"matter": f"第{n}次股权转让未公示"}), 201)
            for n in range(6)
        ]
        named = {"information_id": (await told(filings, who))["id"]}
        paths = [f"/publication-orders/{order['id']}/fulfilment" for order in orders]
        answers = await asyncio.gather(*(filings.post(who, path, named) for path in paths))
    assert sorted(answer.status_code for answer in answers) == [200, *[422] * 5]


def decider(filings: Filings) -> dict[str, str]:
    """Who decides on the lists."""
    rights = ["credit-registry:lists:decide"]
    return filings.get_bearer(
        aud="credit-registry", kind="staff", permissions=rights, region="421303", unit="AMR-421303"
    )


async def test_an_order_that_expires_unfulfilled_proposes_the_listing_which_an_officer_decides(
    filings: Filings,
) -> None:
    code = await filings.enterprise()
    who, order = filings.agent(code), await ordered(filings, code)
    path = f"/publication-orders/{order['id']}"
    with filings.on(date(2026, 9, 28)):
        await filings.sweep(EXPIRE)
        assert expect(await filings.read(filings.officer(), path))["entry_id"] is None, "the last day belongs to it"
    with filings.on(date(2026, 9, 29)):
        assert await filings.sweep(EXPIRE) >= 1
        assert await filings.sweep(EXPIRE) == 0
        seen = expect(await filings.read(filings.officer(), path))
        assert (seen["state"], seen["proposed_on"]) == ("expired", "2026-09-29")
        lister = decider(filings)
        case = expect(await filings.read(lister, f"/list-entries/{seen['entry_id']}/case"))
        assert (case["state"], case["ground"]) == ("proposed", "not_published_in_time")
        # Ten working days from the end of the period ordered: 1 to 7 October are off, 10 October is worked.
        assert case["due_on"] == "2026-10-16"
        assert order["number"] in case["facts"]
        refused(await filings.post(filings.officer(), f"{path}/withdrawal", {"reason": "误发"}), 409, "order_proposed")
        late = await told(filings, who)
        done = expect(await filings.post(who, f"{path}/fulfilment", {"information_id": late["id"]}))
        assert (done["state"], done["late"]) == ("fulfilled", True)
        steps = expect(await filings.read(lister, f"/list-entries/{seen['entry_id']}/history"))["items"]
        assert [step["act"] for step in steps] == ["propose", "remark"]


async def test_who_was_not_listed_for_what_he_named_is_proposed_again_when_that_is_rejected(filings: Filings) -> None:
    code = await filings.enterprise()
    who, order = filings.agent(code), await ordered(filings, code)
    path = f"/publication-orders/{order['id']}"
    with filings.on(date(2026, 9, 29)):
        await filings.sweep(EXPIRE)
        entry = f"/list-entries/{expect(await filings.read(filings.officer(), path))['entry_id']}"
        other = await told(filings, who, details=TRANSFER | {"percent_after": "70"})
        expect(await filings.post(who, f"{path}/fulfilment", {"information_id": other["id"]}))
        case, spared = expect(await filings.read(decider(filings), f"{entry}/case")), {"outcome": "not_listed"}
        spared["reason"] = "已公示"
        expect(await filings.post(decider(filings), f"{entry}/decision", spared, case["version"]))
        back = {"accepted": False, "reason": "与责令公示的股权转让不是同一事项"}
        again = expect(await filings.post(filings.officer(), f"{path}/review", back))
        assert (again["state"], again["proposed_on"]) == ("expired", None)
        assert await filings.sweep(EXPIRE) == 1
        seen = expect(await filings.read(filings.officer(), path))
    assert seen["proposed_on"] == "2026-09-29"
    assert seen["entry_id"] not in (None, entry.removeprefix("/list-entries/"))


async def test_a_second_expired_order_says_why_it_proposes_nothing(filings: Filings) -> None:
    code = await filings.enterprise()
    first = await ordered(filings, code)
    with filings.on(DAY):
        body = {"code": code, "type": "capital", "matter": "实缴出资未公示"}
        second = expect(await filings.post(filings.officer(), "/publication-orders", body), 201)
    with filings.on(date(2026, 9, 29)):
        assert await filings.sweep(EXPIRE) == 2
        seen = [
            expect(await filings.read(filings.officer(), f"/publication-orders/{o['id']}")) for o in (first, second)
        ]
    assert sorted(one["entry_id"] is None for one in seen) == [False, True]
    (note,) = [one["proposal_note"] for one in seen if one["entry_id"] is None]
    assert "/" in note
