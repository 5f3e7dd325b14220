"""Which events agencies may subscribe to, and what of each they are told. The one place that decides it.

Offered is only what is public by law already, and of it only the fields named here: no names of natural persons, no
accounts, nothing of a case that is under way. An event or field that is not in this table never leaves the platform.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.events import EVENTS
from shared.events.complaints import ComplaintPublishedV1
from shared.events.credit_registry import (
    EnterpriseChangedV1,
    EnterpriseRegisteredV1,
    MeasureDirectedV1,
    MeasureLiftedV1,
)
from shared.events.disclosure import ArticlePublishedV1, ArticleWithdrawnV1
from shared.events.envelope import Envelope, Event
from shared.events.services import LicenceIssuedV1, LicenceRevokedV1, MatterChangedV1

TEST_TYPE = "gateway.webhook.tested.v1"


@dataclass(frozen=True)
class Offer:
    """One type of event: its public fields, the field of its region if it has one, and what it says in Chinese."""

    event: type[Event]
    fields: tuple[str, ...]
    title_zh: str
    region: str | None = None

    @property
    def type(self) -> str:
        return self.event.TYPE

    @property
    def title(self) -> str:
        return (inspect.getdoc(self.event) or "").splitlines()[0]


OFFERS: Mapping[str, Offer] = {
    offer.type: offer
    for offer in (
        Offer(
            EnterpriseRegisteredV1,
            ("code", "name", "region", "industry_code", "organisation_form", "established_on", "registered_on"),
            "企业已登记",
            region="region",
        ),
        Offer(EnterpriseChangedV1, ("code", "part", "changed_on"), "企业公示信息已变更"),
        Offer(
            MeasureDirectedV1,
            (
                "directive_id", "number", "measure", "effect", "subject", "code", "region", "departments", "since",
                "until", "directed_on",
            ),
            "联合惩戒指令已下达",
            region="region",
        ),
        Offer(
            MeasureLiftedV1,
            (
                "directive_id", "number", "measure", "subject", "code", "region", "departments", "cause", "lifted_on",
            ),
            "联合惩戒指令已解除",
            region="region",
        ),
        Offer(LicenceIssuedV1, ("licence_number", "enterprise_code", "issued_on"), "电子证照已制发"),
        Offer(LicenceRevokedV1, ("licence_number", "enterprise_code", "revoked_on"), "电子证照已吊销"),
        Offer(MatterChangedV1, ("code", "region", "in_force_from"), "办事指南已变更", region="region"),
        Offer(
            ComplaintPublishedV1,
            (
                "complaint_id", "number", "respondent_code", "category", "product", "summary", "received_on", "outcome",
                "concluded_on", "published_on",
            ),
            "消费投诉已公示",
        ),
        Offer(ArticlePublishedV1, ("article_id", "column", "title", "index_number", "published_on"), "政府信息已公开"),
        Offer(ArticleWithdrawnV1, ("article_id", "index_number"), "公开信息已撤回"),
    )
}  # fmt: skip

# Why the others are not offered; a test holds this table and the one above against all events there are.
WITHHELD: Mapping[str, str] = {
    "audit.log.sealed.v1": "internal",
    "credit_registry.register.loaded.v1": "of the operators: what was loaded is read from the register",
    "complaints.complaint.received.v1": "a case under way",
    "complaints.complaint.accepted.v1": "a case under way",
    "complaints.complaint.refused.v1": "a case under way",
    "complaints.complaint.withdrawn.v1": "a case under way",
    "complaints.complaint.concluded.v1": "a case under way: the respondent may still object to its publication",
    "complaints.complaint.withheld.v1": "a case that is not public",
    "complaints.complaint.unmasked.v1": "who looked at whose data",
    "services.name_reservation.reserved.v1": "a plan of business that is not public",
    "services.name_reservation.released.v1": "a plan of business that is not public",
    "services.application.submitted.v1": "a case under way",
    "services.application.correction_requested.v1": "a case under way",
    "services.application.corrected.v1": "a case under way",
    "services.application.accepted.v1": "a case under way",
    "services.application.withdrawn.v1": "a case under way",
    "services.application.unmasked.v1": "who looked at whose data",
    "services.application.decided.v1": "personal data; what was granted is told by the register and the licence",
}
PRIVATE_STREAMS = ("sso.",)  # all of it is about persons and their access


def is_withheld(type_: str) -> bool:
    """Whether an event is kept inside, for a reason that stands above."""
    return type_ in WITHHELD or type_.startswith(PRIVATE_STREAMS)


def undecided() -> list[str]:
    """Events about which nobody has decided yet whether they are public; there must be none."""
    return sorted(type_ for type_ in EVENTS if (type_ in OFFERS) == is_withheld(type_))


def public_part(envelope: Envelope) -> dict[str, Any] | None:
    """The CloudEvent as it leaves the platform; None for a type that does not."""
    offer = OFFERS.get(envelope.type)
    if offer is None:
        return None
    return {
        "specversion": "1.0",
        "id": str(envelope.id),
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "time": envelope.time.isoformat(),
        "datacontenttype": "application/json",
        "sequence": envelope.sequence,
        "data": {name: envelope.data[name] for name in offer.fields if name in envelope.data},
    }


def region_of(envelope: Envelope) -> str | None:
    """The region in which it happened, where the event says one."""
    offer = OFFERS[envelope.type]
    return str(envelope.data[offer.region]) if offer.region else None
