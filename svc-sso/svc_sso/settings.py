"""Settings of svc-sso, prefix SSO_."""

import json
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the identity provider must know beside what all services share."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="SSO_")

    client_secrets: SecretStr | None = Field(
        default=None, description='Secrets of the platform\'s own OAuth clients: {"gateway": "…", "svc-services": "…"}'
    )
    public_origin: str = Field(default="", description="The address that people type, when it is not the issuer's")

    backchannel_networks: list[str] = Field(
        default_factory=list,
        description="Networks beside the public ones in which clients are told of log-outs (JSON list)",
    )
    backchannel_plain_http: bool = Field(
        default=False, description="Tell clients of log-outs also by http, for development on one machine only"
    )

    @field_validator("backchannel_networks")
    @classmethod
    def are_networks(cls, value: list[str]) -> list[str]:
        """Refuses what is no network."""
        for network in value:
            ip_network(network)
        return value

    @cached_property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks in which clients may be called although they are not public."""
        return tuple(ip_network(network) for network in self.backchannel_networks)

    @property
    def origin(self) -> str:
        """The address under which browsers see the platform, without a slash at its end."""
        return (self.public_origin or self.issuer).rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers come by https, so that cookies can demand it."""
        return self.origin.startswith("https://")

    @property
    def secrets_by_client(self) -> dict[str, str]:
        """The secret of each client of the platform. Raises ValueError when the JSON is not of that shape."""
        given = json.loads(self.client_secrets.get_secret_value()) if self.client_secrets else {}
        if not isinstance(given, dict):
            raise ValueError("SSO_CLIENT_SECRETS is a JSON object: client id -> secret")
        return {str(name): str(secret) for name, secret in given.items()}
