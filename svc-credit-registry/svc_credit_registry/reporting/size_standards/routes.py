"""The statistical standard over HTTP: as data, and as a calculator."""

from typing import Annotated

from fastapi import Query

from shared.auth import Public
from shared.errors import FieldError
from shared.fields import Day
from shared.http import IDEMPOTENCY_NONE, Router
from svc_credit_registry.record.classification.rules import industry_code
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.reporting.size_standards import rules, service
from svc_credit_registry.reporting.size_standards.errors import IndustryCodeInvalid, NoStandard
from svc_credit_registry.reporting.size_standards.schemas import GroupOut, LimitOut, SizeFactsIn, SizeOut, StandardOut

router = Router(prefix="/v1", tags=["small-micro"], dependencies=[Public])

RULE = (
    "大型、中型和小型企业须同时满足所列指标的下限，否则下划一档；微型企业只须满足所列指标中的一项即可",
    "Large, medium and small enterprises meet all lower limits, else they fall one class; micro needs one criterion",
)


@router.get("/size-standards", operation_id="get_size_standard", summary="划型标准 The standard as data")
async def show_standard(reply: ReplyDep, day: Annotated[Day | None, Query()] = None) -> StandardOut:
    """Every group of industries with its limits, by the standard of a day."""
    english = reply.english
    standard = _standard(day or reply.today)
    reply.response.headers.update({"Cache-Control": "public, max-age=3600", "Vary": "Accept-Language"})
    return StandardOut(
        version=standard.version,
        since=standard.since,
        basis=standard.measure,
        note=standard.note,
        rule=RULE[english],
        groups=[_group_out(group, english=english) for group in standard.groups],
        outside=dict(rules.OUTSIDE),
    )


@router.post(
    "/size-classifications",
    operation_id="classify_size",
    summary="划型 Classify by given figures",
    openapi_extra=IDEMPOTENCY_NONE,
)
async def classify(reply: ReplyDep, body: SizeFactsIn) -> SizeOut:
    """The size with the reason for each indicator; nothing is kept."""
    code = industry_code(body.industry_code)
    if code is None:
        raise IndustryCodeInvalid(errors=[FieldError("/industry_code", "unknown", "没有此行业代码 / no such industry")])
    _standard(body.day or reply.today)
    facts = rules.Facts(code, body.employees, body.revenue_yuan, body.assets_yuan)
    return service.size_out(rules.classify(facts, body.day or reply.today), english=reply.english)


def _standard(day: Day) -> rules.Standard:
    try:
        return rules.standard_on(day)
    except ValueError as exc:
        raise NoStandard from exc


def _group_out(group: rules.Group, *, english: bool) -> GroupOut:
    limits = [
        LimitOut(
            indicator=limit.indicator,
            indicator_label=rules.INDICATOR_LABELS[limit.indicator][english],
            small=limit.small,
            medium=limit.medium,
            large=limit.large,
        )
        for limit in group.limits
    ]
    label = group.label_en if english else group.label
    return GroupOut(key=group.key, label=label, industry_codes=list(group.prefixes), limits=limits)
