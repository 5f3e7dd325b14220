"""Accounts, clients, log-in sessions, grants, signing keys."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE accounts (
        id UUID DEFAULT uuidv7() NOT NULL,
        kind VARCHAR(16) NOT NULL,
        username VARCHAR(32) NOT NULL,
        name BYTEA NOT NULL,
        id_number BYTEA,
        id_number_index BYTEA,
        phone BYTEA,
        unit VARCHAR(32),
        region VARCHAR(6),
        roles VARCHAR(32)[] DEFAULT '{}' NOT NULL,
        disabled_at TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_accounts PRIMARY KEY (id),
        CONSTRAINT ck_accounts_kind CHECK (kind IN ('person', 'staff')),
        CONSTRAINT ck_accounts_administrators_exclude CHECK ((('system_admin' = ANY (roles))::int + ('security_admin' = ANY (roles))::int + ('audit_admin' = ANY (roles))::int) <= 1),
        CONSTRAINT ck_accounts_roles_are_for_staff CHECK (kind = 'staff' OR (roles = '{}' AND unit IS NULL)),
        CONSTRAINT ck_accounts_people_are_identified CHECK (kind = 'staff' OR id_number_index IS NOT NULL),
        CONSTRAINT uq_accounts_username UNIQUE (username),
        CONSTRAINT uq_accounts_id_number_index UNIQUE (id_number_index)
    )
    """,
    """
    CREATE TABLE clients (
        id VARCHAR(64) NOT NULL,
        secret_hash BYTEA NOT NULL,
        audience VARCHAR(32) NOT NULL,
        grant_types JSONB NOT NULL,
        permissions JSONB NOT NULL,
        redirect_uris JSONB NOT NULL,
        post_logout_redirect_uris JSONB NOT NULL,
        disabled_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_clients PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE sign_in_counts (
        bucket BYTEA NOT NULL,
        attempts INTEGER NOT NULL,
        last_at TIMESTAMP WITH TIME ZONE NOT NULL,
        blocked_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_sign_in_counts PRIMARY KEY (bucket)
    )
    """,
    """
    CREATE INDEX ix_sign_in_counts_last_at ON sign_in_counts (last_at)
    """,
    """
    CREATE TABLE signing_keys (
        id UUID DEFAULT uuidv7() NOT NULL,
        kid VARCHAR(64) NOT NULL,
        status VARCHAR(16) NOT NULL,
        private_jwk BYTEA NOT NULL,
        public_jwk JSONB NOT NULL,
        retired_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_signing_keys PRIMARY KEY (id),
        CONSTRAINT ck_signing_keys_status CHECK (status IN ('next', 'current', 'retired')),
        CONSTRAINT uq_signing_keys_kid UNIQUE (kid)
    )
    """,
    """
    CREATE UNIQUE INDEX uq_signing_keys_current ON signing_keys (status) WHERE status = 'current'
    """,
    """
    CREATE UNIQUE INDEX uq_signing_keys_next ON signing_keys (status) WHERE status = 'next'
    """,
    """
    CREATE TABLE known_devices (
        account_id UUID NOT NULL,
        device_hash BYTEA NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_known_devices PRIMARY KEY (account_id, device_hash),
        CONSTRAINT fk_known_devices_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    """
    CREATE TABLE login_requests (
        id_hash BYTEA NOT NULL,
        browser_hash BYTEA NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        params JSONB NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        password_for UUID,
        CONSTRAINT pk_login_requests PRIMARY KEY (id_hash),
        CONSTRAINT fk_login_requests_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id),
        CONSTRAINT fk_login_requests_password_for_accounts FOREIGN KEY(password_for) REFERENCES accounts (id)
    )
    """,
    """
    CREATE INDEX ix_login_requests_expires_at ON login_requests (expires_at)
    """,
    """
    CREATE TABLE login_sessions (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        secret_hash BYTEA NOT NULL,
        acr VARCHAR(64) NOT NULL,
        authenticated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        idle_seconds INTEGER NOT NULL,
        address VARCHAR(64) NOT NULL,
        user_agent VARCHAR(200) NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        ended_reason VARCHAR(32),
        CONSTRAINT pk_login_sessions PRIMARY KEY (id),
        CONSTRAINT fk_login_sessions_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT uq_login_sessions_secret_hash UNIQUE (secret_hash)
    )
    """,
    """
    CREATE INDEX ix_login_sessions_account ON login_sessions (account_id, id)
    """,
    """
    CREATE INDEX ix_login_sessions_open ON login_sessions (last_seen_at) WHERE ended_at IS NULL
    """,
    """
    CREATE TABLE passwords (
        account_id UUID NOT NULL,
        hash VARCHAR(256) NOT NULL,
        must_change BOOLEAN NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_passwords PRIMARY KEY (account_id),
        CONSTRAINT fk_passwords_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    """
    CREATE TABLE profile_reads (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        reader VARCHAR(64) NOT NULL,
        purpose VARCHAR(100) NOT NULL,
        fields JSONB NOT NULL,
        read_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_profile_reads PRIMARY KEY (id),
        CONSTRAINT fk_profile_reads_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    """
    CREATE INDEX ix_profile_reads_account ON profile_reads (account_id, id)
    """,
    """
    CREATE TABLE sign_ins (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        outcome VARCHAR(16) NOT NULL,
        address VARCHAR(64) NOT NULL,
        user_agent VARCHAR(200) NOT NULL,
        known_device BOOLEAN NOT NULL,
        CONSTRAINT pk_sign_ins PRIMARY KEY (id),
        CONSTRAINT ck_sign_ins_outcome CHECK (outcome IN ('succeeded', 'failed', 'refused')),
        CONSTRAINT fk_sign_ins_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
    )
    """,
    """
    CREATE INDEX ix_sign_ins_account ON sign_ins (account_id, id)
    """,
    """
    CREATE TABLE grants (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        session_id UUID NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        scope VARCHAR(200) NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        revoked_reason VARCHAR(32),
        CONSTRAINT pk_grants PRIMARY KEY (id),
        CONSTRAINT fk_grants_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT fk_grants_session_id_login_sessions FOREIGN KEY(session_id) REFERENCES login_sessions (id),
        CONSTRAINT fk_grants_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id)
    )
    """,
    """
    CREATE INDEX ix_grants_session_id ON grants (session_id)
    """,
    """
    CREATE TABLE authorization_codes (
        code_hash BYTEA NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        session_id UUID NOT NULL,
        account_id UUID NOT NULL,
        redirect_uri VARCHAR(2000) NOT NULL,
        code_challenge VARCHAR(43) NOT NULL,
        nonce VARCHAR(512),
        scope VARCHAR(200) NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        grant_id UUID,
        CONSTRAINT pk_authorization_codes PRIMARY KEY (code_hash),
        CONSTRAINT fk_authorization_codes_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id),
        CONSTRAINT fk_authorization_codes_session_id_login_sessions FOREIGN KEY(session_id) REFERENCES login_sessions (id),
        CONSTRAINT fk_authorization_codes_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT fk_authorization_codes_grant_id_grants FOREIGN KEY(grant_id) REFERENCES grants (id)
    )
    """,
    """
    CREATE INDEX ix_authorization_codes_expires_at ON authorization_codes (expires_at)
    """,
    """
    CREATE TABLE refresh_tokens (
        token_hash BYTEA NOT NULL,
        grant_id UUID NOT NULL,
        nonce VARCHAR(512),
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        replay BYTEA,
        CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash),
        CONSTRAINT fk_refresh_tokens_grant_id_grants FOREIGN KEY(grant_id) REFERENCES grants (id)
    )
    """,
    """
    CREATE INDEX ix_refresh_tokens_grant_id ON refresh_tokens (grant_id)
    """,
    """
    CREATE INDEX ix_refresh_tokens_used_at ON refresh_tokens (used_at)
    """,
)

DROPPED = (
    "refresh_tokens",
    "authorization_codes",
    "grants",
    "sign_ins",
    "profile_reads",
    "passwords",
    "login_sessions",
    "login_requests",
    "known_devices",
    "signing_keys",
    "sign_in_counts",
    "clients",
    "accounts",
)


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for table in DROPPED:
        op.execute(f"DROP TABLE {table}")
    schema.drop_kernel_v1(op)
