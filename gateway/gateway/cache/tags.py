"""Which event makes which kept answers old: the whole table. `{field}` is the event's field of that name.

A service must publish the event in the transaction of the change which its own answers show. An event of another
service, which it only follows, comes too early: the answer would be made anew before it has followed.
"""

from shared.events.credit_registry import EnterpriseChangedV1, EnterpriseRegisteredV1, RegisterLoadedV1
from shared.events.disclosure import ArticlePublishedV1, ArticleWithdrawnV1
from shared.events.envelope import Event, aggregate_type
from shared.events.services import LicenceIssuedV1, LicenceRevokedV1, MatterChangedV1

TAGS: dict[type[Event], tuple[str, ...]] = {
    EnterpriseRegisteredV1: ("enterprise:{code}", "enterprises"),
    EnterpriseChangedV1: ("enterprise:{code}", "enterprises"),
    RegisterLoadedV1: ("register",),  # carried by every answer about enterprises
    ArticlePublishedV1: ("article:{article_id}", "articles", "columns"),
    ArticleWithdrawnV1: ("article:{article_id}", "articles", "columns"),
    LicenceIssuedV1: ("licence:{licence_number}", "licence-keys"),
    LicenceRevokedV1: ("licence:{licence_number}",),
    MatterChangedV1: ("matter:{code}", "matters"),
}

PATTERNS = {event.TYPE: patterns for event, patterns in TAGS.items()}
# By the name of a service in paths: under which name it publishes, and of which kinds of things.
PRODUCERS = {"credit-registry": "credit_registry", "disclosure": "disclosure", "services": "services"}
AGGREGATES = {
    service: sorted({aggregate_type(type_) for type_ in PATTERNS if type_.startswith(producer + ".")})
    for service, producer in PRODUCERS.items()
}


def tags_of(type_: str, data: dict[str, object]) -> list[str]:
    """The tags which an event purges; none for an event that changes no public answer."""
    return [pattern.format(**data) for pattern in PATTERNS.get(type_, ())]
