"""Nonces of signed calls."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE signature_nonces (
        client_id VARCHAR(64) NOT NULL,
        nonce_hash BYTEA NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_signature_nonces PRIMARY KEY (client_id, nonce_hash)
    )
    """,
    "CREATE INDEX ix_signature_nonces_expires_at ON signature_nonces (expires_at)",
)
UNDO: tuple[str, ...] = ("DROP TABLE signature_nonces",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
