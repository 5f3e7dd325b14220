"""Client authentication by key, pushed requests, proofs of possession."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE clients
        ALTER COLUMN secret_hash DROP NOT NULL,
        ADD COLUMN kind VARCHAR(16) DEFAULT 'first_party' NOT NULL,
        ADD COLUMN name VARCHAR(100) DEFAULT '' NOT NULL,
        ADD COLUMN token_endpoint_auth_method VARCHAR(32) DEFAULT 'client_secret_basic' NOT NULL,
        ADD COLUMN jwks JSONB,
        ADD COLUMN contacts JSONB DEFAULT '[]' NOT NULL,
        ADD COLUMN quota_per_minute INTEGER,
        ADD COLUMN quota_per_day INTEGER,
        ADD COLUMN dpop_bound BOOLEAN DEFAULT false NOT NULL,
        ADD COLUMN require_pushed_authorization_requests BOOLEAN DEFAULT false NOT NULL,
        ADD COLUMN id_token_signed_response_alg VARCHAR(8) DEFAULT 'RS256' NOT NULL,
        ADD COLUMN backchannel_logout_uri VARCHAR(2000),
        ADD COLUMN owner_unit VARCHAR(32),
        ADD COLUMN owner_org VARCHAR(18),
        ADD COLUMN last_used_at TIMESTAMP WITH TIME ZONE,
        ADD COLUMN version INTEGER DEFAULT '1' NOT NULL,
        ADD CONSTRAINT ck_clients_kind CHECK (kind IN ('first_party', 'agency', 'application')),
        ADD CONSTRAINT ck_clients_proves_itself CHECK (
            CASE token_endpoint_auth_method
                WHEN 'private_key_jwt' THEN jwks IS NOT NULL
                WHEN 'client_secret_basic' THEN secret_hash IS NOT NULL
                WHEN 'client_secret_post' THEN secret_hash IS NOT NULL
                ELSE false
            END),
        ADD CONSTRAINT ck_clients_signing CHECK (id_token_signed_response_alg IN ('RS256', 'ES256'))
    """,
    "UPDATE clients SET id_token_signed_response_alg = 'ES256'",
    """
    ALTER TABLE signing_keys
        ADD COLUMN algorithm VARCHAR(8) DEFAULT 'ES256' NOT NULL,
        DROP CONSTRAINT ck_signing_keys_status,
        ADD CONSTRAINT ck_signing_keys_status CHECK (status IN ('next', 'current', 'retired', 'revoked')),
        ADD CONSTRAINT ck_signing_keys_algorithm CHECK (algorithm IN ('ES256', 'RS256'))
    """,
    "DROP INDEX uq_signing_keys_current",
    "DROP INDEX uq_signing_keys_next",
    "CREATE UNIQUE INDEX uq_signing_keys_current ON signing_keys (algorithm) WHERE status = 'current'",
    "CREATE UNIQUE INDEX uq_signing_keys_next ON signing_keys (algorithm) WHERE status = 'next'",
    """
    ALTER TABLE login_sessions ADD COLUMN amr JSONB DEFAULT '["pwd"]' NOT NULL
    """,
    """
    ALTER TABLE authorization_codes
        ADD COLUMN claims JSONB,
        ADD COLUMN dpop_jkt VARCHAR(43),
        ADD COLUMN org VARCHAR(18),
        ADD COLUMN mandate VARCHAR(64)
    """,
    """
    ALTER TABLE grants
        ADD COLUMN claims JSONB,
        ADD COLUMN dpop_jkt VARCHAR(43),
        ADD COLUMN org VARCHAR(18),
        ADD COLUMN mandate VARCHAR(64),
        ADD COLUMN acr VARCHAR(64),
        ADD COLUMN amr JSONB,
        ADD COLUMN authenticated_at TIMESTAMP WITH TIME ZONE,
        ADD COLUMN used_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL
    """,
    "ALTER TABLE refresh_tokens ADD COLUMN dpop_jkt VARCHAR(43)",
    """
    ALTER TABLE accounts
        ADD COLUMN email BYTEA,
        ADD COLUMN address BYTEA
    """,
    """
    CREATE TABLE pushed_requests (
        uri_hash BYTEA NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        params JSONB NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_pushed_requests PRIMARY KEY (uri_hash),
        CONSTRAINT fk_pushed_requests_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id)
    )
    """,
    "CREATE INDEX ix_pushed_requests_expires_at ON pushed_requests (expires_at)",
    """
    CREATE TABLE spent_ids (
        id_hash BYTEA NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_spent_ids PRIMARY KEY (id_hash)
    )
    """,
    "CREATE INDEX ix_spent_ids_expires_at ON spent_ids (expires_at)",
)
UNDO: tuple[str, ...] = (
    "DROP TABLE spent_ids",
    "DROP TABLE pushed_requests",
    "ALTER TABLE accounts DROP COLUMN email, DROP COLUMN address",
    "ALTER TABLE refresh_tokens DROP COLUMN dpop_jkt",
    """
    ALTER TABLE grants
        DROP COLUMN claims, DROP COLUMN dpop_jkt, DROP COLUMN org, DROP COLUMN mandate, DROP COLUMN acr,
        DROP COLUMN amr, DROP COLUMN authenticated_at, DROP COLUMN used_at
    """,
    """
    ALTER TABLE authorization_codes
        DROP COLUMN claims, DROP COLUMN dpop_jkt, DROP COLUMN org, DROP COLUMN mandate
    """,
    "ALTER TABLE login_sessions DROP COLUMN amr",
    "DROP INDEX uq_signing_keys_current",
    "DROP INDEX uq_signing_keys_next",
    "DELETE FROM signing_keys WHERE algorithm <> 'ES256' OR status = 'revoked'",
    """
    ALTER TABLE signing_keys
        DROP COLUMN algorithm,
        DROP CONSTRAINT ck_signing_keys_status,
        ADD CONSTRAINT ck_signing_keys_status CHECK (status IN ('next', 'current', 'retired'))
    """,
    "CREATE UNIQUE INDEX uq_signing_keys_current ON signing_keys (status) WHERE status = 'current'",
    "CREATE UNIQUE INDEX uq_signing_keys_next ON signing_keys (status) WHERE status = 'next'",
    # Clients without a secret are unknown to the version before: they are kept, with a secret which nobody has.
    "UPDATE clients SET secret_hash = sha256(uuidv7()::text::bytea), disabled_at = coalesce(disabled_at, now()) WHERE secret_hash IS NULL",
    """
    ALTER TABLE clients
        ALTER COLUMN secret_hash SET NOT NULL,
        DROP COLUMN kind, DROP COLUMN name, DROP COLUMN token_endpoint_auth_method, DROP COLUMN jwks,
        DROP COLUMN contacts, DROP COLUMN quota_per_minute, DROP COLUMN quota_per_day, DROP COLUMN dpop_bound,
        DROP COLUMN require_pushed_authorization_requests, DROP COLUMN id_token_signed_response_alg,
        DROP COLUMN backchannel_logout_uri, DROP COLUMN owner_unit, DROP COLUMN owner_org, DROP COLUMN last_used_at,
        DROP COLUMN version
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
