"""What the registry tells: a new enterprise is published at once, as the law wants it."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now
from shared.codes import regions
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, handles
from svc_disclosure.articles.models import Article
from svc_disclosure.publication import service

NEW_REGISTRATIONS = "new-registrations"


@handles(EnterpriseRegisteredV1)
async def publish_registration(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Publishes the registration in its column: once for each enterprise, whatever is delivered how often."""
    await service.publish_fact(session, registration_article(event), now())


def registration_article(event: EnterpriseRegisteredV1) -> Article:
    """The article about a new enterprise. It names no natural person: that is not asked for here."""
    place = regions.name(event.region) if regions.is_known(event.region) else event.region
    lines = [
        f"企业名称:{event.name}",
        f"统一社会信用代码:{event.code}",
        f"登记地区:{place}({event.region})",
        f"成立日期:{event.established_on.isoformat()}",
        f"登记日期:{event.registered_on.isoformat()}",
    ]
    facts: dict[str, object] = {
        "code": event.code,
        "name": event.name,
        "region": event.region,
        "established_on": event.established_on.isoformat(),
        "registered_on": event.registered_on.isoformat(),
    }
    return Article(
        column_code=NEW_REGISTRATIONS,
        title=f"企业设立登记:{event.name}"[:200],
        summary=f"{event.name},{place},{event.established_on.isoformat()}成立,统一社会信用代码 {event.code}"[:500],
        body="\n".join(lines),
        facts=facts,
        made_on=event.registered_on,
        producer=f"{place}市场监督管理局",
        unit=f"AMR-{event.region}",
        region=event.region,
        sensitive=False,
        source_key=f"enterprise:{event.code}",
    )
