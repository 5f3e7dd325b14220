"""Hearings before a serious listing is decided; penalties without a term are found by an index; sizes follow moves."""

from alembic import op

revision = "0014"
down_revision = "0013"

UPGRADE: tuple[str, ...] = (
    """
    CREATE TABLE list_hearings (
        id UUID DEFAULT uuidv7() NOT NULL,
        entry_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        state VARCHAR(16) NOT NULL,
        reasons TEXT,
        asked_by VARCHAR(64) NOT NULL,
        asked_on DATE NOT NULL,
        announced_by VARCHAR(64),
        announced_on DATE,
        held_at TIMESTAMP WITH TIME ZONE,
        place TEXT,
        chair VARCHAR(100),
        is_public BOOLEAN,
        closed_by VARCHAR(64),
        closed_on DATE,
        record TEXT,
        due_on DATE,
        due_node VARCHAR(32),
        provisional BOOLEAN DEFAULT 'false' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_list_hearings PRIMARY KEY (id),
        CONSTRAINT fk_list_hearings_entry_id_list_entries FOREIGN KEY(entry_id) REFERENCES list_entries (id),
        CONSTRAINT ck_list_hearings_state
            CHECK (state IN ('asked', 'announced', 'held', 'given_up', 'withdrawn', 'lapsed')),
        CONSTRAINT ck_list_hearings_announced
            CHECK (state NOT IN ('announced', 'held', 'given_up') OR (announced_on IS NOT NULL AND held_at IS NOT NULL)),
        CONSTRAINT ck_list_hearings_recorded CHECK (state <> 'held' OR record IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX uq_list_hearings_open ON list_hearings (entry_id) WHERE state IN ('asked', 'announced')",
    "CREATE INDEX ix_list_hearings_entry_id ON list_hearings (entry_id, id)",
    "CREATE INDEX ix_list_hearings_queue ON list_hearings (region, due_on, id) WHERE due_on IS NOT NULL",
    "CREATE INDEX ix_list_objections_entry_id ON list_objections (entry_id, id)",
    "CREATE INDEX ix_list_removals_entry_id ON list_removals (entry_id, id)",
    "ALTER TABLE list_entries ADD COLUMN waived_on DATE",
    "ALTER TABLE list_entries ADD COLUMN heard_from DATE",
    "ALTER TABLE list_entries ADD COLUMN heard_until DATE",
    # Who had answered before this release had given up the rest of his time by that.
    "UPDATE list_entries SET waived_on = stated_on WHERE state = 'proposed' AND stated_on IS NOT NULL",
    """
    CREATE TABLE size_progress (
        id SMALLINT NOT NULL,
        position BIGINT DEFAULT '0' NOT NULL,
        CONSTRAINT pk_size_progress PRIMARY KEY (id),
        CONSTRAINT ck_size_progress_one CHECK (id = 1)
    )
    """,
    "CREATE INDEX ix_record_items_without_term ON record_items (id)"
    " WHERE kind = 'penalty' AND superseded_at IS NULL AND publish_until IS NULL",
)
DOWNGRADE: tuple[str, ...] = (
    "DROP INDEX ix_record_items_without_term",
    "DROP TABLE size_progress",
    "DROP INDEX ix_list_removals_entry_id",
    "DROP INDEX ix_list_objections_entry_id",
    "ALTER TABLE list_entries DROP COLUMN heard_until",
    "ALTER TABLE list_entries DROP COLUMN heard_from",
    "ALTER TABLE list_entries DROP COLUMN waived_on",
    "DROP TABLE list_hearings",
)


def upgrade() -> None:
    """Hearings, what suspends the clock of a decision, and the index."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Takes all of it away again."""
    for statement in DOWNGRADE:
        op.execute(statement)
