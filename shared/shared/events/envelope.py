"""An event and its envelope: CloudEvents 1.0 attributes, plus a sequence number within the aggregate."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Event(BaseModel):
    """A fact in the past tense. `TYPE` is also its subject; `KEY` names the field which identifies the aggregate."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    KEY: ClassVar[str]

    @property
    def aggregate_id(self) -> str:
        """Which thing this happened to; events of one thing stay in order."""
        return str(getattr(self, self.KEY))


def aggregate_type(type_: str) -> str:
    """`services.application` of `services.application.decided.v1`."""
    return ".".join(type_.split(".")[:2])


def stream_name(type_: str) -> str:
    """The stream which holds events of this type: the first word, in capitals."""
    return type_.split(".", 1)[0].upper()


class Envelope(BaseModel):
    """A recorded event. `sequence` counts 1, 2, 3 … within the aggregate, without gaps."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: uuid.UUID
    type: str
    source: str = Field(description="The producing service, for instance /services")
    subject: str = Field(description="The aggregate's id")
    time: datetime
    datacontenttype: str = "application/json"
    sequence: int = Field(ge=1)
    traceparent: str | None = None
    data: dict[str, Any]

    @property
    def aggregate_type(self) -> str:
        """The kind of thing it happened to."""
        return aggregate_type(self.type)

    @property
    def producer(self) -> str:
        """The short name of the producing service."""
        return self.source.lstrip("/")
