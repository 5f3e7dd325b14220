"""Known devices get a name of their own, and log-ins tell from which one they are."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE known_devices
        ADD COLUMN id UUID DEFAULT uuidv7() NOT NULL CONSTRAINT uq_known_devices_id UNIQUE,
        ADD COLUMN address VARCHAR(64) DEFAULT '' NOT NULL,
        ADD COLUMN user_agent VARCHAR(200) DEFAULT '' NOT NULL,
        ADD COLUMN first_used_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL
    """,
    # Nobody knows any more when those of before came first; their last use is the best that can be said.
    "UPDATE known_devices SET first_used_at = last_used_at",
    "ALTER TABLE login_sessions ADD COLUMN device_hash BYTEA",
)
UNDO: tuple[str, ...] = (
    "ALTER TABLE login_sessions DROP COLUMN device_hash",
    """
    ALTER TABLE known_devices
        DROP COLUMN id,
        DROP COLUMN address,
        DROP COLUMN user_agent,
        DROP COLUMN first_used_at
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
