"""Facts of svc-sso."""

import uuid
from datetime import date
from typing import ClassVar, Literal

from shared.events.envelope import Event


class AccountOpenedV1(Event):
    """A person or a member of staff has an account."""

    TYPE: ClassVar[str] = "sso.account.opened.v1"
    KEY: ClassVar[str] = "account_id"

    account_id: uuid.UUID
    kind: str


class AccessChangedV1(Event):
    """What an account may do changed. `revokes`: tokens issued before must not be used any more; false when the person
    may do more than before, so that old tokens say too little and are worth renewing."""

    TYPE: ClassVar[str] = "sso.access.changed.v1"
    KEY: ClassVar[str] = "account_id"

    account_id: uuid.UUID
    revokes: bool = True


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


class MandateGrantedV1(Event):
    """An agent may act for an enterprise from `starts_on` to `ends_on`, both included; `matters` None: in all."""

    TYPE: ClassVar[str] = "sso.mandate.granted.v1"
    KEY: ClassVar[str] = "mandate_id"

    mandate_id: uuid.UUID
    organisation_code: str
    agent_id: uuid.UUID
    matters: list[str] | None = None
    starts_on: date
    ends_on: date


class MandateRevokedV1(Event):
    """A mandate ended before its day: taken back, given back by the agent, or the agent's account was closed."""

    TYPE: ClassVar[str] = "sso.mandate.revoked.v1"
    KEY: ClassVar[str] = "mandate_id"

    mandate_id: uuid.UUID
    organisation_code: str
    agent_id: uuid.UUID
    reason: Literal["revoked", "declined", "account_closed"]


class MandateExpiredV1(Event):
    """A mandate ran out."""

    TYPE: ClassVar[str] = "sso.mandate.expired.v1"
    KEY: ClassVar[str] = "mandate_id"

    mandate_id: uuid.UUID
    organisation_code: str
    agent_id: uuid.UUID
