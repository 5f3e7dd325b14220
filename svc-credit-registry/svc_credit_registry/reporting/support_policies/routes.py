"""Support policies and benefits over HTTP: for the unit that gives, for enterprises, and for everybody."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.clock import NowDep
from shared.codes import regions
from shared.http import IfMatch, Page, Paging, Router, cached, set_etag
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, FilingOfficer
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.record.exports.routes import exported, responses
from svc_credit_registry.record.exports.rules import Form
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.reporting.support_policies import queries, service
from svc_credit_registry.reporting.support_policies.models import SupportBenefit, SupportPolicy
from svc_credit_registry.reporting.support_policies.rules import KINDS, Judgement
from svc_credit_registry.reporting.support_policies.schemas import (
    BenefitIn,
    BenefitOut,
    BenefitReasonIn,
    JudgementOut,
    MatchesOut,
    MatchOut,
    PolicyIn,
    PolicyOut,
)

router = Router(prefix="/v1", tags=["small-micro"])

Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]
PolicyKind = Annotated[Literal["tax", "finance", "subsidy", "employment", "premises", "other"] | None, Query()]
LATEST: list[ColumnElement[Any]] = [SupportPolicy.created_at.desc(), SupportPolicy.id.desc()]


@router.get(
    "/support-policies",
    operation_id="list_support_policies",
    summary="扶持政策 Policies in force",
    dependencies=[Public],
)
async def list_policies(
    reply: ReplyDep,
    paging: Paging,
    kind: PolicyKind = None,
    region: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Which hold in this region")] = None,
) -> Page[PolicyOut]:
    """Published policies that are in force today, the latest first."""
    result = await reply.page_of(queries.published(reply.today, kind, region), LATEST, paging)
    return result.page([_policy_out(row, reply) for row in result.rows])


@router.get(
    "/support-policies/own", operation_id="list_own_support_policies", summary="本单位政策 Policies of one's unit"
)
async def list_own(reply: ReplyDep, caller: FilingOfficer, paging: Paging) -> Page[PolicyOut]:
    """All policies of the officer's unit, drafts and withdrawn ones too."""
    result = await reply.page_of(queries.of_unit(caller.unit or ""), LATEST, paging)
    return result.page([_policy_out(row, reply) for row in result.rows])


@router.get(
    "/support-policies/matches", operation_id="match_support_policies", summary="政策匹配 Policies for one's enterprise"
)
async def match_own(reply: ReplyDep, caller: AnyCaller) -> MatchesOut:
    """Every policy that holds where the enterprise is, with the reason for each condition; its own figures count."""
    enterprise = await enterprises.find(reply.session, service.org_of(caller))
    reply.response.headers["Cache-Control"] = "no-store"
    return await _matches_out(reply, enterprise, with_figures=True)


@router.get(
    "/enterprises/{code}/support-policies",
    operation_id="match_support_policies_publicly",
    summary="政策匹配 Policies for an enterprise",
    dependencies=[Public, Followed],
    responses=MOVED,
)
async def match_public(reply: ReplyDep, code: Code) -> MatchesOut:
    """The same by public facts alone: a condition that rests on unpublished figures stays unknown."""
    return await _matches_out(reply, await enterprises.find(reply.session, code), with_figures=False)


@router.post(
    "/support-policies", operation_id="draft_support_policy", status_code=201, summary="起草政策 Draft a policy"
)
async def draft(reply: ReplyDep, caller: FilingOfficer, body: PolicyIn) -> PolicyOut:
    """A draft of the officer's unit, not public yet."""
    policy = await service.draft(reply.session, caller, body)
    reply.response.headers["Location"] = f"/v1/support-policies/{policy.id}"
    return _answer(reply, policy)


@router.get(
    "/support-policies/{policy_id}", operation_id="get_support_policy", summary="政策 One policy", dependencies=[Public]
)
async def show(reply: ReplyDep, policy_id: uuid.UUID) -> PolicyOut:
    """A policy that is or was published."""
    return _answer(reply, await service.shown(reply.session, policy_id))


@router.put("/support-policies/{policy_id}", operation_id="edit_support_policy", summary="修改草稿 Edit a draft")
async def edit(
    reply: ReplyDep, caller: FilingOfficer, policy_id: uuid.UUID, version: IfMatch, body: PolicyIn
) -> PolicyOut:
    """Replaces a draft of one's own unit."""
    return _answer(reply, await service.edit(reply.session, caller, policy_id, version, body))


@router.post(
    "/support-policies/{policy_id}/publication", operation_id="publish_support_policy", summary="发布政策 Publish"
)
async def publish(reply: ReplyDep, caller: FilingOfficer, policy_id: uuid.UUID, version: IfMatch) -> PolicyOut:
    """Makes the draft public, in the version which was read. A published policy is not rewritten: withdraw it and
    publish another.
    """
    return _answer(reply, await service.publish(reply.session, caller, policy_id, version, reply.today))


@router.post(
    "/support-policies/{policy_id}/withdrawal", operation_id="withdraw_support_policy", summary="废止政策 Withdraw"
)
async def withdraw(reply: ReplyDep, caller: FilingOfficer, policy_id: uuid.UUID, body: BenefitReasonIn) -> PolicyOut:
    """Out of force from now on, with the reason; it stays readable."""
    return _answer(reply, await service.withdraw(reply.session, caller, policy_id, body.reason))


@router.post(
    "/support-benefits",
    operation_id="publish_support_benefit",
    status_code=201,
    summary="公示扶持信息 Publish a benefit",
)
async def grant(reply: ReplyDep, caller: FilingOfficer, now: NowDep, body: BenefitIn) -> BenefitOut:
    """What an enterprise received from the officer's unit, public on its record at once."""
    return BenefitOut.model_validate(await service.grant(reply.session, caller, body, now))


@router.get(
    "/support-benefits",
    operation_id="list_support_benefits",
    summary="扶持信息公示 Benefits received",
    dependencies=[Public],
)
async def list_benefits(
    reply: ReplyDep,
    paging: Paging,
    region: Annotated[str, Query(pattern=r"^[0-9]{6}$", description="With all regions below it")] = regions.NATION,
    policy_id: Annotated[uuid.UUID | None, Query()] = None,
    code: Annotated[str | None, Query(max_length=18, description="Of one enterprise")] = None,
) -> Page[BenefitOut]:
    """Who received what from whom, the latest first."""
    keys: list[ColumnElement[Any]] = [SupportBenefit.granted_on.desc(), SupportBenefit.id.desc()]
    result = await reply.page_of(queries.benefits(region, policy_id, code), keys, paging)
    reply.response.headers.update(cached("register", "enterprises"))
    return result.page([BenefitOut.model_validate(row) for row in result.rows])


@router.get(
    "/support-benefits/export",
    operation_id="export_support_benefits",
    summary="导出扶持信息 Benefits as NDJSON or CSV",
    response_class=StreamingResponse,
    responses=responses("benefit"),
    dependencies=[Public],
)
async def export_benefits(
    runtime: RuntimeDep,
    region: Annotated[str, Query(pattern=r"^[0-9]{6}$", description="With all regions below it")] = regions.NATION,
    policy_id: Annotated[uuid.UUID | None, Query()] = None,
    code: Annotated[str | None, Query(max_length=18, description="Of one enterprise")] = None,
    format: Annotated[Form, Query()] = "ndjson",
) -> StreamingResponse:
    """Everything the list would give with these filters, streamed without a limit."""
    found = service.export(runtime.sessions, region, policy_id, code)
    rows = ([row.model_dump(mode="json") for row in batch] async for batch in found)
    return exported(rows, list(BenefitOut.model_fields), format, "support-benefits")


@router.post(
    "/support-benefits/{benefit_id}/withdrawal", operation_id="withdraw_support_benefit", summary="撤下 Take off"
)
async def revoke(
    reply: ReplyDep, caller: FilingOfficer, now: NowDep, benefit_id: uuid.UUID, body: BenefitReasonIn
) -> BenefitOut:
    """Takes what was published in error off the record; as of the days before it stays readable."""
    return BenefitOut.model_validate(await service.revoke(reply.session, caller, benefit_id, body.reason, now))


def _answer(reply: Reply, policy: SupportPolicy) -> PolicyOut:
    set_etag(reply.response, policy)
    return _policy_out(policy, reply)


def _policy_out(policy: SupportPolicy, reply: Reply) -> PolicyOut:
    values = copied(policy, PolicyOut)
    return PolicyOut.model_validate(values | {"kind_label": KINDS[policy.kind][reply.english]})


async def _matches_out(reply: Reply, enterprise: Enterprise, *, with_figures: bool) -> MatchesOut:
    applicant = await service.applicant_of(reply.session, enterprise, with_figures=with_figures)
    items = [
        MatchOut.model_validate(
            {
                "policy": _policy_out(policy, reply),
                "outcome": outcome,
                "reasons": [_reason_out(reason, english=reply.english) for reason in reasons],
            }
        )
        for policy, outcome, reasons in await service.matches(reply.session, applicant, reply.today)
    ]
    return MatchesOut(code=enterprise.code, size=applicant.size, as_of=reply.today, items=items)


def _reason_out(reason: Judgement, *, english: bool) -> JudgementOut:
    return JudgementOut(type=reason.type, met=reason.met, reason=reason.en if english else reason.zh)
