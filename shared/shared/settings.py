"""What every service is configured with. Each service subclasses it with a prefix of its own.

A secret is given by value (`SSO_CLIENT_SECRET`) or, better, by file (`SSO_CLIENT_SECRET_FILE`), never by both.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

FILE_SUFFIX = "_FILE"


class ServiceSettings(BaseSettings):
    """Settings which all services and the gateway share; `env_prefix` tells whose they are."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="SERVICE_")

    database_url: SecretStr = Field(
        default=SecretStr("postgresql+asyncpg://localhost/postgres"),
        description="SQLAlchemy address of the service's own database, driver asyncpg",
    )
    database_password: SecretStr | None = Field(
        default=None, description="Password of the database role, when it does not stand in the address"
    )
    database_pool: int = Field(default=8, ge=1, le=100, description="Connections a process keeps to its database")
    nats_url: SecretStr = Field(
        default=SecretStr("nats://127.0.0.1:4222"), description="Address of the broker, with user and password"
    )
    nats_password: SecretStr | None = Field(
        default=None, description="Password for the broker, when it does not stand in the address"
    )
    nats_prefix: str = Field(
        default="", pattern=r"^[a-z0-9_]*$", description="Keeps several platforms apart on one broker (tests)"
    )
    nats_replicas: int = Field(default=1, ge=1, le=5, description="Copies of each stream; 3 on a cluster of three")
    issuer: str = Field(default="http://localhost:8000", description="Issuer of the tokens: the public origin")
    jwks_url: str = Field(
        default="http://127.0.0.1:8101/oauth2/jwks",
        description="Where the issuer's public keys are; file:// is read once",
    )
    token_url: str = Field(
        default="http://127.0.0.1:8101/oauth2/token", description="The issuer's token endpoint, inside"
    )
    client_id: str = Field(default="", description="This service as an OAuth client")
    client_secret: SecretStr | None = Field(default=None, description="The secret of that client")
    service_urls: dict[str, str] = Field(
        default_factory=dict, description="Where the other services answer, inside: short name -> address (JSON)"
    )
    keyring: SecretStr | None = Field(
        default=None, description='Keys of encrypted columns: {"active": "k1", "keys": {"k1": "<base64, 32 bytes>"}}'
    )
    data_dir: Path = Field(default=Path(".data/files"), description="Folder for uploaded files and audit anchors")
    inline_worker: bool = Field(default=True, description="Run relay, handlers and sweeps inside the web process")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    idempotency_hours: int = Field(default=24, ge=1, description="How long the answer to an Idempotency-Key is kept")

    @model_validator(mode="before")
    @classmethod
    def read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Takes `<PREFIX><NAME>_FILE` for each field that was not given by value."""
        prefix = str(cls.model_config.get("env_prefix", ""))
        for name in cls.model_fields:
            path = os.environ.get(f"{prefix}{name}{FILE_SUFFIX}".upper())
            if path and name not in values:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @property
    def database(self) -> str:
        """The database address with its password in place."""
        url = make_url(self.database_url.get_secret_value())
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        return url.render_as_string(hide_password=False)
