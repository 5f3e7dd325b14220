"""Settings of svc-credit-registry, prefix CREDIT_REGISTRY_."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What all services share, and what this one needs beside it."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="CREDIT_REGISTRY_")

    annual_listing_first_year: int = Field(
        default=2026,
        ge=2013,
        description="Report year from which enterprises without an annual report are listed on 1 July of the next year",
    )

    certificates_per_day: int = Field(
        default=100, ge=1, le=100_000, description="New certificates of the record that one caller gets in 24 hours"
    )
    stream_connections_per_client: int = Field(
        default=2, ge=1, le=100, description="Connections by which one client may follow the change stream of a process"
    )
    stream_connections: int = Field(
        default=100, ge=1, le=10_000, description="Connections that may follow the change stream of a process"
    )
    upload_quota_mib: int = Field(
        default=2048, ge=1, description="MiB that the files of records of one agency may take on the disk"
    )
    uploads_kept_days: int = Field(
        default=30, ge=1, le=3660, description="Days for which a file of records is kept once it is worked through"
    )
    upload_reserve_mib: int = Field(
        default=256, ge=0, description="MiB of the disk which uploads leave free: below that they are refused"
    )
    snapshot_every_hours: int = Field(
        default=24, ge=0, le=744, description="Hours between snapshots of the register; 0 takes none"
    )
    snapshots_kept: int = Field(default=3, ge=1, le=100, description="Snapshots of the register that are kept")
    changes_kept_days: int = Field(
        default=400, ge=0, description="Days for which the stream keeps changes that a snapshot holds; 0: for ever"
    )

    risk_stretch: int = Field(
        default=20_000,
        ge=100,
        le=1_000_000,
        description="Enterprises that a run of risk classes takes in a transaction",
    )
