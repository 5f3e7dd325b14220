"""The contract of events: one file per producing service, classes which are only ever added to.

Within a version only optional fields are added; anything else is a new class `...V2` beside the old one, and both are
published until nobody reads the old one (decision 0005).
"""

from shared.events import audit, complaints, credit_registry, disclosure, services, sso
from shared.events.envelope import Envelope, Event

PRODUCERS = (audit, complaints, credit_registry, disclosure, services, sso)

EVENTS: dict[str, type[Event]] = {
    cls.TYPE: cls
    for module in PRODUCERS
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Event) and hasattr(cls, "TYPE")
}

__all__ = ["EVENTS", "Envelope", "Event"]
