"""Log-ins under way and sessions of browsers. Secrets are hashed where they are only compared, encrypted elsewhere."""

import uuid
from datetime import datetime

from sqlalchemy import LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key
from shared.privacy import EncryptedText


class PendingLogin(Base):
    """A log-in that a browser began; used up by the first answer."""

    __tablename__ = "pending_logins"

    id: Mapped[uuid.UUID] = uuid_key()
    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    state_hash: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str]
    verifier: Mapped[str] = mapped_column(EncryptedText("pending_logins.verifier"))
    return_to: Mapped[str]
    # What a step-up asks for beyond a log-in (RFC 9470): the least class of log-in, its greatest age in seconds.
    acr_values: Mapped[str | None]
    max_age: Mapped[int | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class BrowserSession(Base):
    """One logged-in browser. The tokens live here and nowhere else; the browser holds an opaque id."""

    __tablename__ = "browser_sessions"

    id: Mapped[uuid.UUID] = uuid_key()
    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    subject: Mapped[str] = mapped_column(index=True)
    provider_session: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    display_name: Mapped[str] = mapped_column(EncryptedText("browser_sessions.display_name"))
    permissions: Mapped[list[str]]
    unit: Mapped[str | None]
    region: Mapped[str | None]
    access_token: Mapped[str] = mapped_column(EncryptedText("browser_sessions.access_token"))
    access_expires_at: Mapped[datetime]
    refresh_token: Mapped[str | None] = mapped_column(EncryptedText("browser_sessions.refresh_token"))
    id_token: Mapped[str] = mapped_column(EncryptedText("browser_sessions.id_token"))
    # The enterprise for which the person acts now, and an agent's mandate; None: for himself.
    org: Mapped[str | None]
    org_name: Mapped[str | None]
    mandate: Mapped[str | None]
    # Counts changes of the person's access: a process that holds tokens of an older count drops them.
    access_count: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # Set by logging out while the provider can't be told; the sweep tells it and removes the row.
    ended_at: Mapped[datetime | None]
