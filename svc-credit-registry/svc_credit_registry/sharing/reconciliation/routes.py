"""HTTP of reconciliation."""

from typing import Annotated

from fastapi import Query

from shared.http import Router
from svc_credit_registry.access import AnyCaller
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.reconciliation import service
from svc_credit_registry.sharing.reconciliation.schemas import CountFilters, DaysOut, QualityReportOut
from svc_credit_registry.sharing.submissions.routes import producer_seen

router = Router(prefix="/v1", tags=["submissions"])


@router.get("/submission-counts", operation_id="count_submissions", summary="对账 Counts by day, producer and kind")
async def count_submissions(reply: ReplyDep, caller: AnyCaller, filters: Annotated[CountFilters, Query()]) -> DaysOut:
    """Compare `received` with what you sent on the day: received = accepted + waiting + overtaken + refused."""
    return await service.days(reply.session, producer_seen(caller, filters.producer), filters, reply.today)


@router.get("/data-quality", operation_id="report_data_quality", summary="数据质量报告 The quality of producers' data")
async def report_quality(
    reply: ReplyDep, caller: AnyCaller, filters: Annotated[CountFilters, Query()]
) -> QualityReportOut:
    """An agency sees its own, officers of the register and auditors all."""
    return await service.quality(reply.session, producer_seen(caller, filters.producer), filters, reply.today)
