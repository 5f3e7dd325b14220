"""Facts of svc-sso."""

import uuid
from typing import ClassVar

from shared.events.envelope import Event


class AccountOpenedV1(Event):
    """A person or a member of staff has an account."""

    TYPE: ClassVar[str] = "sso.account.opened.v1"
    KEY: ClassVar[str] = "account_id"

    account_id: uuid.UUID
    kind: str


class AccessChangedV1(Event):
    """Roles, unit, region or standing of an account changed: tokens issued before must not be used any more."""

    TYPE: ClassVar[str] = "sso.access.changed.v1"
    KEY: ClassVar[str] = "account_id"

    account_id: uuid.UUID


class ClientChangedV1(Event):
    """An OAuth client was registered, changed, disabled or enabled; `revokes` ends the tokens issued to it before."""

    TYPE: ClassVar[str] = "sso.client.changed.v1"
    KEY: ClassVar[str] = "client_id"

    client_id: str
    kind: str
    disabled: bool
    revokes: bool


class SessionEndedV1(Event):
    """A log-in ended, by the person, by time or by an administrator."""

    TYPE: ClassVar[str] = "sso.session.ended.v1"
    KEY: ClassVar[str] = "session_id"

    session_id: uuid.UUID
    account_id: uuid.UUID
    reason: str
