"""The demonstration's reports, policy and benefit."""

from shared.clock import today
from svc_credit_registry import demo
from svc_credit_registry.demonstration.callers import account_of
from svc_credit_registry.demonstration.enterprises import PHARMACY, code_of
from svc_credit_registry.settings import Settings
from svc_sso import demo as sso
from tests.svc_credit_registry.reporting.filings.conftest import Filings


async def test_the_demonstration_reports_once(filings: Filings) -> None:
    settings = filings.client.settings
    assert isinstance(settings, Settings)
    await demo.fill(settings)
    before = await filings.rows("SELECT count(*), sum(version) FROM record_items")
    await demo.fill(settings)
    assert await filings.rows("SELECT count(*), sum(version) FROM record_items") == before
    (benefit,) = (await filings.get("/v1/support-benefits"))["items"]
    assert benefit["reference"] == "DEMO-2026-001"
    figures = await filings.get("/v1/annual-reports/figures", year=today().year - 1, region="421303")
    listed = [*(await filings.get("/v1/list-entries"))["items"],
              *(await filings.get("/v1/list-entries", state="removed"))["items"]]  # fmt: skip
    assert {(entry["name"], entry["list"], entry["state"]) for entry in listed} == {
        ("随县演示农机有限公司", "abnormal", "listed"),
        ("随州演示商贸有限公司", "abnormal", "listed"),
        ("随州演示建材有限公司", "abnormal", "removed"),
        ("随州演示食品有限公司", "serious", "listed"),
    }
    plans = (await filings.get("/v1/inspection-plans"))["items"]
    assert sorted(plan["state"] for plan in plans) == ["drawn", "frozen"]
    pharmacy = await filings.get(f"/v1/enterprises/{code_of(PHARMACY)}/record")
    kinds = {kind["kind"] for kind in pharmacy["kinds"]}
    assert kinds - {"inspection"} == {"annual_report", "commitment", "credit_repair"}  # whom a draw hits is chance
    assert figures["total"]["filed_late"] + figures["total"]["filed_in_time"] > 3


async def test_the_inspector_of_the_demonstration_is_the_account_which_single_sign_on_makes() -> None:
    ids = {account.username: str(account.id) for account in sso.accounts()}
    assert {name: account_of(name) for name in ("insp.zengdu", "demo.citizen")}.items() <= ids.items()
