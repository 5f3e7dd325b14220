"""Snapshots as they go out."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class SnapshotFile(BaseModel):
    """A file of a snapshot: NDJSON, packed by gzip; a line is what REST answers for one resource."""

    name: str = Field(examples=["enterprises.ndjson.gz", "record-items.ndjson.gz", "complaints.ndjson.gz"])
    media_type: str = Field(default="application/gzip")
    rows: int
    size: int = Field(description="Bytes of the packed file")
    sha256: str = Field(description="Digest of the packed file, hex")
    url: str = Field(default="", description="Where it is fetched; Range is understood")


class SnapshotOut(BaseModel):
    """A snapshot with the position it carries."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    position: int = Field(description="All changes up to here are in it: follow /v1/stream?after= from here")
    taken_at: datetime = Field(description="The moment of which it is")
    finished_at: datetime
    files: list[SnapshotFile]


class SnapshotList(BaseModel):
    """The snapshots that are kept, the newest first."""

    items: list[SnapshotOut]
