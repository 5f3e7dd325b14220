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
