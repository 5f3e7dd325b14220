"""The feed of changes."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE pending_changes (
        id BIGSERIAL NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        part VARCHAR NOT NULL,
        item_id UUID,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_pending_changes PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE changes (
        position BIGINT NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        part VARCHAR NOT NULL,
        item_id UUID,
        at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_changes PRIMARY KEY (position)
    )
    """,
    """
    CREATE TABLE feed_state (
        id SMALLINT NOT NULL,
        last BIGINT DEFAULT '0' NOT NULL,
        forgotten BIGINT DEFAULT '0' NOT NULL,
        CONSTRAINT pk_feed_state PRIMARY KEY (id),
        CONSTRAINT ck_feed_state_one CHECK (id = 1)
    )
    """,
    "INSERT INTO feed_state (id) VALUES (1)",
    # Rows come and go here all the time: cleaned up early, it stays a page or two.
    "ALTER TABLE pending_changes SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)",
)
TABLES: tuple[str, ...] = ("pending_changes", "changes", "feed_state")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
