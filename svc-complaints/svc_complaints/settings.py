"""How svc-complaints is configured: environment variables with the prefix COMPLAINTS_."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings all services share, under this service's prefix."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="COMPLAINTS_")
