"""OAuth clients."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned

PROVES_ITSELF = """
            CASE token_endpoint_auth_method
                WHEN 'private_key_jwt' THEN jwks IS NOT NULL
                WHEN 'client_secret_basic' THEN secret_hash IS NOT NULL
                WHEN 'client_secret_post' THEN secret_hash IS NOT NULL
                ELSE false
            END"""


class Client(Versioned, Timestamps, Base):
    """A confidential client. Of its secret only the SHA-256 is kept (secrets are long and random), of keys the public
    half. `audience` is for whom the tokens are which it gets by a code and may exchange. A quota left open is the
    gateway's usual one.
    """

    __tablename__ = "clients"
    __table_args__ = (
        CheckConstraint("kind IN ('first_party', 'agency', 'application')", name="kind"),
        CheckConstraint(PROVES_ITSELF, name="proves_itself"),
        CheckConstraint("id_token_signed_response_alg IN ('RS256', 'ES256')", name="signing"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="first_party", server_default="first_party")
    name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_until: Mapped[datetime | None]
    token_endpoint_auth_method: Mapped[str] = mapped_column(
        String(32), default="client_secret_basic", server_default="client_secret_basic"
    )
    jwks: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    audience: Mapped[str] = mapped_column(String(32))
    grant_types: Mapped[list[str]]
    permissions: Mapped[list[str]]
    redirect_uris: Mapped[list[str]]
    post_logout_redirect_uris: Mapped[list[str]]
    contacts: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    quota_per_minute: Mapped[int | None]
    quota_per_day: Mapped[int | None]
    dpop_bound: Mapped[bool] = mapped_column(default=False, server_default="false")
    require_pushed_authorization_requests: Mapped[bool] = mapped_column(default=False, server_default="false")
    id_token_signed_response_alg: Mapped[str] = mapped_column(String(8), default="RS256", server_default="RS256")
    backchannel_logout_uri: Mapped[str | None] = mapped_column(String(2000))
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=True, server_default="true")
    owner_unit: Mapped[str | None] = mapped_column(String(32))
    owner_org: Mapped[str | None] = mapped_column(String(18))
    responsible_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    last_used_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
