"""What the gateway is configured with; every name has the prefix GATEWAY_ in the environment."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

LOCAL_SERVICES = {
    "sso": "http://127.0.0.1:8101",
    "disclosure": "http://127.0.0.1:8102",
    "services": "http://127.0.0.1:8103",
    "complaints": "http://127.0.0.1:8104",
    "credit-registry": "http://127.0.0.1:8105",
}


class GatewaySettings(ServiceSettings):
    """Everything that one gateway process must know. Cookies belong to `origin`."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="GATEWAY_")

    public_origin: str = Field(default="", description="The address that people type, when it is not the issuer's")
    client_id: str = Field(default="gateway", description="The gateway as a client of the identity provider")
    service_urls: dict[str, str] = Field(
        default_factory=lambda: dict(LOCAL_SERVICES), description="Where the services answer, inside (JSON)"
    )
    trusted_proxies: list[str] = Field(
        default_factory=list, description="Networks of load balancers whose X-Forwarded-For is believed (JSON list)"
    )
    upstream_connections: int = Field(default=256, ge=1, description="Connections to each service at most")
    upstream_idle_seconds: float = Field(
        default=4.0, gt=0, description="An idle connection is kept this long; below the services' own limit of 5 s"
    )
    connect_seconds: float = Field(default=1.0, gt=0, description="Deadline for connecting to a service")
    answer_seconds: float = Field(default=10.0, gt=0, description="Deadline for the header of an answer")
    hold_seconds: float = Field(
        default=5.0, ge=0, description="A service that refuses connections is waited for this long: it restarts"
    )
    transfer_seconds: float = Field(default=30.0, gt=0, description="Longest silence within a body")
    body_limit: int = Field(default=1024 * 1024, ge=1, description="Bytes of a body, uploads apart")
    upload_limit: int = Field(default=20 * 1024 * 1024, ge=1, description="Bytes of an uploaded file")
    rate_per_minute: int = Field(
        default=600, ge=0, description="Calls a minute of one person or, without one, one address; 0: no limit of calls"
    )
    rate_per_day: int = Field(default=50_000, ge=0, description="The same for a day, Asia/Shanghai; 0: no limit")
    client_per_minute: int = Field(
        default=1_200, ge=0, description="Calls a minute of one client without a quota of its own; 0: no limit"
    )
    client_per_day: int = Field(default=200_000, ge=0, description="The same for a day; 0: no limit")
    logins_per_minute: int = Field(
        default=60,
        ge=0,
        description="Steps of log-ins a minute from one address (of an office, say); 0: none",
    )
    logins_per_day: int = Field(default=5_000, ge=0, description="The same for a day; 0: no limit")
    cases_per_matter_and_day: int = Field(
        default=50, ge=0, description="Cases a day that one person may start in one matter; 0: no limit"
    )
    cache_bytes: int = Field(default=64 * 1024 * 1024, ge=0, description="Memory for public answers; 0: none is kept")
    cache_body_limit: int = Field(default=512 * 1024, ge=1, description="Bytes of the largest answer that is kept")
    access_log: bool = Field(default=True, description="One JSON line for each request")
    session_idle_minutes: int = Field(default=30, ge=1, description="A session ends after this time without a call")
    session_hours: int = Field(default=12, ge=1, description="A session ends after this time whatever happens")
    login_minutes: int = Field(default=10, ge=1, description="Time for entering name and password")
    session_recheck_seconds: float = Field(
        default=1.0, gt=0, le=2, description="How old a process's knowledge of a session may be: ended is ended in 2 s"
    )
    signature_seconds: int = Field(
        default=60, ge=5, le=300, description="How far the time of a signed call may differ from the gateway's"
    )
    item_services: list[str] = Field(
        default_factory=lambda: ["services", "complaints", "credit-registry"],
        description="Services that hold cases of people (JSON list)",
    )
    probe_seconds: float = Field(default=5.0, ge=0, description="Time between two looks at each service; 0: none")
    connections: int = Field(default=10_000, ge=1, description="Connections of clients at most")
    connections_per_address: int = Field(default=1_000, ge=1, description="Of one address, trusted proxies apart")
    keep_alive_seconds: float = Field(
        default=75.0, gt=0, description="An idle connection of a client is kept this long; above a load balancer's 60 s"
    )
    drain_seconds: float = Field(default=0.5, ge=0, description="Time between 'not ready' and closing, on SIGTERM")

    webhook_timeout_seconds: float = Field(default=15.0, gt=0, le=30, description="Time a receiver has for its answer")
    webhook_deliveries_at_once: int = Field(default=64, ge=1, description="Deliveries that a process has under way")
    webhook_ports: list[int] = Field(default_factory=lambda: [443], description="Ports of receivers (JSON list)")
    webhook_http: bool = Field(default=False, description="Deliver to http:// too; for local development only")
    webhook_allowed_networks: list[str] = Field(
        default_factory=list,
        description="Networks that are not public and may be delivered to all the same, such as 127.0.0.0/8 for local "
        "development or the government network's own (JSON list)",
    )
    webhook_ca_file: str = Field(default="", description="Certificate authorities of receivers, instead of the usual")
    webhook_overlap_hours: int = Field(default=24, ge=0, description="How long a replaced secret signs beside the new")
    webhook_retention_days: int = Field(default=30, ge=4, description="How long deliveries are kept and replayable")

    @field_validator("trusted_proxies", "webhook_allowed_networks")
    @classmethod
    def are_networks(cls, value: list[str]) -> list[str]:
        for network in value:
            ip_network(network)
        return value

    @cached_property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(network) for network in self.trusted_proxies)

    def is_trusted_proxy(self, address: str) -> bool:
        """Whether an address is a load balancer of ours."""
        if not self.trusted_proxies:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxy_networks)

    @property
    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(network) for network in self.webhook_allowed_networks)

    @property
    def origin(self) -> str:
        """Scheme, host and port under which people reach the platform."""
        return (self.public_origin or self.issuer).rstrip("/")

    @property
    def redirect_uri(self) -> str:
        return f"{self.origin}/session/callback"

    @property
    def secure(self) -> bool:
        """Whether people reach the platform by https; only then can cookies carry the __Host- prefix."""
        return self.origin.startswith("https://")

    @property
    def session_cookie(self) -> str:
        return "__Host-sid" if self.secure else "sid"

    @property
    def login_cookie(self) -> str:
        return "__Host-login" if self.secure else "login"
