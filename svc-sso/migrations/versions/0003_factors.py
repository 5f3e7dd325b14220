"""Second factors, consents, password policies."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = (
    "DELETE FROM login_requests",
    """
    ALTER TABLE login_requests
        ALTER COLUMN client_id DROP NOT NULL,
        DROP COLUMN password_for,
        ADD COLUMN account_id UUID,
        ADD COLUMN session_id UUID,
        ADD COLUMN amr JSONB DEFAULT '[]' NOT NULL,
        ADD COLUMN authenticated_at TIMESTAMP WITH TIME ZONE,
        ADD COLUMN password_due VARCHAR(16),
        ADD COLUMN consented BOOLEAN DEFAULT false NOT NULL,
        ADD CONSTRAINT fk_login_requests_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        ADD CONSTRAINT fk_login_requests_session_id_login_sessions
            FOREIGN KEY(session_id) REFERENCES login_sessions (id)
    """,
    """
    ALTER TABLE sign_ins
        ADD COLUMN factor VARCHAR(16) DEFAULT 'password' NOT NULL,
        DROP CONSTRAINT ck_sign_ins_outcome,
        ADD CONSTRAINT ck_sign_ins_outcome CHECK (outcome IN
            ('succeeded', 'begun', 'failed', 'refused', 'factor_added', 'factor_removed', 'password_changed'))
    """,
    """
    CREATE TABLE password_history (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        hash VARCHAR(256) NOT NULL,
        replaced_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_password_history PRIMARY KEY (id),
        CONSTRAINT fk_password_history_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_password_history_account ON password_history (account_id, id)",
    """
    CREATE TABLE authenticators (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        label VARCHAR(64) NOT NULL,
        secret BYTEA NOT NULL,
        last_step BIGINT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_authenticators PRIMARY KEY (id),
        CONSTRAINT fk_authenticators_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_authenticators_account_id ON authenticators (account_id)",
    """
    CREATE TABLE passkeys (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        label VARCHAR(64) NOT NULL,
        credential_id BYTEA NOT NULL,
        public_key BYTEA NOT NULL,
        sign_count BIGINT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_passkeys PRIMARY KEY (id),
        CONSTRAINT fk_passkeys_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id)
    )
    """,
    "CREATE INDEX ix_passkeys_account_id ON passkeys (account_id)",
    """
    CREATE TABLE recovery_codes (
        code_hash BYTEA NOT NULL,
        account_id UUID NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_recovery_codes PRIMARY KEY (code_hash),
        CONSTRAINT fk_recovery_codes_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id)",
    """
    CREATE TABLE enrolments (
        holder_hash BYTEA NOT NULL,
        account_id UUID NOT NULL,
        secret BYTEA,
        challenge BYTEA,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_enrolments PRIMARY KEY (holder_hash),
        CONSTRAINT fk_enrolments_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_enrolments_expires_at ON enrolments (expires_at)",
    """
    CREATE TABLE consents (
        account_id UUID NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        scopes JSONB NOT NULL,
        claims JSONB NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_consents PRIMARY KEY (account_id, client_id),
        CONSTRAINT fk_consents_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT fk_consents_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id)
    )
    """,
)
UNDO: tuple[str, ...] = (
    "DROP TABLE consents",
    "DROP TABLE enrolments",
    "DROP TABLE recovery_codes",
    "DROP TABLE passkeys",
    "DROP TABLE authenticators",
    "DROP TABLE password_history",
    "DELETE FROM sign_ins WHERE outcome IN ('begun', 'factor_added', 'factor_removed', 'password_changed')",
    """
    ALTER TABLE sign_ins
        DROP COLUMN factor,
        DROP CONSTRAINT ck_sign_ins_outcome,
        ADD CONSTRAINT ck_sign_ins_outcome CHECK (outcome IN ('succeeded', 'failed', 'refused'))
    """,
    "DELETE FROM login_requests",
    """
    ALTER TABLE login_requests
        ALTER COLUMN client_id SET NOT NULL,
        DROP COLUMN account_id, DROP COLUMN session_id, DROP COLUMN amr, DROP COLUMN authenticated_at,
        DROP COLUMN password_due, DROP COLUMN consented,
        ADD COLUMN password_for UUID,
        ADD CONSTRAINT fk_login_requests_password_for_accounts FOREIGN KEY(password_for) REFERENCES accounts (id)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
