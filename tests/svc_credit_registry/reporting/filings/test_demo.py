"""The demonstration's reports, policy and benefit."""

import pytest

from shared.clock import today
from svc_credit_registry import demo
from svc_credit_registry.settings import Settings
from tests.svc_credit_registry.reporting.filings.conftest import Filings

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    assert figures["total"]["filed_late"] + figures["total"]["filed_in_time"] > 3
