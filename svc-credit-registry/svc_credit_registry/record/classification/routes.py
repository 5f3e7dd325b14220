"""Regions and industries as data, for those who build forms and filters."""

from typing import Annotated

from fastapi import Query, Response

from shared.auth import Public
from shared.codes import regions
from shared.http import Router, not_modified
from svc_credit_registry.record.classification import rules
from svc_credit_registry.record.classification.errors import IndustryUnknown, RegionUnknown
from svc_credit_registry.record.classification.schemas import IndustryList, IndustryOut, RegionList, RegionOut
from svc_credit_registry.record.wording.rules import romanised
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["classification"], dependencies=[Public])

TAG = '"2026-1"'
CACHE = {"Cache-Control": "public, max-age=86400, s-maxage=60", "ETag": TAG}


@router.get("/v1/regions", operation_id="list_regions", summary="Regions below a region, GB/T 2260")
async def list_regions(
    reply: ReplyDep,
    parent: Annotated[str, Query(pattern=r"^\d{6}$", description="100000 gives the provinces")] = regions.NATION,
) -> RegionList:
    """The regions directly below `parent` that exist today; 404 for a code that never was one."""
    if not regions.is_known(parent):
        raise RegionUnknown(parent)
    reply.response.headers.update(CACHE)
    if not_modified(reply.request, TAG):
        reply.response.status_code = 304
    return RegionList(items=[_region_out(region) for region in regions.children(parent) if _is_place(region)])


@router.get("/v1/industries", operation_id="list_industries", summary="Industries, GB/T 4754-2017")
async def list_industries(
    response: Response,
    parent: Annotated[str | None, Query(max_length=5, description="A section or division; none gives sections")] = None,
) -> IndustryList:
    """The entries directly below `parent`; 404 when the classification has no such entry."""
    if parent is not None and parent not in rules.INDUSTRIES:
        raise IndustryUnknown(parent)
    response.headers.update(CACHE)
    return IndustryList(items=[_industry_out(entry) for entry in rules.children(parent)])


def _is_place(region: regions.Region) -> bool:
    """Whether people can live there: 市辖区 without anything below is only a heading."""
    return region.name != "市辖区" or bool(regions.children(region.code))


def _region_out(region: regions.Region) -> RegionOut:
    return RegionOut(
        code=region.code,
        name=region.name,
        full_name=regions.full_name(region.code),
        name_en=romanised(region.name),
        level=regions.level(region.code),
        parent=regions.parent(region.code),
        has_children=any(_is_place(child) for child in regions.children(region.code)),
    )


def _industry_out(entry: rules.Industry) -> IndustryOut:
    return IndustryOut(
        code=entry.code,
        label=entry.label,
        label_en=entry.label_en,
        parent=entry.parent,
        has_children=bool(rules.children(entry.code)),
    )
