import pytest

from shared.codes import credit_code
from svc_credit_registry.record.rows.rules import read_row
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, TooMany, counties, enterprises
from tests.svc_credit_registry.world import TODAY

PLAN = Plan(2000, TRADE_NAMES, counties("420000"), 3)


def test_made_rows_are_valid_and_distinct() -> None:
    rows = list(enterprises(PLAN))
    assert len({r["code"] for r in rows}) == len({r["name"] for r in rows}) == 2000
    for row in rows:
        assert read_row(row, TODAY).code == row["code"]
        assert credit_code.parse(row["code"]).region == row["region"]


def test_the_same_seed_gives_the_same_rows_and_another_one_other_codes() -> None:
    first, again = list(enterprises(PLAN)), list(enterprises(PLAN))
    assert first == again
    other = enterprises(Plan(2000, TRADE_NAMES, PLAN.region_codes, 4))
    assert not {r["code"] for r in first} & {r["code"] for r in other}


def test_more_than_there_are_names_is_refused() -> None:
    with pytest.raises(TooMany):
        list(enterprises(Plan(500, TRADE_NAMES[:1], ["421303"], 1)))


def test_counties_are_places() -> None:
    assert counties("421300") == ["421303", "421321", "421381"]
    assert len(counties()) > 2500
