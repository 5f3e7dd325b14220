"""Codes, families of tokens, refresh tokens."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, uuid_key
from shared.privacy import EncryptedText


class Grant(Base):
    """A family: all tokens which came from one code. It is revoked as a whole.

    `acr`, `amr` and `authenticated_at` tell of the log-in as it was then: a refreshed ID token tells the same.
    `dpop_jkt` is the key which its tokens are bound to, `claims` what the client asked for one by one.
    """

    __tablename__ = "grants"

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("login_sessions.id"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    scope: Mapped[str] = mapped_column(String(200))
    claims: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    org: Mapped[str | None] = mapped_column(String(18))
    mandate: Mapped[str | None] = mapped_column(String(64))
    acr: Mapped[str | None] = mapped_column(String(64))
    amr: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    authenticated_at: Mapped[datetime | None]
    used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(32))


class AuthorizationCode(Base):
    """A code on its way through a browser; of it only the hash is kept."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("login_sessions.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    redirect_uri: Mapped[str] = mapped_column(String(2000))
    code_challenge: Mapped[str] = mapped_column(String(43))
    nonce: Mapped[str | None] = mapped_column(String(512))
    scope: Mapped[str] = mapped_column(String(200))
    claims: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    org: Mapped[str | None] = mapped_column(String(18))
    mandate: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    grant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("grants.id"))


class RefreshToken(Base):
    """One link of a family's chain. `replay` is the answer given for it, encrypted, for a client that lost it;
    `dpop_jkt` the key which that answer is bound to.
    """

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    grant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grants.id"), index=True)
    nonce: Mapped[str | None] = mapped_column(String(512))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None] = mapped_column(index=True)
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    replay: Mapped[str | None] = mapped_column(EncryptedText("refresh_tokens.replay"))
