import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from shared.clock import now, today
from shared.codes import credit_code
from shared.events.services import NameReservationReleasedV1, NameReservedV1
from svc_credit_registry.demo import FIXED, fill
from svc_credit_registry.discovery.names import queries
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.record.amendments.rules import name_period_end
from svc_credit_registry.record.enterprises.models import EnterpriseName
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from svc_credit_registry.settings import Settings
from tests.svc_credit_registry.discovery.names.test_rules import OFFICIAL
from tests.svc_credit_registry.world import World, decided, on, row

ASKED = {"region": "421303", "trade_name": "红光", "industry_code": "C151", "organisation_form": "有限公司"}


async def compare(world: World, **changes: Any) -> Any:
    answer = await world.client.post("/v1/name-comparisons", json={**ASKED, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def reserved(**changes: Any) -> NameReservedV1:
    given = {
        "reservation_id": uuid.uuid4(),
        "name": "随州红光酒业有限公司",
        "region": "421303",
        "trade_name": "红光",
        "industry_code": "C151",
        "organisation_form": "有限公司",
        "reserved_on": today(),
        "reserved_until": today() + timedelta(days=60),
    }
    return NameReservedV1.model_validate(given | changes)


async def test_a_free_name_has_no_verdicts(world: World) -> None:
    found = await compare(world)
    assert (found["name"], found["verdicts"], found["more"]) == ("随州红光酒业有限公司", [], False)
    assert found["parts"] == {
        "region_text": "随州", "trade_name": "红光", "industry_word": "酒业", "industry": "酒业",
        "organisation_form": "有限公司",
    }  # fmt: skip


async def test_a_registered_name_is_in_the_way_and_named_with_its_code(world: World) -> None:
    await world.hear(decided())
    (verdict,) = (await compare(world, organisation_form="厂"))["verdicts"]
    assert verdict["rule"] == "same_trade_name_same_industry"
    assert verdict["outcome"] == "refused"
    assert verdict["conflicting_name"] == "随州红光酒业有限公司"
    assert (await world.get(f"/v1/enterprises/{verdict['conflicting_code']}"))["name"] == "随州红光酒业有限公司"
    assert "第三条第三项" in verdict["article"]
    assert verdict["exemption"]
    assert verdict["message_en"]


async def test_the_demonstration_shows_each_official_rule(world: World, tmp_path: Any) -> None:
    summary = await fill(Settings(database_url=world.client.database))
    assert summary.inserted >= len(FIXED)
    assert (await fill(Settings(database_url=world.client.database))).inserted == 0
    await world.settled()

    async def rules(**changes: Any) -> set[str]:
        return {v["rule"] for v in (await compare(world, **changes))["verdicts"]}

    assert "identical_name" in await rules()
    assert "equivalent_industry_word" in await rules(trade_name="万青", industry_word="置业", industry_code="K701")
    assert "same_sound" in await rules(trade_name="牛兰山", industry_word="酒业")
    assert "contained_trade_name" in await rules(
        trade_name="阿里巴巴巴巴", industry_word="网络科技", industry_code="I64"
    )
    assert "same_sound" in await rules(trade_name="荃巨得", industry_word="发展", industry_code="L72")
    several = await rules(region="110105", name="红光(北京)酒业发展有限公司", trade_name=None, organisation_form=None)
    assert {"same_words_other_order", "same_trade_name_same_industry"} <= several


async def test_a_reserved_name_is_in_the_way_of_all_but_its_holder_until_it_is_released(world: World) -> None:
    event = reserved()
    await world.hear(event)
    (verdict,) = (await compare(world))["verdicts"]
    assert verdict["conflicting_code"] is None
    assert "保留期" in verdict["message"]
    assert not (await compare(world, reservation_id=str(event.reservation_id)))["verdicts"]
    await world.hear(NameReservationReleasedV1(reservation_id=event.reservation_id, reason="withdrawn"), sequence=2)
    assert not (await compare(world))["verdicts"]


async def test_a_reservation_past_its_last_day_is_in_nobodys_way(world: World) -> None:
    await world.hear(reserved(reserved_on=date(2026, 1, 5), reserved_until=date(2026, 3, 5)))
    assert not (await compare(world))["verdicts"]


async def test_a_cancelled_name_is_in_the_way_for_a_year(world: World) -> None:
    lately, long_ago = today() - timedelta(days=30), today() - timedelta(days=400)
    codes = [credit_code.make("421303", 430_100_000 + i) for i in range(2)]
    await world.load([row(codes[0], "随州红光酒厂", status="cancelled", ended_on=lately.isoformat())])
    await world.load([row(codes[1], "随州永兴酒厂", status="cancelled", ended_on=long_ago.isoformat())])
    (verdict,) = (await compare(world))["verdicts"]
    assert "第十七条第二项" in verdict["article"]
    assert not (await compare(world, trade_name="永兴"))["verdicts"]


async def test_bad_questions_are_told_what_is_wrong(world: World) -> None:
    for changes, pointer in (
        ({"trade_name": "红"}, "/trade_name"),
        ({"region": "999999"}, "/region"),
        ({"organisation_form": None}, "/organisation_form"),
        ({"surprise": 1}, "/surprise"),
    ):
        answer = await world.client.post("/v1/name-comparisons", json={**ASKED, **changes})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_the_parts_of_a_name_are_shown(world: World) -> None:
    parts = await world.get("/v1/names/decomposition", name="红光(北京)酒业发展有限公司")
    assert (parts["region_text"], parts["trade_name"], parts["industry"]) == ("北京", "红光", "酒业")
    assert "hong guang" in parts["sounds"]


async def test_every_official_example_is_found_among_all_others_and_judged_right(world: World) -> None:
    """Both ways, over HTTP, in a register that holds all of them and a thousand more."""
    names = sorted({each for one, two, *_ in OFFICIAL for each in (one, two)})
    codes = {each: credit_code.make("110105", 430_500_000 + i) for i, each in enumerate(names)}
    around = list(enterprises(Plan(1000, TRADE_NAMES, counties("110000"), 13)))
    industry = {"酒": "C151", "万青": "K701", "阿": "I64"}
    rows = [
        row(code, each, region="110105", industry_code=next(c for w, c in industry.items() if w in each))
        for each, code in codes.items()
    ]
    await world.load([*around, *rows])
    await world.settled()
    for one, two, rule, _, article in OFFICIAL:
        for asked, existing in ((one, two), (two, one)):
            code = next(c for w, c in industry.items() if w in asked)
            answer = await world.client.post(
                "/v1/name-comparisons", json={"region": "110105", "name": asked, "industry_code": code}
            )
            assert answer.status_code == 200, answer.text
            verdicts = {v["conflicting_name"]: v for v in answer.json()["verdicts"]}
            assert existing in verdicts, (asked, existing)
            assert (verdicts[existing]["rule"], article in verdicts[existing]["article"]) == (rule, True)
            assert verdicts[existing]["conflicting_code"] == codes[existing]


async def test_among_more_names_than_are_looked_at_what_is_refused_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that merely hold the words come first in the order of lists."""
    monkeypatch.setattr(queries, "NEAR", 5)
    monkeypatch.setattr(queries, "FAR", 5)
    names = [f"随州{first}红光酒业有限公司" for first in "安宝昌大恩发福高"]
    names += ["随州红光酒业有限公司", "随州红光酒厂"]
    rows = [row(credit_code.make("421303", 430_700_000 + i), name) for i, name in enumerate(names)]
    await world.load(rows)
    await world.settled()
    verdicts = (await compare(world))["verdicts"]
    assert {v["rule"] for v in verdicts if v["outcome"] == "refused"} == {
        "identical_name", "same_trade_name_same_industry"
    }  # fmt: skip


async def test_a_name_is_in_the_way_before_the_index_knows_it(world: World) -> None:
    await world.load([row(credit_code.make("421303", 430_600_000), "随州永兴酒业有限公司")])
    await world.settled()
    stale = world.client.app.state.projection.view
    code = credit_code.make("421303", 430_600_001)
    await world.load([row(code, "随州红光酒厂")])
    (verdict,) = (await compare(world))["verdicts"]
    assert verdict["conflicting_code"] == code
    assert stale.size == 1


async def test_a_former_name_of_an_enterprise_is_in_the_way_for_a_year(world: World) -> None:
    code = credit_code.make("421303", 430_600_002)
    await world.load([row(code, "随州红光酒厂")])
    await world.load([row(code, "随州永兴酒厂")])
    await world.settled()
    (verdict,) = (await compare(world))["verdicts"]
    assert (verdict["conflicting_name"], verdict["conflicting_code"]) == ("随州红光酒厂", code)
    assert "第十七条第二项" in verdict["article"]


async def test_the_year_of_a_former_name_begins_with_the_change_and_not_with_its_own_last_day(world: World) -> None:
    """Changed on 20 May 2026: the last day of the old name is the 19th, and it is free on 20 May 2027."""
    code = credit_code.make("421303", 430_600_004)
    await world.load([row(code, "随州永兴酒厂")])
    began = date(2012, 1, 1)
    until = name_period_end(began, date(2026, 5, 20))
    old = EnterpriseName(code=code, name="随州红光酒厂", valid_from=began, valid_until=until, closed_at=now())
    async with world.client.sessions() as session, session.begin():
        session.add(old)
        await feed.changed(session, code, "registration", day=today())
    await world.settled()
    for day, found in ((date(2027, 5, 19), ["随州红光酒厂"]), (date(2027, 5, 20), [])):
        with on(day):
            assert [v["conflicting_name"] for v in (await compare(world))["verdicts"]] == found, day


async def test_a_claimed_investment_relation_is_left_to_an_examiner(world: World) -> None:
    code = credit_code.make("421303", 430_600_003)
    await world.load([row(code, "随州红光酒厂")])
    (verdict,) = (await compare(world, related_codes=[code]))["verdicts"]
    assert (verdict["outcome"], verdict["exemption_claimed"]) == ("examiner", True)


async def test_names_are_not_compared_while_there_is_no_index(world: World) -> None:
    world.client.app.state.projection = Projection(world.client.runtime)
    answer = await world.client.post("/v1/name-comparisons", json=ASKED)
    assert (answer.status_code, answer.json()["code"]) == (503, "search_index_building")
