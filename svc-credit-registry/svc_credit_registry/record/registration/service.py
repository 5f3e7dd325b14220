"""What a granted establishment sets going: the enterprise, and that everybody hears of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.events.services import ApplicationDecidedV1
from shared.outbox import publish
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.service import Registration
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.feed.rules import REGISTRATION
from svc_credit_registry.record.registration.rules import basis_of, founds_enterprise


async def apply_decision(session: AsyncSession, event: ApplicationDecidedV1) -> Enterprise | None:
    """Enters the enterprise that was granted; None when none was, or when it stands in the register already."""
    facts = event.enterprise
    if facts is None or not founds_enterprise(event.matter_code, event.outcome):
        return None
    registration = Registration(
        application_id=event.application_id,
        registered_on=event.decided_on,
        unit=event.unit,
        basis=basis_of(event.number),
        **facts.model_dump(),
    )
    enterprise = await enterprises.register(session, registration)
    if enterprise is None:
        return None
    await feed.entered(session, enterprise.code, REGISTRATION)
    await publish(session, _registered(enterprise, event))
    return enterprise


def _registered(enterprise: Enterprise, event: ApplicationDecidedV1) -> EnterpriseRegisteredV1:
    return EnterpriseRegisteredV1(
        code=enterprise.code,
        name=enterprise.name,
        region=enterprise.region,
        industry_code=enterprise.industry_code,
        organisation_form=enterprise.organisation_form,
        established_on=enterprise.established_on,
        registered_on=enterprise.registered_on,
        legal_representative_name=enterprise.legal_representative_name,
        application_id=event.application_id,
        representative_id=event.applicant_id,
    )
