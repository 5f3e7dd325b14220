"""Log-ins under way, sessions of browsers."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE pending_logins (
        id UUID DEFAULT uuidv7() NOT NULL,
        cookie_hash BYTEA NOT NULL,
        state_hash BYTEA NOT NULL,
        nonce VARCHAR NOT NULL,
        verifier BYTEA NOT NULL,
        return_to VARCHAR NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_pending_logins PRIMARY KEY (id),
        CONSTRAINT uq_pending_logins_cookie_hash UNIQUE (cookie_hash)
    )
    """,
    "CREATE INDEX ix_pending_logins_expires_at ON pending_logins (expires_at)",
    """
    CREATE TABLE browser_sessions (
        id UUID DEFAULT uuidv7() NOT NULL,
        cookie_hash BYTEA NOT NULL,
        subject VARCHAR NOT NULL,
        provider_session VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        display_name BYTEA NOT NULL,
        permissions JSONB NOT NULL,
        unit VARCHAR,
        region VARCHAR,
        access_token BYTEA NOT NULL,
        access_expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        refresh_token BYTEA,
        id_token BYTEA NOT NULL,
        access_count INTEGER DEFAULT '0' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_browser_sessions PRIMARY KEY (id),
        CONSTRAINT uq_browser_sessions_cookie_hash UNIQUE (cookie_hash)
    )
    """,
    "CREATE INDEX ix_browser_sessions_subject ON browser_sessions (subject)",
    "CREATE INDEX ix_browser_sessions_provider_session ON browser_sessions (provider_session)",
    "CREATE INDEX ix_browser_sessions_expires_at ON browser_sessions (expires_at)",
)


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE browser_sessions")
    op.execute("DROP TABLE pending_logins")
    schema.drop_kernel_v1(op)
