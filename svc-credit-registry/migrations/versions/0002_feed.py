"""The feed of changes, and how far bulk loads came."""

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
    """
    CREATE TABLE bulk_loads (
        id UUID DEFAULT uuidv7() NOT NULL,
        digest VARCHAR,
        source VARCHAR NOT NULL,
        producer VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        portion INTEGER NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_bulk_loads PRIMARY KEY (id)
    )
    """,
    "CREATE UNIQUE INDEX uq_bulk_loads_unfinished ON bulk_loads (digest, producer, basis) WHERE finished_at IS NULL",
    """
    CREATE TABLE bulk_portions (
        load_id UUID NOT NULL,
        number INTEGER NOT NULL,
        inserted INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        "left" INTEGER NOT NULL,
        loaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_bulk_portions PRIMARY KEY (load_id, number),
        CONSTRAINT fk_bulk_portions_load_id_bulk_loads FOREIGN KEY(load_id) REFERENCES bulk_loads (id)
    )
    """,
    """
    CREATE TABLE snapshots (
        id UUID DEFAULT uuidv7() NOT NULL,
        position BIGINT NOT NULL,
        taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
        files JSONB NOT NULL,
        CONSTRAINT pk_snapshots PRIMARY KEY (id)
    )
    """,
    "ALTER TABLE enterprise_names DROP CONSTRAINT fk_enterprise_names_code_enterprises",
    # Rows come and go here all the time: cleaned up early, it stays a page or two.
    "ALTER TABLE pending_changes SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)",
)
TABLES: tuple[str, ...] = ("pending_changes", "changes", "feed_state", "bulk_loads", "bulk_portions", "snapshots")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute(
        "ALTER TABLE enterprise_names ADD CONSTRAINT fk_enterprise_names_code_enterprises"
        " FOREIGN KEY (code) REFERENCES enterprises (code)"
    )
