"""The standard as data; sizes that follow annual reports; the directory, which never shows the figures."""

from datetime import timedelta

from sqlalchemy import select

from shared.clock import today
from svc_credit_registry.record.feed import service as sequencer
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.small_micro.handlers import SWEEPS
from tests.svc_credit_registry.reporting.filings.conftest import FIGURES, Filings, expect, refused

YEAR = today().year - 1
CLASSIFY, FOLLOW = SWEEPS
MICRO = {"figures": FIGURES | {"employees": 8}}


async def sized(filings: Filings, region: str = "421303", **changes: object) -> str:
    code = await filings.enterprise(region=region)
    await filings.filed(filings.agent(code), YEAR, **changes)
    await filings.sweep(CLASSIFY)
    return code


async def test_the_size_follows_the_published_report(filings: Filings) -> None:
    code = await filings.enterprise()
    assert (await filings.get(f"/v1/enterprises/{code}/size"))["undetermined"] == "no_report"
    report = await filings.filed(filings.agent(code), YEAR)
    assert await filings.sweep(CLASSIFY) == 1
    assert await filings.sweep(CLASSIFY) == 0
    size = await filings.get(f"/v1/enterprises/{code}/size")
    assert (size["size"], size["size_label"], size["year"]) == ("small", "小型企业", YEAR)
    assert not {"employees", "revenue_yuan"} & size.keys()
    again = expect(await filings.read(filings.agent(code), f"/annual-reports/{report['id']}"))
    assert again["version"] == report["version"]
    changes = await filings.rows("SELECT part FROM pending_changes WHERE code = $1 ORDER BY id", code)
    assert [part for (part,) in changes][-1:] == ["size"]


async def test_an_older_report_filed_late_does_not_change_the_size(filings: Filings) -> None:
    code = await sized(filings)
    await filings.filed(filings.agent(code), YEAR - 1, **MICRO)
    await filings.sweep(CLASSIFY)
    size = await filings.get(f"/v1/enterprises/{code}/size")
    assert (size["size"], size["year"]) == ("small", YEAR)


async def test_the_size_is_told_anew_when_the_enterprise_moves_to_another_region_or_industry(filings: Filings) -> None:
    code = await sized(filings, "420106")
    registrar = filings.staff("credit-registry:enterprises:maintain", "420106")
    facts = {"region": "421381", "industry_code": "I651"}
    change = {"decided_on": today().isoformat(), "basis": "《市场主体登记管理条例》第二十四条", "facts": facts}
    expect(await filings.post(registrar, f"/enterprises/{code}/changes", change, 1), 201)
    await sequencer.sequence_all(filings.client.runtime)
    while await filings.sweep(FOLLOW):
        pass
    assert await filings.sweep(CLASSIFY) == 1
    ((region, industry),) = await filings.rows(
        "SELECT region, industry_code FROM enterprise_sizes WHERE code = $1", code
    )
    assert (region, industry) == ("421381", "I651")
    assert await filings.sweep(FOLLOW) == 0
    assert await filings.sweep(CLASSIFY) == 0


async def test_the_directory_lists_small_and_micro_enterprises_in_business(filings: Filings) -> None:
    small, micro = await sized(filings, "421321"), await sized(filings, "421321", **MICRO)
    big = {"figures": FIGURES | {"employees": 400, "main_revenue_yuan": "30000000", "revenue_yuan": "30000000"}}
    await sized(filings, "421321", **big)
    listed = await filings.get("/v1/small-micro-enterprises", region="421321", count="exact")
    assert {(e["code"], e["size"]) for e in listed["items"]} == {(small, "small"), (micro, "micro")}
    assert listed["count"] == 2
    only = await filings.get("/v1/small-micro-enterprises", region="421300", size="micro", industry_code="C15")
    assert [e["code"] for e in only["items"]] == [micro]
    first = await filings.get("/v1/small-micro-enterprises", region="421321", limit=1)
    rest = await filings.get("/v1/small-micro-enterprises", region="421321", cursor=first["next_cursor"])
    assert {e["code"] for e in first["items"] + rest["items"]} == {small, micro}
    lines = (await filings.read(None, "/small-micro-enterprises/export", region="421321", format="csv")).text
    assert len(lines.splitlines()) == 3
    assert len((await filings.read(None, "/small-micro-enterprises/export", region="421321")).text.splitlines()) == 2


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


async def test_a_report_that_can_not_be_read_holds_up_no_other(filings: Filings) -> None:
    broken, fine = await filings.enterprise(), await filings.enterprise()
    await filings.sweep(CLASSIFY)
    for code in (broken, fine):
        await filings.filed(filings.agent(code), YEAR)
    ours = select(ReportRevision).join(AnnualReport, AnnualReport.id == ReportRevision.report_id)
    async with filings.client.sessions() as session, session.begin():
        revision = (await session.scalars(ours.where(AnnualReport.code == broken))).one()
        whole, revision.content = revision.content, "[]"
    assert await filings.sweep(CLASSIFY) == 1
    assert (await filings.get(f"/v1/enterprises/{fine}/size"))["size"] == "small"
    assert (await filings.get(f"/v1/enterprises/{broken}/size"))["undetermined"] == "no_report"
    async with filings.client.sessions() as session, session.begin():
        (await session.scalars(ours.where(AnnualReport.code == broken))).one().content = whole
    with filings.on(today() + timedelta(days=1)):
        assert await filings.sweep(CLASSIFY) == 1
    assert (await filings.get(f"/v1/enterprises/{broken}/size"))["size"] == "small"
