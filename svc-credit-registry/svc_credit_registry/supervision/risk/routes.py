"""Risk classes over HTTP: models and figures for everybody, a class for staff and for the entity itself."""

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import SQLColumnExpression, select

from shared.auth import Public
from shared.clock import NowDep
from shared.codes.regions import NATION
from shared.http import Page, Paging, Router
from svc_credit_registry.access import AnyCaller, RiskOfficer
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.supervision.risk import queries, service
from svc_credit_registry.supervision.risk.models import RiskModel, RiskRun
from svc_credit_registry.supervision.risk.schemas import DistributionOut, ModelIn, ModelOut, RiskOut, RiskRunOut, RunIn

router = Router(prefix="/v1", tags=["risk"])
NOWHERE = "000000"
Month = Annotated[date | None, Query(description="A day of the month; the latest finished month without")]


@router.get(
    "/risk-models",
    operation_id="list_risk_models",
    summary="信用风险分类模型 Versions of the risk model",
    dependencies=[Public],
)
async def list_models(reply: ReplyDep, paging: Paging) -> Page[ModelOut]:
    """Every version with its weights and thresholds, the latest first."""
    found = await reply.page_of(select(RiskModel), [RiskModel.since.desc(), RiskModel.version.desc()], paging)
    return found.page([ModelOut.model_validate(row) for row in found.rows])


@router.get(
    "/risk-models/{version}",
    operation_id="get_risk_model",
    summary="信用风险分类模型 One version of the risk model",
    dependencies=[Public],
)
async def get_model(reply: ReplyDep, version: Annotated[str, Path(max_length=20)]) -> ModelOut:
    """The weights and thresholds of a version, with the digest of its document; 404 for an unknown one."""
    return ModelOut.model_validate(await service.model(reply.session, version))


@router.post(
    "/risk-models",
    status_code=201,
    operation_id="publish_risk_model",
    summary="发布信用风险分类模型 Publish a version of the risk model",
)
async def publish_model(reply: ReplyDep, caller: RiskOfficer, body: ModelIn) -> ModelOut:
    """A unit of the nation publishes a version for a day to come. It is never edited afterwards; a better one follows.

    403 for other units, 409 when the name or the day is taken, 422 for a model that can't be used.
    """
    row = await service.publish_model(reply.session, caller, body, reply.today)
    reply.created(f"/v1/risk-models/{row.version}")
    await reply.session.refresh(row)
    return ModelOut.model_validate(row)


@router.get(
    "/risk-distribution",
    operation_id="get_risk_distribution",
    summary="信用风险分类统计 Risk classes in figures",
    dependencies=[Public],
)
async def get_distribution(
    reply: ReplyDep,
    region: Annotated[str, Query(pattern=r"^\d{6}$", description="GB/T 2260")] = NATION,
    month: Month = None,
) -> DistributionOut:
    """How many entities a finished monthly run put in each class, by region and industry; 404 when there is none.

    Figures by class are withheld for fewer than `minimum_shown` entities: they would tell the class of one of them.
    """
    return await service.distribution(reply.session, region, month)


@router.get(
    "/enterprises/{code}/risk",
    operation_id="get_enterprise_risk",
    summary="企业信用风险分类 The risk class of an enterprise, explained",
)
async def get_risk(reply: ReplyDep, caller: AnyCaller, code: Annotated[str, Path(max_length=40)]) -> RiskOut:
    """Class, score, each indicator's value and points, and every change of class; for staff over the enterprise's
    region and for those who act for the enterprise. 404 for everybody else.
    """
    return await service.explained(reply.session, caller, code, english=reply.english)


@router.post(
    "/risk-runs",
    status_code=201,
    operation_id="start_risk_run",
    summary="启动信用风险分类 Classify a region now",
)
async def start_run(reply: ReplyDep, caller: RiskOfficer, now: NowDep, body: RunIn) -> RiskRunOut:
    """Begins a classification outside the monthly one; the worker carries it out, see its `position` and `state`.

    403 for a region that the unit does not cover, 409 while another run is under way.
    """
    run = await service.begin_ad_hoc(reply.session, caller, body, reply.today, now)
    reply.created(f"/v1/risk-runs/{run.id}")
    return RiskRunOut.model_validate(run)


@router.get("/risk-runs", operation_id="list_risk_runs", summary="历次信用风险分类 Classifications so far")
async def list_runs(reply: ReplyDep, caller: RiskOfficer, paging: Paging) -> Page[RiskRunOut]:
    """The monthly runs and those within the unit's region, the latest first."""
    keys: list[SQLColumnExpression[Any]] = [RiskRun.started_at.desc(), RiskRun.id.desc()]
    found = await reply.page_of(queries.runs(caller.region or NOWHERE), keys, paging)
    return found.page([RiskRunOut.model_validate(row) for row in found.rows])


@router.get("/risk-runs/{run_id}", operation_id="get_risk_run", summary="信用风险分类进度 How far a classification is")
async def get_run(reply: ReplyDep, caller: RiskOfficer, run_id: uuid.UUID) -> RiskRunOut:
    """State, position and counts of a run; 404 for one of another region."""
    return RiskRunOut.model_validate(await service.run_of(reply.session, caller, run_id))
