"""The register of online operators: looked up by everybody, kept by officials."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.http import IfMatch, Page, Paging, Router, not_modified, view_etag
from shared.http.pagination import PageQuery
from svc_credit_registry.access import LeadOfficer
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.supervision.operators import queries, rules, service
from svc_credit_registry.supervision.operators.models import OnlineSite
from svc_credit_registry.supervision.operators.queries import Filters
from svc_credit_registry.supervision.operators.rules import OperatorKind
from svc_credit_registry.supervision.operators.schemas import (
    ClosureIn,
    OperatorVerificationIn,
    SiteIn,
    SiteOut,
    site_out,
)
from svc_credit_registry.supervision.operators.service import Held

router = Router(tags=["online-sites"])

Domain = Annotated[str | None, Query(max_length=500, description="A domain or an address; `www.` does not matter")]
Text = Annotated[str | None, Query(min_length=1, max_length=200)]
CodePath = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]


async def _answer(reply: Reply, held: Held) -> SiteOut:
    await reply.versioned(held[0])
    return site_out(*held, english=reply.english)


async def _page(reply: Reply, filters: Filters, paging: PageQuery) -> Page[SiteOut]:
    keys: list[ColumnElement[Any]] = [OnlineSite.opened_on.desc(), OnlineSite.id.desc()]
    found = await reply.page_of(queries.shown(filters), keys, paging)
    reply.response.headers["Vary"] = "Accept-Language"
    return found.page([site_out(row, enterprise, english=reply.english) for row, enterprise in found.rows])


@router.get("/v1/online-sites", operation_id="list_online_sites", dependencies=[Public])
async def list_online_sites(  # noqa: PLR0913 - one parameter for each filter
    reply: ReplyDep,
    paging: Paging,
    domain: Domain = None,
    code: Annotated[str | None, Query(max_length=40)] = None,
    platform: Text = None,
    icp_number: Text = None,
    kind: OperatorKind | None = None,
) -> Page[SiteOut]:
    """Who trades under a domain, on a platform or under an ICP number, now and before, each with its mark."""
    filters = Filters(
        code=valid_code(code) if code else None,
        domain=rules.domain_of(domain) if domain else None,
        platform=platform,
        icp_number=rules.icp_number_of(icp_number) if icp_number else None,
        kind=kind,
    )
    return await _page(reply, filters, paging)


@router.get(
    "/v1/enterprises/{code}/online-sites",
    operation_id="list_enterprise_online_sites",
    dependencies=[Public, Followed],
    responses=MOVED,
)
async def list_enterprise_online_sites(code: CodePath, reply: ReplyDep, paging: Paging) -> Page[SiteOut]:
    """The sites, apps and shops of an enterprise, the latest opened first; 404 for an unknown code."""
    enterprise = await enterprises.find(reply.session, code)
    return await _page(reply, Filters(code=enterprise.code), paging)


@router.get("/v1/online-sites/{site_id}", operation_id="get_online_site", dependencies=[Public], response_model=SiteOut)
async def get_online_site(site_id: uuid.UUID, reply: ReplyDep) -> SiteOut | Response:
    """One site with its ETag."""
    row, enterprise = await service.found(reply.session, site_id)
    shown = site_out(row, enterprise, english=reply.english)
    headers = {"ETag": view_etag(row, shown), "Vary": "Accept-Language"}
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    reply.response.headers.update(headers)
    return shown


@router.post("/v1/online-sites", operation_id="enter_online_site", status_code=201)
async def enter_online_site(body: SiteIn, caller: LeadOfficer, reply: ReplyDep) -> SiteOut:
    """Registers a site of an operator of the caller's region; 409 when it is registered already."""
    held = await service.enter(reply.session, caller, body, reply.today)
    reply.created(f"/v1/online-sites/{held[0].id}")
    return await _answer(reply, held)


@router.post("/v1/online-sites/{site_id}/verification", operation_id="verify_online_site")
async def verify_online_site(
    site_id: uuid.UUID,
    body: OperatorVerificationIn,
    caller: LeadOfficer,
    version: IfMatch,
    reply: ReplyDep,
) -> SiteOut:
    """Marks whether the site is the operator's; one that is not makes room for whose it is."""
    return await _answer(reply, await service.verify(reply.session, caller, (site_id, version), body, reply.today))


@router.post("/v1/online-sites/{site_id}/closure", operation_id="close_online_site")
async def close_online_site(
    site_id: uuid.UUID, body: ClosureIn, caller: LeadOfficer, version: IfMatch, reply: ReplyDep
) -> SiteOut:
    """Notes since when the site is closed; it stays readable with its period."""
    return await _answer(reply, await service.close(reply.session, caller, (site_id, version), body, reply.today))
