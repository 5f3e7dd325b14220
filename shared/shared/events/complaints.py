"""Facts of svc-complaints. None of them carries personal data."""

import uuid
from datetime import date
from typing import ClassVar

from shared.events.envelope import Event


class ComplaintReceivedV1(Event):
    """A consumer complained about the enterprise `respondent_code`; the unit of `region` has it."""

    TYPE: ClassVar[str] = "complaints.complaint.received.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    respondent_code: str
    region: str
    received_on: date
    category: str


class ComplaintAcceptedV1(Event):
    """The unit has accepted the complaint."""

    TYPE: ClassVar[str] = "complaints.complaint.accepted.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    accepted_on: date


class ComplaintRefusedV1(Event):
    """The unit has not accepted the complaint, for a ground the law names."""

    TYPE: ClassVar[str] = "complaints.complaint.refused.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    ground: str
    decided_on: date


class ComplaintWithdrawnV1(Event):
    """The consumer took the complaint back."""

    TYPE: ClassVar[str] = "complaints.complaint.withdrawn.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    withdrawn_on: date


class ComplainantUnmaskedV1(Event):
    """An official of `unit` has read contact data of the complainant in full; the reason is in the audit log."""

    TYPE: ClassVar[str] = "complaints.complaint.unmasked.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    complainant_id: uuid.UUID
    unit: str
    fields: list[str]


class MediationConcludedV1(Event):
    """The mediation ended; without objection its outcome is published after `publish_after`."""

    TYPE: ClassVar[str] = "complaints.complaint.concluded.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    outcome: str
    concluded_on: date
    publish_after: date


class ComplaintPublishedV1(Event):
    """The complaint stands on the public record of the enterprise."""

    TYPE: ClassVar[str] = "complaints.complaint.published.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    respondent_code: str
    category: str
    product: str
    summary: str
    received_on: date
    outcome: str
    concluded_on: date
    published_on: date


class ComplaintWithheldV1(Event):
    """The complaint is not published, or no longer, for `reason`."""

    TYPE: ClassVar[str] = "complaints.complaint.withheld.v1"
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: uuid.UUID
    number: str
    reason: str
