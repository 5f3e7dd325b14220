"""The official examples of 工商企注字〔2017〕133号, and what Order 734 adds."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from svc_credit_registry.discovery.names.rules import (
    Kind,
    Name,
    NameOutcome,
    OtherName,
    Standing,
    compare,
    compare_all,
    exempted,
    registrar_scope,
    same_sound,
    terms_on,
)
from svc_credit_registry.record.decomposition.rules import decompose

TODAY = date(2026, 11, 21)
SAME, SIMILAR = Kind.SAME, Kind.SIMILAR


def name(text: str, code: str = "", scope: str = "4213") -> Name:
    return Name(text, decompose(text), code, scope)


def other(text: str, code: str = "", scope: str = "4213", **more: Any) -> OtherName:
    return OtherName(text, decompose(text), code, scope, **more)


OFFICIAL = [
    ("北京红光酒业发展有限公司", "北京红光酒业发展有限公司", "identical_name", SAME, "第三条第一项"),
    ("北京红光酒业发展有限公司", "红光(北京)酒业发展有限公司", "same_words_other_order", SAME, "第三条第二项"),
    ("北京红光酒业有限公司", "红光酒业有限公司", "same_trade_name_same_industry", SAME, "第三条第三项"),
    ("北京红光酒业有限公司", "北京红光酒厂", "same_trade_name_same_industry", SAME, "第三条第三项"),
    ("红光酒业有限公司", "北京红光酒厂", "same_trade_name_same_industry", SAME, "第三条第三项"),
    ("北京万青地产有限公司", "北京万青房地产有限公司", "equivalent_industry_word", SIMILAR, "第四条第一项"),
    ("北京万青地产有限公司", "北京万青置业有限公司", "equivalent_industry_word", SIMILAR, "第四条第一项"),
    ("北京万青房地产有限公司", "北京万青置业有限公司", "equivalent_industry_word", SIMILAR, "第四条第一项"),
    ("北京牛栏山酒业有限公司", "北京牛兰山酒业有限公司", "same_sound", SIMILAR, "第四条第二项"),
    ("北京牛栏山酒业有限公司", "北京牛蓝山白酒有限公司", "same_sound", SIMILAR, "第四条第二项"),
    ("北京牛兰山白酒有限公司", "北京牛蓝山白酒有限公司", "same_sound", SIMILAR, "第四条第二项"),
    (
        "北京阿里巴巴网络科技有限公司",
        "北京阿里巴巴巴巴网络科技有限公司",
        "contained_trade_name",
        SIMILAR,
        "第四条第三项",
    ),
    (
        "北京阿里巴巴网络科技有限公司",
        "北京马云阿理巴巴网络科技有限公司",
        "part_sounds_the_same",
        SIMILAR,
        "第四条第四项",
    ),
]


@pytest.mark.parametrize(("one", "two", "rule", "kind", "article"), OFFICIAL)
def test_the_official_examples_are_judged_right_both_ways(
    one: str, two: str, rule: str, kind: Kind, article: str
) -> None:
    for applicant, existing in ((one, two), (two, one)):
        verdict = compare(name(applicant), other(existing), TODAY)
        assert verdict is not None
        assert (verdict.rule, verdict.kind) == (rule, kind)
        assert "133号" in verdict.article
        assert article in verdict.article
        assert verdict.conflicting_name == existing
        assert existing in verdict.message
        assert verdict.message_en


@pytest.mark.parametrize(
    ("one", "two", "rule"),
    [
        ("全聚德", "荃巨得", "same_sound"),
        ("全聚德", "新全聚德", "contained_trade_name"),
        ("全聚德", "宏荃聚德", "part_sounds_the_same"),
    ],
)
def test_names_without_an_industry_fall_under_their_own_item(one: str, two: str, rule: str) -> None:
    verdict = compare(name(f"随州{one}实业有限公司", "L72"), other(f"随州{two}实业有限公司", "L72"), TODAY)
    assert verdict is not None
    assert verdict.rule == rule
    assert "第四条第五项" in verdict.article


def test_two_characters_that_sound_alike_within_a_longer_name_are_no_verdict() -> None:
    assert compare(name("随州红光酒业有限公司"), other("随州大宏光酒业有限公司"), TODAY) is None


def test_who_claims_an_investment_relation_comes_before_an_examiner() -> None:
    verdict = compare(name("随州红光酒业有限公司"), replace(other("随州红光酒厂"), code="91421303MA0000006Y"), TODAY)
    assert verdict is not None
    claimed = exempted(verdict, ["91421303MA0000006Y"])
    assert (claimed.outcome, claimed.exemption_claimed) == (NameOutcome.EXAMINER, True)
    assert exempted(verdict, ["91421303MA0000007N"]) == verdict


def test_no_relation_excepts_from_an_identical_name() -> None:
    same = replace(other("随州红光酒业有限公司"), code="91421303MA0000006Y")
    verdict = compare(name("随州红光酒业有限公司"), same, TODAY)
    assert verdict is not None
    assert exempted(verdict, ["91421303MA0000006Y"]).outcome is NameOutcome.REFUSED


def test_a_name_without_an_industry_is_judged_by_category() -> None:
    verdict = compare(name("随州全聚德实业有限公司", "L72"), other("随州荃巨得发展有限公司", "L72"), TODAY)
    assert verdict is not None
    assert verdict.rule == "same_sound"
    assert "第四条第五项" in verdict.article
    assert compare(name("随州全聚德实业有限公司", "L72"), other("随州荃巨得发展有限公司", "C15"), TODAY) is None


FALSE_ALARMS = [
    ("随州红光酒业有限公司", "随州红星酒业有限公司"),
    ("随州红光酒业有限公司", "随州红光机械有限公司"),
    ("随州长安汽车有限公司", "随州长沙汽车有限公司"),
    ("随州小米科技有限公司", "随州大米科技有限公司"),
    ("随州永兴商贸有限公司", "随州永达商贸有限公司"),
    ("随州天华食品有限公司", "随州华天食品有限公司"),
    ("随州金鑫物流有限公司", "随州金星物流有限公司"),
    ("随州牛栏山酒业有限公司", "随州牛栏山旅游有限公司"),
    ("随州万青置业有限公司", "随州万青广告有限公司"),
    ("随州阿里巴巴网络科技有限公司", "随州阿里巴巴巴巴食品有限公司"),
    ("随州光红酒业有限公司", "随州红光酒业有限公司"),
]


@pytest.mark.parametrize(("one", "two"), FALSE_ALARMS)
def test_different_names_raise_no_alarm(one: str, two: str) -> None:
    assert compare(name(one), other(two), TODAY) is None
    assert compare(name(two), other(one), TODAY) is None


@pytest.mark.parametrize(
    ("one", "two", "outcome"),
    [
        pytest.param("曾氏酒业有限公司", "增氏酒业有限公司", NameOutcome.EXAMINER, id="曾 read zeng"),
        pytest.param("鑫源餐饮有限公司", "欣源餐饮有限公司", NameOutcome.EXAMINER, id="the same sound and tone"),
        pytest.param("红光酒业有限公司", "工光酒业有限公司", NameOutcome.WARNING, id="a rare reading"),
        pytest.param("明远酒业有限公司", "名苑酒业有限公司", NameOutcome.WARNING, id="another tone"),
        pytest.param("红光酒业有限公司", "新红光酒业有限公司", NameOutcome.EXAMINER, id="most of it contained"),
        pytest.param("红光酒业有限公司", "东方大红光酒业有限公司", NameOutcome.WARNING, id="a small part contained"),
    ],
)
def test_similar_names_go_to_an_examiner_or_warn(one: str, two: str, outcome: NameOutcome) -> None:
    verdict = compare(name(one), other(two), TODAY)
    assert verdict is not None
    assert verdict.outcome is outcome


def test_industry_words_nobody_listed_are_judged_by_their_codes() -> None:
    parts = replace(decompose("红光酒业有限公司"), folded="红光窖藏有限公司", industry_word="窖藏", industry="窖藏")
    applicant = Name("红光窖藏有限公司", parts, "C1512", "4213")
    verdict = compare(applicant, other("红光酒业有限公司", "C151"), TODAY)
    assert verdict is not None
    assert (verdict.rule, verdict.outcome) == ("same_trade_name_same_category", NameOutcome.REFUSED)
    assert compare(applicant, other("红光酒业有限公司", "C153"), TODAY) is None


def test_the_same_trade_name_without_an_industry_is_refused() -> None:
    verdict = compare(name("随州红光酒业有限公司"), other("随州红光有限公司"), TODAY)
    assert verdict is not None
    assert (verdict.rule, verdict.outcome) == ("same_trade_name_no_industry", NameOutcome.REFUSED)
    assert "第十七条第一项" in verdict.article


@pytest.mark.parametrize(
    ("standing", "ended_on", "counts"),
    [
        pytest.param(Standing.CANCELLED, date(2025, 11, 22), True, id="cancelled a day short of a year ago"),
        pytest.param(Standing.CANCELLED, date(2025, 11, 21), False, id="cancelled a year ago to the day"),
        pytest.param(Standing.FORMER, date(2026, 1, 5), True, id="changed this year"),
        pytest.param(Standing.FORMER, date(2025, 11, 20), False, id="changed over a year ago"),
        pytest.param(Standing.REVOKED, date(2026, 11, 21), True, id="revoked today"),
        pytest.param(Standing.REVOKED, date(2024, 2, 29), False, id="revoked on 29 February"),
    ],
)
def test_a_name_that_ended_is_in_the_way_for_its_term(standing: Standing, ended_on: date, counts: bool) -> None:
    found = compare(
        name("随州红光酒业有限公司"), other("随州红光酒业有限公司", standing=standing, ended_on=ended_on), TODAY
    )
    assert (found is not None) is counts


def test_the_term_of_29_february_ends_on_1_march() -> None:
    old = other("随州红光酒业有限公司", standing=Standing.CANCELLED, ended_on=date(2024, 2, 29))
    assert compare(name("随州红光酒业有限公司"), old, date(2025, 2, 28)) is not None
    assert compare(name("随州红光酒业有限公司"), old, date(2025, 3, 1)) is None


def test_before_the_regulations_of_2021_a_revoked_name_counted_for_three_years() -> None:
    assert terms_on(date(2020, 1, 1)).years[Standing.REVOKED] == 3
    assert terms_on(date(2021, 3, 1)).years[Standing.REVOKED] == 1
    old = other("随州红光酒业有限公司", standing=Standing.REVOKED, ended_on=date(2018, 6, 1))
    assert compare(name("随州红光酒业有限公司"), old, date(2020, 1, 1)) is not None


def test_the_articles_and_exceptions_follow_the_standing() -> None:
    def verdict(standing: Standing) -> tuple[str, str | None]:
        found = compare(
            name("随州红光酒业有限公司"), other("随州红光酒厂", standing=standing, ended_on=date(2026, 10, 1)), TODAY
        )
        assert found is not None
        return found.article, found.exemption

    assert "第十七条第一项" in verdict(Standing.REGISTERED)[0]
    assert "第十七条第二项" in verdict(Standing.CANCELLED)[0]
    assert "第十七条第三项" in verdict(Standing.REVOKED)[0]
    assert verdict(Standing.REGISTERED)[1] == "有投资关系的除外"
    assert "受让" in str(verdict(Standing.FORMER)[1])


def test_nobody_is_excepted_from_an_identical_name() -> None:
    verdict = compare(name("随州红光酒业有限公司"), other("随州红光酒业有限公司"), TODAY)
    assert verdict is not None
    assert verdict.exemption is None


def test_a_reservation_counts_until_its_last_day() -> None:
    held = other("随州红光酒业有限公司", standing=Standing.RESERVED, until=TODAY)
    assert compare(name("随州红光酒厂"), held, TODAY) is not None
    assert compare(name("随州红光酒厂"), held, date(2026, 11, 22)) is None


@pytest.mark.parametrize(
    ("region", "scope"),
    [
        ("421303", "4213"),
        ("421321", "4213"),
        ("421300", "4213"),
        ("420000", "42"),
        ("110105", "11"),
        ("500112", "50"),
        ("429004", "429004"),
        ("659001", "659001"),
        ("100000", ""),
    ],
)
def test_registrars_of_one_city_share_their_names(region: str, scope: str) -> None:
    assert registrar_scope(region) == scope


def test_names_of_another_city_are_not_compared_but_those_above_and_below_are() -> None:
    applicant = name("随州红光酒业有限公司")
    assert compare(applicant, other("武汉红光酒业有限公司", scope="4201"), TODAY) is None
    assert compare(applicant, other("湖北红光酒业有限公司", scope="42"), TODAY) is not None
    assert compare(applicant, other("红光酒业有限公司", scope=""), TODAY) is not None
    assert (
        compare(name("湖北红光酒业有限公司", scope="42"), other("武汉红光酒业有限公司", scope="4201"), TODAY)
        is not None
    )
    assert compare(name("红光酒业有限公司", scope=""), other("北京红光酒厂", scope="11"), TODAY) is not None


def test_several_verdicts_come_at_once_refusals_first() -> None:
    others = [
        other("随州红广酒业有限公司"),
        other("随州新红光酒业有限公司"),
        other("随州红光酒厂"),
        other("随州永兴酒业有限公司"),
    ]
    verdicts = compare_all(name("随州红光酒业有限公司"), others, TODAY)
    assert [v.rule for v in verdicts] == ["same_trade_name_same_industry", "contained_trade_name", "same_sound"]
    assert [v.outcome for v in verdicts] == [NameOutcome.REFUSED, NameOutcome.EXAMINER, NameOutcome.WARNING]


def test_names_of_different_length_never_sound_the_same() -> None:
    assert not same_sound("红光", "红光光", usual_only=False)
