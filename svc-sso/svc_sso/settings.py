"""Settings of svc-sso, prefix SSO_."""

import json
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the identity provider must know beside what all services share."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="SSO_")

    client_secrets: SecretStr | None = Field(
        default=None, description='Secrets of the platform\'s own OAuth clients: {"gateway": "…", "svc-services": "…"}'
    )
    keys_ahead_hours: int = Field(
        default=24, ge=0, le=720, description="How long a signing key is published before it may sign"
    )
    public_origin: str = Field(default="", description="The address that people type, when it is not the issuer's")

    population_verifier: str = Field(
        default="svc_sso.verifications.service:LocalPopulation",
        description="What confirms that a name and an identity number belong together, as module:object",
    )
    representative_verifier: str = Field(
        default="svc_sso.verifications.service:LocalRepresentatives",
        description="What confirms that a person is the legal representative of an enterprise, as module:object",
    )
    mandate_days: int = Field(default=366, ge=1, le=3660, description="Days for which a mandate may last at most")

    first_administrator: str = Field(
        default="",
        description="User name of the security administrator who is made at the first start; empty: made by hand",
    )
    ended_days: int = Field(
        default=30, ge=1, description="Days for which ended log-ins, their grants and their notices are kept"
    )
    history_days: int = Field(default=200, ge=180, description="Days for which attempts to sign in are kept")
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

    password_policy_person: Literal["asvs", "mlps3"] = Field(
        default="asvs", description="What a natural person's password must be: asvs or mlps3"
    )
    password_policy_staff: Literal["asvs", "mlps3"] = Field(
        default="mlps3", description="What a staff password must be: asvs or mlps3"
    )
    session_idle_minutes_person: int = Field(
        default=30, ge=1, le=720, description="Minutes without use after which a person's log-in ends"
    )
    session_idle_minutes_staff: int = Field(
        default=15, ge=1, le=720, description="Minutes without use after which a log-in of staff ends"
    )
    session_hours_person: int = Field(
        default=12, ge=1, le=24, description="Hours after which a person's log-in ends, used or not"
    )
    session_hours_staff: int = Field(
        default=12, ge=1, le=24, description="Hours after which a log-in of staff ends, used or not"
    )

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
