"""Entering enterprises into the register, and showing them."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.codes import credit_code, regions
from svc_credit_registry.classification.rules import INDUSTRIES, industry_code
from svc_credit_registry.enterprises import queries, rules
from svc_credit_registry.enterprises.errors import CodesExhausted, EnterpriseUnknown
from svc_credit_registry.enterprises.models import CODE_NUMBERS, Enterprise, EnterpriseName
from svc_credit_registry.enterprises.schemas import (
    EnterpriseOut,
    EnterpriseSummary,
    NameOut,
    Provenance,
    PublicationOut,
)

CODE_TRIES = 1000


@dataclass(frozen=True)
class Registration:
    """What a granted application says of the enterprise it founds."""

    application_id: uuid.UUID
    name: str
    region: str
    industry_code: str
    organisation_form: str
    legal_representative_name: str
    registered_capital_yuan: Decimal
    address: str
    business_scope: str
    established_on: date
    registered_on: date
    unit: str
    basis: str


async def find(session: AsyncSession, code: str) -> Enterprise:
    """The enterprise with this code; 422 for what can't be a code, 404 for a code which no enterprise has."""
    enterprise = await queries.by_code(session, rules.valid_code(code))
    if enterprise is None:
        raise EnterpriseUnknown(f"没有统一社会信用代码为{code}的企业 No enterprise has the code {code}.")
    return enterprise


async def describe(session: AsyncSession, enterprise: Enterprise) -> EnterpriseOut:
    """The public record of an enterprise."""
    label, label_en = rules.STATUS_LABELS[rules.Status(enterprise.status)]
    names = await queries.names_of(session, enterprise.code)
    industry = INDUSTRIES.get(enterprise.industry_code) or INDUSTRIES.get(enterprise.industry_code[:3])
    return EnterpriseOut(
        **EnterpriseSummary.model_validate(enterprise).model_dump(),
        status_label=label,
        status_label_en=label_en,
        region_name=regions.full_name(enterprise.region) if regions.is_known(enterprise.region) else None,
        industry_name=industry.label if industry else None,
        registered_on=enterprise.registered_on,
        ended_on=enterprise.ended_on,
        registered_capital_yuan=enterprise.registered_capital_yuan,
        address=enterprise.address,
        business_scope=enterprise.business_scope,
        names=[NameOut.model_validate(name) for name in names],
        provenance=Provenance(
            producer=enterprise.producer, basis=enterprise.basis, received_at=enterprise.received_at
        ),
        publication=PublicationOut(
            due_on=enterprise.publication_due_on, basis=rules.PUBLICATION_BASIS, published_at=enterprise.published_at
        ),
        version=enterprise.version,
        complaints_url=f"/v1/enterprises/{enterprise.code}/complaints",
    )  # fmt: skip


async def register(session: AsyncSession, registration: Registration) -> Enterprise | None:
    """Enters the enterprise under a fresh code; None when its application has founded one before.

    Two that come at once for one application wait for each other.
    """
    lock = func.hashtextextended(str(registration.application_id), 23)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    if await queries.by_application(session, registration.application_id) is not None:
        return None
    due = rules.publication_due(registration.registered_on)
    enterprise = Enterprise(
        code=await allocate_code(session, registration.region),
        name=registration.name,
        region=registration.region,
        industry_code=industry_code(registration.industry_code) or registration.industry_code,
        organisation_form=registration.organisation_form,
        status=rules.Status.ACTIVE,
        established_on=registration.established_on,
        registered_on=registration.registered_on,
        legal_representative_name=registration.legal_representative_name,
        registered_capital_yuan=registration.registered_capital_yuan,
        address=registration.address,
        business_scope=registration.business_scope,
        application_id=registration.application_id,
        publication_due_on=due.due_on if due else None,
        producer=registration.unit,
        basis=registration.basis,
    )
    session.add(enterprise)
    await session.flush()
    session.add(EnterpriseName(code=enterprise.code, name=enterprise.name, valid_from=registration.registered_on))
    await _audit(session, enterprise)
    return enterprise


async def allocate_code(session: AsyncSession, region: str) -> str:
    """A credit code which no enterprise has. Numbers are given once; codes loaded from elsewhere are passed over."""
    for _ in range(CODE_TRIES):
        number = await session.scalar(select(CODE_NUMBERS.next_value()))
        code = credit_code.make(region, int(number or 0))
        if await queries.by_code(session, code) is None:
            return code
    raise CodesExhausted


async def _audit(session: AsyncSession, enterprise: Enterprise) -> None:
    await audit.record(
        session,
        audit.SYSTEM,
        action="enterprise.registered",
        object_type="enterprise",
        object_id=enterprise.code,
        after={
            "name": enterprise.name,
            "region": enterprise.region,
            "status": enterprise.status,
            "application_id": enterprise.application_id,
            "publication_due_on": enterprise.publication_due_on,
        },
        reason=enterprise.basis,
    )
