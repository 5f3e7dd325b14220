"""Whose a record is: certain, or left to a person with the likeliest first."""

from datetime import date

import pytest

from svc_credit_registry.sharing.matching.rules import Borne, Claim, Doubt, Known, Method, judge

TODAY, THEN = date(2026, 11, 21), date(2016, 3, 1)
RED = Known("91420000000000001X", "421303", "张伟", (Borne("随州红光酒业有限公司", date(2012, 6, 18), None),))
RENAMED = Known(
    "91420000000000002X", "421303", "李娜",
    (
        Borne("随州蓝天酒业有限公司", date(2018, 1, 1), None),
        Borne("随州绿野酒业有限公司", date(2012, 1, 1), date(2017, 12, 31)),
    ),
)  # fmt: skip
TWIN = Known("91420000000000003X", "421321", "王芳", (Borne("随州红光酒业有限公司", date(2020, 1, 1), None),))
REGISTER = {known.code: known for known in (RED, RENAMED, TWIN)}


def claim(code: str | None = None, name: str | None = None, **more: object) -> Claim:
    given = {"region": None, "legal_representative_name": None, "on": THEN} | more
    return Claim(code, name, **given)  # type: ignore[arg-type]


def judged(asked: Claim, *near: Known, successors: dict[str, str] | None = None):
    return judge(asked, REGISTER, successors or {}, [known.code for known in near], TODAY)


def test_a_code_alone_is_certain_and_so_is_its_successor() -> None:
    assert (judged(claim(RED.code)).code, judged(claim(RED.code)).confidence) == (RED.code, 1.0)
    moved = judged(claim("OLD"), successors={"OLD": RED.code})
    assert (moved.code, moved.method) == (RED.code, Method.SUCCESSOR)


def test_a_code_with_a_name_it_never_bore_is_doubtful() -> None:
    assert judged(claim(RED.code, "随州蓝天酒业有限公司")).doubt is Doubt.NAME_DIFFERS
    assert judged(claim(RENAMED.code, "随州绿野酒业有限公司")).code == RENAMED.code


@pytest.mark.parametrize("name", ["随州红光酒业有限公司", "隨州紅光酒業有限公司", "随州(红光)酒业 有限公司"])
def test_a_name_that_one_bears_is_enough_however_it_is_written(name: str) -> None:
    found = judged(claim(name=name), RED, RENAMED)
    assert (found.code, found.method) == (RED.code, Method.NAME)


def test_a_former_name_counts_for_the_time_when_it_was_borne() -> None:
    assert judged(claim(name="随州绿野酒业有限公司"), RENAMED).method is Method.FORMER_NAME
    later = judged(claim(name="随州绿野酒业有限公司", on=date(2019, 1, 1)), RENAMED)
    assert (later.code, later.doubt, later.candidates[0].code) == (None, Doubt.UNCERTAIN, RENAMED.code)


def test_of_several_with_one_name_something_else_must_speak_for_one() -> None:
    assert judged(claim(name="随州红光酒业有限公司"), RED, TWIN).doubt is Doubt.SEVERAL
    by_person = judged(claim(name="随州红光酒业有限公司", legal_representative_name="王芳"), RED, TWIN)
    assert (by_person.code, by_person.method) == (TWIN.code, Method.PERSON)
    assert judged(claim(name="随州红光酒业有限公司", region="421321"), RED, TWIN).code == TWIN.code
    nobody = judged(claim(name="随州红光酒业有限公司", legal_representative_name="赵六"), RED, TWIN)
    assert nobody.doubt is Doubt.SEVERAL


def test_a_similar_name_is_never_enough() -> None:
    found = judged(claim(name="随州红光酒业公司"), RED)
    assert (found.code, found.doubt, found.confidence) == (None, Doubt.UNCERTAIN, 0.5)


def test_an_unknown_code_is_not_overruled_by_a_name() -> None:
    found = judged(claim("91420000000000009X", "随州红光酒业有限公司"), RED)
    assert (found.code, found.doubt) == (None, Doubt.CODE_UNKNOWN)
    assert found.candidates[0].code == RED.code


def test_what_nobody_knows_waits_and_so_does_all_while_the_index_is_built() -> None:
    assert judged(claim(name="无此公司")).doubt is Doubt.NAME_UNKNOWN
    assert judge(claim(name="无此公司"), REGISTER, {}, None, TODAY).doubt is Doubt.INDEX_BUILDING
