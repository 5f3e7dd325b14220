"""Settings of svc-credit-registry, prefix CREDIT_REGISTRY_."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What all services share; this one needs nothing of its own."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="CREDIT_REGISTRY_")
