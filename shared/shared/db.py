"""Sessions and the base of all tables.

One request or one message is one transaction. `TransactionRoute` (shared.http.routing) commits it after the endpoint
has returned and before the first byte is sent: a client that holds a 201 can read what it names. Nobody else commits.
"""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import BigInteger, DateTime, MetaData, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, object]


class Base(DeclarativeBase):
    """Base of every table of a service; a service process holds the kernel's tables and its own, no others."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
        uuid.UUID: Uuid(),
        datetime: DateTime(timezone=True),
        Json: JSONB(),
        list[Json]: JSONB(),
        list[str]: JSONB(),
    }


def uuid_key() -> Mapped[uuid.UUID]:
    """A primary key of UUIDv7, made by the database: ordered by time, safe to make anywhere."""
    return mapped_column(Uuid(), primary_key=True, server_default=text("uuidv7()"))


def big_identity() -> Mapped[int]:
    """A bigint primary key which counts up; gaps are normal."""
    return mapped_column(BigInteger(), primary_key=True, autoincrement=True)


class Timestamps:
    """When a row was made and last changed, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())


class Versioned:
    """A version number on what people edit: it is the row's ETag, and a lost update is refused by the database."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 - called on the class
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": True}  # type: ignore[attr-defined]


def make_engine(address: str, pool: int) -> AsyncEngine:
    """An engine with bounded waits: a request which gets no connection within 5 s is answered 503, not held."""
    return create_async_engine(
        address,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "statement_timeout": "15000",
                "lock_timeout": "8000",
                "idle_in_transaction_session_timeout": "60000",
                "timezone": "UTC",
            },
        },
    )


Sessions = async_sessionmaker[AsyncSession]


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The session of this request; it begins at the first statement. `TransactionRoute` ends it."""
    session: AsyncSession | None = getattr(request.state, "session", None)
    if session is None:
        session = request.app.state.runtime.sessions()
        request.state.session = session
    yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
