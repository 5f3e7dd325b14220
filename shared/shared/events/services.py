"""Facts of svc-services."""

import uuid
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import Event


class NameReservedV1(Event):
    """A name is held for an applicant until `reserved_until`, that day included."""

    TYPE: ClassVar[str] = "services.name_reservation.reserved.v1"
    KEY: ClassVar[str] = "reservation_id"

    reservation_id: uuid.UUID
    name: str
    region: str
    trade_name: str
    industry_code: str
    organisation_form: str
    reserved_on: date
    reserved_until: date


class NameReservationReleasedV1(Event):
    """A name is no longer held."""

    TYPE: ClassVar[str] = "services.name_reservation.released.v1"
    KEY: ClassVar[str] = "reservation_id"

    reservation_id: uuid.UUID
    reason: Literal["expired", "withdrawn", "used"]


class ApplicationSubmittedV1(Event):
    """An application has reached the unit of `region`."""

    TYPE: ClassVar[str] = "services.application.submitted.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str
    matter_code: str
    region: str
    applicant_id: uuid.UUID
    submitted_on: date


class CorrectionRequestedV1(Event):
    """The applicant has been told, once and completely, what to correct."""

    TYPE: ClassVar[str] = "services.application.correction_requested.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str
    item_count: int
    due_on: date


class ApplicationCorrectedV1(Event):
    """The applicant has handed in the corrections."""

    TYPE: ClassVar[str] = "services.application.corrected.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str


class ApplicationAcceptedV1(Event):
    """The unit has taken the application on and decides by `decide_by`."""

    TYPE: ClassVar[str] = "services.application.accepted.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str
    accepted_on: date
    decide_by: date


class ApplicationWithdrawnV1(Event):
    """The applicant took the application back."""

    TYPE: ClassVar[str] = "services.application.withdrawn.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str


class ApplicantUnmaskedV1(Event):
    """An official of `unit` has read personal data of the applicant in full; the reason is in the audit log."""

    TYPE: ClassVar[str] = "services.application.unmasked.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str
    applicant_id: uuid.UUID
    unit: str
    fields: list[str]


class EnterpriseFacts(BaseModel):
    """What the register needs of a granted establishment; all of it is public by law."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    region: str
    organisation_form: str
    industry_code: str
    registered_capital_yuan: Decimal
    address: str
    business_scope: str
    legal_representative_name: str
    established_on: date


class ApplicationDecidedV1(Event):
    """The unit has decided. `enterprise` is there when an establishment was granted."""

    TYPE: ClassVar[str] = "services.application.decided.v1"
    KEY: ClassVar[str] = "application_id"

    application_id: uuid.UUID
    number: str
    matter_code: str
    outcome: Literal["granted", "refused"]
    decided_on: date
    region: str
    unit: str
    applicant_id: uuid.UUID
    reservation_id: uuid.UUID | None = None
    enterprise: EnterpriseFacts | None = None


class LicenceIssuedV1(Event):
    """An electronic licence has been issued."""

    TYPE: ClassVar[str] = "services.licence.issued.v1"
    KEY: ClassVar[str] = "licence_number"

    licence_number: str
    application_id: uuid.UUID
    enterprise_code: str
    issued_on: date


class LicenceRevokedV1(Event):
    """An electronic licence holds no longer."""

    TYPE: ClassVar[str] = "services.licence.revoked.v1"
    KEY: ClassVar[str] = "licence_number"

    licence_number: str
    enterprise_code: str
    revoked_on: date


class MatterChangedV1(Event):
    """The guide of a matter reads otherwise, everywhere or in `region`."""

    TYPE: ClassVar[str] = "services.matter.changed.v1"
    KEY: ClassVar[str] = "code"

    code: str
    region: str | None = None
    in_force_from: date
