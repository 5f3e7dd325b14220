"""Annual reports from the first draft to a correction in the open."""

from datetime import date, timedelta

import pytest

from shared.clock import today
from shared.codes import credit_code
from svc_credit_registry.reporting.published_reports.handlers import SWEEPS
from tests.svc_credit_registry.reporting.filings.conftest import FIGURES, FORM, Filings, expect, refused
from tests.svc_credit_registry.world import row

YEAR = today().year - 1
LAST_YEAR = YEAR - 1


async def test_a_report_goes_from_a_prefilled_draft_to_the_public_record(filings: Filings) -> None:
    code = await filings.enterprise(address="湖北省随州市曾都区解放路1号")
    who = filings.agent(code)
    begun = await filings.post(who, "/annual-reports", {"year": YEAR})
    report = expect(begun, 201)
    assert begun.headers["Location"].endswith(report["id"])
    assert report["form"]["contact"]["address"] == "湖北省随州市曾都区解放路1号"
    assert (report["state"], report["revision"], report["version"]) == ("draft", 0, 1)
    report = expect(await filings.patch(who, f"/annual-reports/{report['id']}", FORM, 1))
    report = expect(await filings.submit(who, report))
    assert (report["state"], report["revision"]) == ("published", 1)

    (shown,) = (await filings.get(f"/v1/enterprises/{code}/annual-reports"))["items"]
    assert shown["year"] == YEAR
    assert shown["revisions"][0]["sections"]["figures"] == {"employees": 35}
    assert "revenue_yuan" in shown["not_published"]
    assert "12000000" not in str(shown)
    ((kind, key, content),) = await filings.rows(
        "SELECT kind, key, content FROM record_items WHERE code = $1 AND superseded_at IS NULL", code
    )
    assert (kind, key, content["late"]) == ("annual_report", str(YEAR), report["late"])
    assert "revenue_yuan" not in content["sections"]["figures"]


async def test_a_report_is_late_after_30_june_and_says_so(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    report = await filings.filed(who, LAST_YEAR)
    assert report["late"]
    assert report["window"] | {"basis": "", "note": ""} == {
        "year": LAST_YEAR, "opens_on": f"{LAST_YEAR + 1}-01-01", "due_on": f"{LAST_YEAR + 1}-06-30", "state": "over",
        "basis": "", "note": "",
    }  # fmt: skip


async def test_an_edit_rests_on_the_version_that_was_read(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    report = await filings.draft(who, YEAR)
    path = f"/annual-reports/{report['id']}"
    refused(await filings.patch(who, path, {"operation": "suspended"}, None), 428, "precondition_required")
    refused(await filings.patch(who, path, {"operation": "suspended"}, 1), 412, "stale_version")
    figures = {"figures": {"tax_yuan": "310000.00", "employees": None}}
    changed = expect(await filings.patch(who, path, figures, report["version"]))
    assert changed["form"]["figures"]["tax_yuan"] == "310000.00"
    assert changed["form"]["figures"]["employees"] is None
    assert changed["form"]["figures"]["assets_yuan"] == FIGURES["assets_yuan"]


async def test_faults_stop_a_report_each_with_its_place(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    wrong = FIGURES | {"equity_yuan": "4000000.00", "main_revenue_yuan": "13000000.00", "tax_yuan": None}
    report = await filings.draft(who, YEAR, figures=wrong, contact=FORM["contact"] | {"postcode": "4413"})
    answer = refused(await filings.submit(who, report), 422, "report_faulty")
    assert {(e["pointer"], e["code"]) for e in answer["errors"]} == {
        ("/contact/postcode", "malformed"),
        ("/figures/tax_yuan", "missing"),
        ("/figures/equity_yuan", "unbalanced"),
        ("/figures/main_revenue_yuan", "above_total"),
    }
    check = expect(await filings.read(who, f"/annual-reports/{report['id']}/check"))
    assert not check["can_submit"]


async def test_what_differs_much_from_last_year_must_be_confirmed(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    await filings.filed(who, LAST_YEAR)
    begun = expect(await filings.post(who, "/annual-reports", {"year": YEAR}), 201)
    assert begun["form"]["contact"]["phone"] == FORM["contact"]["phone"]
    assert begun["form"]["contributions"][0]["shareholder"] == "李娜"
    assert begun["form"]["figures"]["revenue_yuan"] is None
    figures = FIGURES | {"revenue_yuan": "99000000.00"}
    report = expect(await filings.patch(who, f"/annual-reports/{begun['id']}", {"figures": figures}, 1))
    answer = refused(await filings.submit(who, report), 422, "warnings_unconfirmed")
    assert answer["warnings"] == ["jump:/figures/revenue_yuan"]
    check = expect(await filings.read(who, f"/annual-reports/{report['id']}/check"))
    assert check["can_submit"]
    published = expect(await filings.submit(who, report, *answer["warnings"]))
    assert published["revision"] == 1
    ((confirmed,),) = await filings.rows(
        "SELECT confirmed FROM annual_report_revisions WHERE report_id = $1", published["id"]
    )
    assert confirmed == ["jump:/figures/revenue_yuan"]


async def test_a_correction_after_30_june_is_refused_and_tells_what_to_do(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    report = await filings.filed(who, LAST_YEAR)
    body = {"reason": "营业收入填写有误"}
    answer = await filings.post(who, f"/annual-reports/{report['id']}/correction", body)
    assert refused(answer, 409, "correction_window_over")["due_on"] == f"{LAST_YEAR + 1}-06-30"


async def test_new_enterprises_report_from_the_next_year_on(filings: Filings) -> None:
    this_year = today().year
    code = await filings.enterprise(established_on=f"{this_year}-01-05")
    who = filings.agent(code)
    answer = refused(await filings.post(who, "/annual-reports", {"year": YEAR}), 409, "year_not_reportable")
    assert answer["first_year"] == this_year
    answer = refused(await filings.post(who, "/annual-reports", {"year": this_year}), 409, "window_not_open")
    assert answer["opens_on"] == f"{this_year + 1}-01-01"
    assert expect(await filings.read(who, "/annual-reports/duties"))["items"] == []


async def test_one_year_has_one_report(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    report = await filings.draft(who, YEAR)
    refused(await filings.post(who, "/annual-reports", {"year": YEAR}), 409, "report_exists")
    path, match = f"/v1/annual-reports/{report['id']}/draft", {"If-Match": f'"{report["version"]}"'}
    assert (await filings.client.delete(path, headers=who | match)).status_code == 204
    expect(await filings.post(who, "/annual-reports", {"year": YEAR}), 201)


async def test_those_out_of_business_do_not_report(filings: Filings) -> None:
    code = await filings.enterprise(status="revoked", ended_on="2020-01-01")
    refused(await filings.post(filings.agent(code), "/annual-reports", {"year": YEAR}), 409, "enterprise_not_active")


async def test_individual_businesses_have_a_measure_of_their_own(filings: Filings) -> None:
    code = credit_code.make("421303", 529_000_001, category="2")
    _, rejected = await filings.load([row(code, "随州曾都老张酒坊")])
    assert not rejected
    refused(await filings.post(filings.agent(code), "/annual-reports", {"year": YEAR}), 409, "own_measure")


async def test_only_those_with_a_mandate_for_the_matter_act(filings: Filings) -> None:
    code = await filings.enterprise()
    report = await filings.draft(filings.agent(code, ["MR-ENT-ANNUAL-REPORT"]), YEAR)
    path = f"/annual-reports/{report['id']}"
    other = filings.agent(await filings.enterprise())
    for stranger in (other, filings.agent(code, ["MR-ENT-CHANGE"]), filings.person(), filings.officer()):
        refused(await filings.read(stranger, path), 404, "report_unknown")
        refused(await filings.patch(stranger, path, {"operation": "suspended"}, 2), 404, "report_unknown")
        refused(await filings.submit(stranger, report), 404, "report_unknown")
    for stranger in (filings.person(), filings.agent(code, ["MR-ENT-CHANGE"])):
        refused(await filings.post(stranger, "/annual-reports", {"year": YEAR}), 403, "not_for_enterprise")
    assert (await filings.get(f"/v1/enterprises/{code}/annual-reports"))["items"] == []


async def test_figures_are_unreadable_in_the_database_and_absent_from_the_audit(filings: Filings) -> None:
    report = await filings.filed(filings.agent(await filings.enterprise()), YEAR)
    ((content,),) = await filings.rows("SELECT content FROM annual_report_revisions WHERE report_id = $1", report["id"])
    assert b"revenue" not in content
    statement = "SELECT action, before::text || after::text FROM audit_log WHERE object_id = $1 ORDER BY id"
    acts = await filings.rows(statement, report["id"])
    assert [act for act, _ in acts] == ["annual_report.begun", "annual_report.edited", "annual_report.published"]
    assert "12000000" not in "".join(told for _, told in acts)


async def test_an_officer_looks_at_unpublished_figures_for_a_reason_that_is_kept(filings: Filings) -> None:
    code = await filings.enterprise()
    report = await filings.filed(filings.agent(code), YEAR)
    path, body = f"/enterprises/{code}/annual-reports/{YEAR}/full-view", {"reason": "核查举报事项"}
    seen = await filings.post(filings.officer("421300"), path, body)
    assert expect(seen)["form"]["figures"]["revenue_yuan"] == FIGURES["revenue_yuan"]
    assert seen.headers["Cache-Control"] == "no-store"
    refused(await filings.post(filings.officer("421321"), path, body), 404, "report_unknown")
    assert (await filings.post(filings.person(), path, body)).status_code == 403
    assert (await filings.post(filings.officer(), path, {})).status_code == 422
    told = await filings.rows(
        "SELECT reason FROM audit_log WHERE action = 'annual_report.viewed' AND object_id = $1", report["id"]
    )
    assert [reason for (reason,) in told] == ["核查举报事项"]


async def test_officers_see_who_still_has_to_file_in_their_region(filings: Filings) -> None:
    missing = await filings.enterprise(region="421321")
    filed = await filings.enterprise(region="421321")
    await filings.enterprise(region="421321", established_on=f"{today().year}-02-01")
    await filings.enterprise(region="421321", status="cancelled", ended_on="2020-01-01")
    await filings.filed(filings.agent(filed), YEAR)
    listed = expect(await filings.read(filings.officer("421321"), "/annual-reports/outstanding", year=YEAR))
    assert [e["code"] for e in listed["items"]] == [missing]
    above = expect(
        await filings.read(filings.officer("421300"), "/annual-reports/outstanding", year=YEAR, region="421321")
    )
    assert [e["code"] for e in above["items"]] == [missing]
    other = await filings.read(filings.officer("421303"), "/annual-reports/outstanding", year=YEAR, region="421321")
    assert other.status_code == 404
    assert (await filings.read(filings.agent(filed), "/annual-reports/outstanding", year=YEAR)).status_code == 403

    figures = await filings.get("/v1/annual-reports/figures", year=YEAR, region="421300")
    (county,) = [r for r in figures["regions"] if r["region"] == "421321"]
    late = county["filed_late"]
    assert (county["due"], county["filed_in_time"] + late, county["outstanding"]) == (2, 1, 1)
    assert county["rate_percent"] == "50.00"


async def test_for_a_year_that_is_not_over_nobody_is_counted(filings: Filings) -> None:
    for year in (today().year, 2198):
        refused(await filings.read(None, "/annual-reports/figures", year=year), 409, "window_not_open")
        missing = await filings.read(filings.officer(), "/annual-reports/outstanding", year=year)
        refused(missing, 409, "window_not_open")


async def test_the_nation_is_the_sum_of_its_provinces_counted_once_a_day(filings: Filings) -> None:
    (count_next,) = SWEEPS
    await filings.enterprise(region="100000")
    while await filings.sweep(count_next):
        pass
    nation = await filings.get("/v1/annual-reports/figures", year=YEAR)
    province = await filings.get("/v1/annual-reports/figures", year=YEAR, region="420000")
    (hubei,) = [r for r in nation["regions"] if r["region"] == "420000"]
    assert hubei == province["total"]
    assert nation["total"]["due"] == sum(r["due"] for r in nation["regions"]) + 1
    await filings.enterprise()
    assert await filings.sweep(count_next) == 0
    assert await filings.get("/v1/annual-reports/figures", year=YEAR) == nation
    assert await filings.sweep(count_next, today() + timedelta(days=1)) == 1


async def test_the_duties_of_an_enterprise_tell_each_year_and_its_last_day(filings: Filings) -> None:
    code = await filings.enterprise(established_on=f"{LAST_YEAR}-03-01")
    who = filings.agent(code)
    await filings.filed(who, LAST_YEAR)
    duties = expect(await filings.read(who | {"Accept-Language": "en"}, "/annual-reports/duties"))
    assert [(d["year"], d["state"]) for d in duties["items"]][1:] == [(LAST_YEAR, "filed_late")]
    assert duties["items"][0]["state"] in ("overdue", "outstanding")
    assert duties["items"][1]["state_label"] == "Filed late"


@pytest.mark.parametrize(
    ("day", "late"), [(date(2026, 1, 1), False), (date(2026, 6, 30), False), (date(2026, 7, 1), True)]
)
async def test_the_window_includes_its_first_and_last_day(filings: Filings, day: date, late: bool) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(day):
        assert (await filings.filed(who, 2025))["late"] is late


async def test_nothing_is_taken_before_the_first_day(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(date(2025, 12, 31)):
        refused(await filings.post(who, "/annual-reports", {"year": 2025}), 409, "window_not_open")


async def test_a_correction_by_30_june_shows_what_stood_before_and_why(filings: Filings) -> None:
    code = await filings.enterprise()
    who = filings.agent(code)
    with filings.on(date(2026, 3, 2)):
        report = await filings.filed(who, 2025)
    path = f"/annual-reports/{report['id']}"
    with filings.on(date(2026, 6, 30)):
        opened = expect(await filings.post(who, f"{path}/correction", {"reason": "从业人数填写有误"}))
        assert opened["state"] == "correcting"
        refused(await filings.post(who, f"{path}/correction", {"reason": "再次更正"}), 409, "correction_open")
        (shown,) = (await filings.get(f"/v1/enterprises/{code}/annual-reports"))["items"]
        assert len(shown["revisions"]) == 1
        changes = {"figures": {"employees": 31, "revenue_yuan": "12500000.00"}}
        edited = expect(await filings.patch(who, path, changes, opened["version"]))
        published = expect(await filings.submit(who, edited))
    assert (published["revision"], published["late"], published["filed_on"]) == (2, False, "2026-03-02")
    (shown,) = (await filings.get(f"/v1/enterprises/{code}/annual-reports"))["items"]
    latest, first = shown["revisions"]
    assert shown["corrected"]
    assert latest["reason"] == "从业人数填写有误"
    assert latest["changes"] == [{"pointer": "/figures/employees", "before": 35, "after": 31}]
    assert first["sections"]["figures"] == {"employees": 35}
    versions = await filings.rows(
        "SELECT version, superseded_at IS NULL FROM record_items WHERE code = $1 ORDER BY version", code
    )
    assert [tuple(v) for v in versions] == [(1, False), (2, True)]


async def test_a_correction_begun_in_june_is_not_published_in_july(filings: Filings) -> None:
    who = filings.agent(await filings.enterprise())
    with filings.on(date(2026, 6, 30)):
        report = await filings.filed(who, 2025)
        opened = expect(await filings.post(who, f"/annual-reports/{report['id']}/correction", {"reason": "电话有误"}))
    with filings.on(date(2026, 7, 1)):
        refused(await filings.submit(who, opened), 409, "correction_window_over")
