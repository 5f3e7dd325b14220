"""Facts of svc-credit-registry."""

import uuid
from datetime import date
from typing import ClassVar

from shared.events.envelope import Event


class EnterpriseRegisteredV1(Event):
    """An enterprise stands in the register. `representative_id` is the account of its representative, if he has one."""

    TYPE: ClassVar[str] = "credit_registry.enterprise.registered.v1"
    KEY: ClassVar[str] = "code"

    code: str
    name: str
    region: str
    industry_code: str
    organisation_form: str
    established_on: date
    registered_on: date
    legal_representative_name: str
    application_id: uuid.UUID | None = None
    representative_id: uuid.UUID | None = None


class EnterpriseChangedV1(Event):
    """The public record of an enterprise shows something else than before; `part` says what: "complaints".

    `legal_representative_name`, `name` and `region` stand there when the register has others from now on.
    """

    TYPE: ClassVar[str] = "credit_registry.enterprise.changed.v1"
    KEY: ClassVar[str] = "code"

    code: str
    part: str
    changed_on: date
    legal_representative_name: str | None = None
    name: str | None = None
    region: str | None = None


class RegisterLoadedV1(Event):
    """Many enterprises were loaded at once; of a single one another name, region or representative is told alone."""

    TYPE: ClassVar[str] = "credit_registry.register.loaded.v1"
    KEY: ClassVar[str] = "register_name"

    register_name: str
    source: str
    rows: int
    loaded_on: date


class MeasureDirectedV1(Event):
    """A joint measure is directed. `code` is there when it concerns an entity and rests on what is published."""

    TYPE: ClassVar[str] = "credit_registry.measure.directed.v1"
    KEY: ClassVar[str] = "directive_id"

    directive_id: uuid.UUID
    number: str
    measure: str
    effect: str
    subject: str
    code: str | None = None
    region: str
    departments: list[str]
    since: date
    until: date
    directed_on: date


class MeasureLiftedV1(Event):
    """A joint measure has ended: lifted with its ground or by a decision, or its term is over (`cause`)."""

    TYPE: ClassVar[str] = "credit_registry.measure.lifted.v1"
    KEY: ClassVar[str] = "directive_id"

    directive_id: uuid.UUID
    number: str
    measure: str
    subject: str
    code: str | None = None
    region: str
    departments: list[str]
    cause: str
    lifted_on: date
