"""Agencies' clients, log-out notices."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE clients
        ADD COLUMN responsible_id UUID CONSTRAINT fk_clients_responsible_id_accounts REFERENCES accounts (id),
        ADD COLUMN previous_secret_hash BYTEA,
        ADD COLUMN previous_secret_until TIMESTAMP WITH TIME ZONE,
        ADD COLUMN backchannel_logout_session_required BOOLEAN DEFAULT true NOT NULL
    """,
    "CREATE INDEX ix_clients_responsible_id ON clients (responsible_id)",
    """
    CREATE TABLE logout_notices (
        id UUID DEFAULT uuidv7() NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        session_id UUID NOT NULL,
        account_id UUID NOT NULL,
        reason VARCHAR(32) NOT NULL,
        state VARCHAR(16) DEFAULT 'pending' NOT NULL,
        tries INTEGER DEFAULT '0' NOT NULL,
        since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        next_try_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        last_tried_at TIMESTAMP WITH TIME ZONE,
        last_status INTEGER,
        last_error VARCHAR(200),
        delivered_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_logout_notices PRIMARY KEY (id),
        CONSTRAINT ck_logout_notices_state CHECK (state IN ('pending', 'delivered', 'failed')),
        CONSTRAINT uq_logout_notices_session_id_client_id UNIQUE (session_id, client_id),
        CONSTRAINT fk_logout_notices_client_id_clients FOREIGN KEY (client_id) REFERENCES clients (id),
        CONSTRAINT fk_logout_notices_session_id_login_sessions FOREIGN KEY (session_id)
            REFERENCES login_sessions (id),
        CONSTRAINT fk_logout_notices_account_id_accounts FOREIGN KEY (account_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_logout_notices_due ON logout_notices (next_try_at) WHERE state = 'pending'",
    "CREATE INDEX ix_logout_notices_client ON logout_notices (client_id, id)",
    "CREATE INDEX ix_login_sessions_ended ON login_sessions (ended_at) WHERE ended_at IS NOT NULL",
)
UNDO: tuple[str, ...] = (
    "DROP INDEX ix_login_sessions_ended",
    "DROP TABLE logout_notices",
    """
    ALTER TABLE clients
        DROP COLUMN responsible_id,
        DROP COLUMN previous_secret_hash,
        DROP COLUMN previous_secret_until,
        DROP COLUMN backchannel_logout_session_required
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
