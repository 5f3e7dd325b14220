"""The log of the exchange as it goes out."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.fields import Day
from svc_credit_registry.sharing.exchange.rules import ExchangeKind


class EntryFilters(BaseModel):
    """Filters of the log."""

    requester: str | None = Field(default=None, max_length=64, description="For auditors; others see their own")
    resource: str | None = Field(default=None, max_length=64)
    kind: ExchangeKind | None = None
    case_id: str | None = Field(default=None, max_length=100)
    since: Day | None = None
    until: Day | None = None


class ExchangeEntryOut(BaseModel):
    """One exchange. It holds no data that went over, only their digest."""

    id: uuid.UUID
    at: datetime
    kind: str
    kind_label: str = Field(description="Chinese first, English by Accept-Language")
    requester: str = Field(description="The agency's system, or the unit of the officer", examples=["tax-suizhou"])
    represented_party: str | None
    case_id: str | None
    resource: str
    rows: int
    method: str
    path: str
    request_hash: str = Field(
        description="SHA-256 of method, path, canonical query, digest of the body, one a line, hex"
    )
    answer_sha256: str = Field(description="SHA-256 of the answer's bytes, hex")
    sealed: bool


class ExchangeStepOut(BaseModel):
    """A neighbour on the way from the entry to the root of its batch."""

    side: Literal["left", "right"]
    hash: str


class ExchangeBatchOut(BaseModel):
    """Entries that were sealed together. Its hash covers number, count, root and the hash before."""

    number: int
    count: int
    root: str
    previous: str
    hash: str
    sealed_at: datetime


class ProofOut(BaseModel):
    """That an entry stands in the log: hash `content` as a leaf, climb by `path` to `batch.root`."""

    content: str = Field(description="What is hashed, canonical JSON; the leaf is SHA-256 of a zero byte and this")
    leaf: str
    path: list[ExchangeStepOut]
    batch: ExchangeBatchOut


class EntryDetailOut(ExchangeEntryOut):
    """An exchange with its proof, which is there within a second or two of the exchange."""

    actor: str
    client: str | None
    request_id: str | None
    proof: ProofOut | None


class VerificationOut(BaseModel):
    """What a walk along the chain has found."""

    log: str
    intact: bool
    fault: str | None = Field(description="The first fault, in words; absent when the chain is intact")
    batches: int
    sealed: int = Field(description="Entries that were walked through")
    unsealed: int = Field(description="Entries of the last moments, not sealed yet")
    anchored: int = Field(description="The last batch that an anchor confirms")
    head: str = Field(description="The hash of the last batch, hex")
