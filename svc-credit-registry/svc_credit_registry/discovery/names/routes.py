"""Names: comparison with those on record, and a look at the parts of one."""

from typing import Annotated

from fastapi import Query

from shared.auth import Public
from shared.http import IDEMPOTENCY_NONE, Router
from svc_credit_registry.discovery.names import service
from svc_credit_registry.discovery.names.schemas import (
    DecompositionOut,
    NameComparisonIn,
    NameComparisonOut,
    NamePartsOut,
    VerdictOut,
)
from svc_credit_registry.discovery.projection.service import ProjectionDep
from svc_credit_registry.record.decomposition.rules import decompose
from svc_credit_registry.record.wording.rules import sound_keys
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["names"], dependencies=[Public])


@router.post(
    "/v1/name-comparisons",
    operation_id="compare_name",
    summary="Compare a name with all that are registered or held",
    openapi_extra=IDEMPOTENCY_NONE,
)
async def compare_name(reply: ReplyDep, projection: ProjectionDep, asked: NameComparisonIn) -> NameComparisonOut:
    """Every verdict with its rule, article, the name it conflicts with and who is excepted. Nothing is stored."""
    applicant, verdicts = await service.compare(projection, reply.session, asked, reply.today)
    shown = [VerdictOut.model_validate(verdict) for verdict in verdicts[: service.SHOWN]]
    parts = NamePartsOut.model_validate(applicant.parts)
    return NameComparisonOut(name=applicant.name, parts=parts, verdicts=shown, more=len(verdicts) > service.SHOWN)


@router.get("/v1/names/decomposition", operation_id="decompose_name", summary="The parts of an enterprise name")
async def decompose_name(
    name: Annotated[str, Query(min_length=2, max_length=200)],
    region: Annotated[str | None, Query(pattern=r"^\d{6}$", description="Where it is registered, when known")] = None,
) -> DecompositionOut:
    """Region, trade name, industry and organisation form as the comparison sees them."""
    parts = decompose(name, region)
    return DecompositionOut(
        name=name,
        region_text=parts.region_text,
        trade_name=parts.trade_name,
        industry_word=parts.industry_word,
        industry=parts.industry,
        organisation_form=parts.organisation_form,
        sounds=sound_keys(parts.trade_name),
    )
