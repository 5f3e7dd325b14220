"""What every service says of its audit log, so that others can bear witness."""

from datetime import datetime
from typing import ClassVar

from shared.events.envelope import Event


class AuditSealedV1(Event):
    """The log named `log` is sealed up to `sequence`; `head` is the hash of that row (SHA-256, hex)."""

    TYPE: ClassVar[str] = "audit.log.sealed.v1"
    KEY: ClassVar[str] = "log"

    log: str
    sequence: int
    head: str
    count: int
    sealed_at: datetime
