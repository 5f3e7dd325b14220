"""The public record of one enterprise."""

from typing import Annotated

from fastapi import Path, Request, Response

from shared.auth import Public
from shared.db import SessionDep
from shared.http import Router, cached, etag, not_modified
from svc_credit_registry.enterprises import service
from svc_credit_registry.enterprises.schemas import EnterpriseOut

router = Router(tags=["enterprises"], dependencies=[Public])


@router.get(
    "/v1/enterprises/{code}",
    operation_id="get_enterprise",
    summary="The public record of an enterprise",
    response_model=EnterpriseOut,
    responses={304: {"description": "Unchanged since the ETag in If-None-Match"}},
)
async def get_enterprise(
    session: SessionDep,
    request: Request,
    response: Response,
    code: Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")],
) -> EnterpriseOut | Response:
    """The record with its ETag; 404 for a code no enterprise has, 422 with the failed check for what is no code."""
    enterprise = await service.find(session, code)
    headers = {"ETag": etag(enterprise)} | cached("register", f"enterprise:{enterprise.code}")
    if not_modified(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return await service.describe(session, enterprise)
