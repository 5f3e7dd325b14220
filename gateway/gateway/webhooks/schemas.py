"""Bodies of subscriptions and deliveries."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from gateway.webhooks.rules import MAX_URL

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL)]
Region = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Types = Annotated[
    list[str],
    AfterValidator(_once),
    Field(min_length=1, max_length=50, description="Types from `/api/hub/v1/event-types`"),
]
Regions = Annotated[
    list[Region],
    AfterValidator(_once),
    Field(max_length=100, description="Only what happened in or below these regions (GB/T 2260); empty: everywhere"),
]


class EventTypeOut(BaseModel):
    """A type of event that agencies may subscribe to."""

    type: str = Field(examples=["credit_registry.enterprise.registered.v1"])
    title: str
    fields: list[str] = Field(description="Members of `data`")
    has_region: bool = Field(description="Whether a subscription to it can name regions")
    data_schema: dict[str, Any] = Field(description="JSON Schema of `data`")


class EventTypes(BaseModel):
    """Everything that is offered."""

    items: list[EventTypeOut]


class WebhookIn(BaseModel):
    """A new subscription."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    url: Url = Field(description="Where events are sent, https", examples=["https://receiver.example.gov.cn/yiwang"])
    event_types: Types
    regions: Regions = []


class WebhookPatch(BaseModel):
    """A change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    event_types: Types | None = None
    regions: Regions | None = None


class HealthOut(BaseModel):
    """How the deliveries go."""

    failing_since: datetime | None = Field(description="Set by the first failed try, taken back by a success")
    failures: int = Field(description="Failed tries in a row")
    last_success_at: datetime | None
    last_failure: str | None = Field(description="`http_<status>` or a kind of failure such as `timeout`")
    held_until: datetime | None = Field(
        description="Nothing is sent before: the receiver asked to wait (Retry-After), or failed 20 times in a row"
    )
    pending: int = Field(description="Deliveries that wait")
    dead: int = Field(description="Deliveries that were given up; they can be replayed")


class WebhookOut(BaseModel):
    """A subscription."""

    id: uuid.UUID
    name: str
    url: str
    event_types: list[str]
    regions: list[str]
    state: Literal["active", "paused", "disabled"]
    state_reason: str | None = Field(description="Of a disabled one: `gone` (answered 410) or `client_disabled`")
    public_keys: list[str] = Field(description="For signatures `v1a` (Ed25519), the newest first")
    health: HealthOut
    created_at: datetime
    updated_at: datetime


class WebhookCreated(WebhookOut):
    """A subscription with its secret, which is shown this once."""

    secret: str = Field(description="For signatures `v1` (HMAC-SHA256)", examples=["whsec_…"])


class SecretOut(BaseModel):
    """A new secret, shown this once. Until `previous_valid_until` deliveries are signed with both."""

    secret: str
    public_key: str
    previous_valid_until: datetime


class DeliveryOut(BaseModel):
    """One event on its way to one subscription."""

    id: uuid.UUID
    event_id: uuid.UUID = Field(description="Also the `webhook-id`, the same in every try")
    event_type: str
    state: Literal["pending", "delivered", "dead"]
    tries: int = Field(description="Of this round; a replay begins another")
    next_try_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


class AttemptOut(BaseModel):
    """One try."""

    at: datetime
    milliseconds: int
    status: int | None = Field(description="The HTTP status that was answered")
    error: str | None = Field(
        description="Why there was no answer: timeout, connection_failed, tls_failed, name_not_found, address_refused, "
        "answer_unreadable, not_sent"
    )
    answer: str = Field(description="The first 500 bytes of the answer")


class DeliveryDetail(DeliveryOut):
    """A delivery with what was sent and what came of it."""

    body: str
    attempts: list[AttemptOut]


class ReplayIn(BaseModel):
    """Which finished deliveries are sent again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="Deliveries made at this instant or later")
    state: Literal["dead", "delivered", "all"] = Field(default="dead", description="In which state they are")


class ReplayOut(BaseModel):
    """How many deliveries wait again."""

    replayed: int
    more: bool = Field(description="There are more: repeat the call with `next_since` and a new key")
    next_since: datetime | None = Field(default=None, description="The `since` of the next call, when there are more")


class DeliveryFilters(BaseModel):
    """Which deliveries a list shows; every filter given must match."""

    state: Literal["pending", "delivered", "dead"] | None = None
    event_type: str | None = Field(default=None, max_length=100)
    since: AwareDatetime | None = Field(default=None, description="Made at this instant or later")
