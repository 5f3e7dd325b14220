"""The standard as data and as a calculator."""

import pytest

from tests.svc_credit_registry.filings.conftest import Filings, expect, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_size_comes_with_the_reason_for_each_indicator(filings: Filings) -> None:
    body = {"industry_code": "1512", "employees": 35, "revenue_yuan": "2999999.99"}
    answer = expect(await filings.post({}, "/size-classifications", body))
    assert (answer["size"], answer["size_label"]) == ("micro", "微型企业")
    assert [i["reason"] for i in answer["indicators"]] == [
        "从业人员不低于20人、低于300人：小型企业", "营业收入低于300万元：微型企业",
    ]  # fmt: skip
    assert "国统字〔2017〕213号" in answer["basis"]
    english = expect(await filings.post({"Accept-Language": "en"}, "/size-classifications", body))
    assert english["indicators"][1]["reason"] == "Revenue below 3,000,000 yuan: Micro enterprise"


async def test_a_code_that_does_not_exist_is_refused(filings: Filings) -> None:
    answer = await filings.post({}, "/size-classifications", {"industry_code": "Z99"})
    refused(answer, 422, "industry_code_invalid")


async def test_the_standard_is_served_as_data(filings: Filings) -> None:
    standard = await filings.get("/v1/size-standards", day="2016-01-01")
    assert standard["version"] == "stats-75-2011"
    assert len(standard["groups"]) == 16
    refused(await filings.read(None, "/size-standards", day="2001-01-01"), 422, "no_standard")
