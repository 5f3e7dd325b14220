"""What a running service holds: made once at its start, handed to routes, handlers and sweeps."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import TokenVerifier
from shared.bus import Bus
from shared.db import Sessions, make_engine, make_sessions
from shared.files import FileStore
from shared.outbound import Outbound
from shared.privacy import Keyring, set_keyring
from shared.revocations import Revocations
from shared.settings import ServiceSettings


@dataclass(frozen=True)
class Runtime:
    """The parts of a running service. `name` is the producer's name in events (`credit_registry`)."""

    name: str
    audience: str
    settings: ServiceSettings
    engine: AsyncEngine
    sessions: Sessions
    bus: Bus
    verifier: TokenVerifier
    outbound: Outbound
    files: FileStore
    revocations: Revocations


def make_runtime(audience: str, settings: ServiceSettings) -> Runtime:
    """The parts of the service with the short name `audience`, not started yet."""
    if settings.keyring is not None:
        set_keyring(Keyring.from_json(settings.keyring.get_secret_value()))
    engine = make_engine(settings.database, settings.database_pool)
    password = settings.nats_password.get_secret_value() if settings.nats_password else None
    name = audience.replace("-", "_")
    revocations = Revocations()
    return Runtime(
        name=name,
        audience=audience,
        settings=settings,
        engine=engine,
        sessions=make_sessions(engine),
        bus=Bus(settings.nats_url.get_secret_value(), password, name, settings.nats_prefix, settings.nats_replicas),
        verifier=TokenVerifier(settings.issuer, audience, settings.jwks_url, revocations),
        outbound=Outbound(settings),
        files=FileStore(settings.data_dir / "uploads"),
        revocations=revocations,
    )


def get_runtime(request: Request) -> Runtime:
    """The runtime of the service which answers this request."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]
