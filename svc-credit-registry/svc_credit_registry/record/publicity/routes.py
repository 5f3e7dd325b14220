"""Complaints on the public record."""

from typing import Annotated

from fastapi import Path

from shared.auth import Public
from shared.http import Page, Paging, Router, cached
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.record.publicity import service
from svc_credit_registry.record.publicity.schemas import ComplaintOut
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["publicity"], dependencies=[Public])


@router.get(
    "/v1/enterprises/{code}/complaints",
    operation_id="list_enterprise_complaints",
    summary="Complaints on the public record of an enterprise",
    dependencies=[Followed],
    responses=MOVED,
)
async def list_enterprise_complaints(
    reply: ReplyDep,
    paging: Paging,
    code: Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")],
) -> Page[ComplaintOut]:
    """Concluded complaints, the newest first, without personal data, each with who answers for it and on what basis."""
    result = await service.complaints_of(reply.session, code, paging, reply.request, reply.response)
    reply.response.headers.update(cached("register", f"enterprise:{valid_code(code)}"))
    return result.page([ComplaintOut.model_validate(row) for row in result.rows])
