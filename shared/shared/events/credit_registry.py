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
