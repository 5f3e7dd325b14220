"""Lists of abnormal operation and serious violations, publication and repair of penalties."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: tuple[str, ...] = (
    "CREATE SEQUENCE list_numbers MINVALUE 1 MAXVALUE 999999 CYCLE",
    "CREATE SEQUENCE list_document_numbers MINVALUE 1",
    "CREATE SEQUENCE repair_numbers MINVALUE 1 MAXVALUE 999999 CYCLE",
    """
    CREATE TABLE list_documents (
        number VARCHAR(80) NOT NULL,
        act VARCHAR(32) NOT NULL,
        list VARCHAR(16) NOT NULL,
        ground VARCHAR(40) NOT NULL,
        article TEXT NOT NULL,
        facts TEXT NOT NULL,
        reason TEXT,
        authority VARCHAR(32) NOT NULL,
        region VARCHAR(6) NOT NULL,
        decided_by VARCHAR(64) NOT NULL,
        decided_on DATE NOT NULL,
        entries INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_list_documents PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE list_entries (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        list VARCHAR(16) NOT NULL,
        ground VARCHAR(40) NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        name VARCHAR NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        state VARCHAR(16) NOT NULL,
        terms_version VARCHAR(32) NOT NULL,
        report_year INTEGER,
        facts TEXT NOT NULL,
        evidence JSONB DEFAULT '{}' NOT NULL,
        proposed_by VARCHAR(64) NOT NULL,
        proposed_on DATE NOT NULL,
        decide_from DATE NOT NULL,
        statement TEXT,
        stated_on DATE,
        consented_by VARCHAR(64),
        consented_on DATE,
        decided_on DATE,
        document_number VARCHAR(80),
        document_item INTEGER,
        listed_on DATE,
        objection_until DATE,
        warn_on DATE,
        escalates_on DATE,
        expires_on DATE,
        early_removal_from DATE,
        warned_on DATE,
        escalated_on DATE,
        escalated_from UUID,
        ended_on DATE,
        end_document_number VARCHAR(80),
        due_on DATE,
        due_node VARCHAR(32),
        provisional BOOLEAN DEFAULT 'false' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_list_entries PRIMARY KEY (id),
        CONSTRAINT ck_list_entries_list_known CHECK (list IN ('abnormal', 'serious')),
        CONSTRAINT ck_list_entries_state CHECK (state IN ('proposed', 'listed', 'not_listed', 'removed', 'corrected', 'expired')),
        CONSTRAINT ck_list_entries_decided CHECK (state = 'proposed' OR (document_number IS NOT NULL AND decided_on IS NOT NULL)),
        CONSTRAINT ck_list_entries_listed_has_day CHECK (state IN ('proposed', 'not_listed') OR listed_on IS NOT NULL),
        CONSTRAINT ck_list_entries_ended CHECK ((state IN ('removed', 'corrected', 'expired')) = (ended_on IS NOT NULL AND end_document_number IS NOT NULL)),
        CONSTRAINT uq_list_entries_document UNIQUE (document_number, document_item),
        CONSTRAINT uq_list_entries_number UNIQUE (number),
        CONSTRAINT fk_list_entries_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code),
        CONSTRAINT fk_list_entries_document_number_list_documents FOREIGN KEY(document_number) REFERENCES list_documents (number),
        CONSTRAINT fk_list_entries_escalated_from_list_entries FOREIGN KEY(escalated_from) REFERENCES list_entries (id),
        CONSTRAINT fk_list_entries_end_document_number_list_documents FOREIGN KEY(end_document_number) REFERENCES list_documents (number)
    )
    """,
    "CREATE INDEX ix_list_entries_code ON list_entries (code, id)",
    "CREATE INDEX ix_list_entries_escalates_on ON list_entries (escalates_on) WHERE state = 'listed' AND escalated_on IS NULL",
    "CREATE INDEX ix_list_entries_expires_on ON list_entries (expires_on) WHERE state = 'listed'",
    "CREATE INDEX ix_list_entries_public ON list_entries (listed_on, id) WHERE state = 'listed'",
    "CREATE INDEX ix_list_entries_queue ON list_entries (region, due_on, id) WHERE due_on IS NOT NULL",
    "CREATE INDEX ix_list_entries_region ON list_entries (region, listed_on, id) WHERE state = 'listed'",
    "CREATE INDEX ix_list_entries_warn_on ON list_entries (warn_on) WHERE state = 'listed' AND warned_on IS NULL",
    "CREATE UNIQUE INDEX uq_list_entries_standing ON list_entries (code, list, ground, coalesce(report_year, 0)) WHERE state IN ('proposed', 'listed')",
    """
    CREATE TABLE list_steps (
        id UUID DEFAULT uuidv7() NOT NULL,
        entry_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        day DATE NOT NULL,
        act VARCHAR(32) NOT NULL,
        state VARCHAR(16) NOT NULL,
        by VARCHAR(16) NOT NULL,
        document_number VARCHAR(80),
        note TEXT,
        notice BOOLEAN NOT NULL,
        CONSTRAINT pk_list_steps PRIMARY KEY (id),
        CONSTRAINT fk_list_steps_entry_id_list_entries FOREIGN KEY(entry_id) REFERENCES list_entries (id),
        CONSTRAINT fk_list_steps_document_number_list_documents FOREIGN KEY(document_number) REFERENCES list_documents (number)
    )
    """,
    "CREATE INDEX ix_list_steps_code_id ON list_steps (code, id) WHERE notice",
    "CREATE INDEX ix_list_steps_entry_id_id ON list_steps (entry_id, id)",
    """
    CREATE TABLE list_objections (
        id UUID DEFAULT uuidv7() NOT NULL,
        entry_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        state VARCHAR(16) NOT NULL,
        reasons TEXT NOT NULL,
        evidence JSONB DEFAULT '[]' NOT NULL,
        filed_by VARCHAR(64) NOT NULL,
        filed_on DATE NOT NULL,
        accepted_on DATE,
        decided_on DATE,
        corrected_on DATE,
        decision_reason TEXT,
        document_number VARCHAR(80),
        due_on DATE,
        due_node VARCHAR(32),
        provisional BOOLEAN DEFAULT 'false' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_list_objections PRIMARY KEY (id),
        CONSTRAINT ck_list_objections_state CHECK (state IN ('filed', 'not_accepted', 'accepted', 'upheld', 'rejected')),
        CONSTRAINT fk_list_objections_entry_id_list_entries FOREIGN KEY(entry_id) REFERENCES list_entries (id),
        CONSTRAINT fk_list_objections_document_number_list_documents FOREIGN KEY(document_number) REFERENCES list_documents (number)
    )
    """,
    "CREATE INDEX ix_list_objections_queue ON list_objections (region, due_on, id) WHERE due_on IS NOT NULL",
    "CREATE UNIQUE INDEX uq_list_objections_open ON list_objections (entry_id) WHERE state IN ('filed', 'accepted')",
    """
    CREATE TABLE list_removals (
        id UUID DEFAULT uuidv7() NOT NULL,
        entry_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        state VARCHAR(16) NOT NULL,
        cure TEXT NOT NULL,
        commitment TEXT,
        applied_by VARCHAR(64) NOT NULL,
        applied_on DATE NOT NULL,
        accepted_on DATE,
        verified_on DATE,
        findings TEXT,
        decided_on DATE,
        reason TEXT,
        document_number VARCHAR(80),
        due_on DATE,
        due_node VARCHAR(32),
        provisional BOOLEAN DEFAULT 'false' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_list_removals PRIMARY KEY (id),
        CONSTRAINT ck_list_removals_state CHECK (state IN ('applied', 'not_accepted', 'accepted', 'verified', 'granted', 'declined', 'revoked')),
        CONSTRAINT ck_list_removals_decided CHECK (state NOT IN ('granted', 'declined', 'revoked') OR document_number IS NOT NULL),
        CONSTRAINT fk_list_removals_entry_id_list_entries FOREIGN KEY(entry_id) REFERENCES list_entries (id),
        CONSTRAINT fk_list_removals_document_number_list_documents FOREIGN KEY(document_number) REFERENCES list_documents (number)
    )
    """,
    "CREATE INDEX ix_list_removals_queue ON list_removals (region, due_on, id) WHERE due_on IS NOT NULL",
    "CREATE UNIQUE INDEX uq_list_removals_open ON list_removals (entry_id) WHERE state IN ('applied', 'accepted', 'verified')",
    """
    CREATE TABLE annual_listing_runs (
        year INTEGER NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        position VARCHAR(18) COLLATE "C" DEFAULT '' NOT NULL,
        examined INTEGER DEFAULT '0' NOT NULL,
        listed INTEGER DEFAULT '0' NOT NULL,
        passed_on DATE,
        passes INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_annual_listing_runs PRIMARY KEY (year)
    )
    """,
    """
    CREATE TABLE repairs (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        producer VARCHAR NOT NULL,
        item_key VARCHAR NOT NULL,
        penalty_number VARCHAR NOT NULL,
        field VARCHAR(32) NOT NULL,
        published_on DATE NOT NULL,
        state VARCHAR(16) NOT NULL,
        terms_version VARCHAR(32) NOT NULL,
        applied_by VARCHAR(64) NOT NULL,
        applied_on DATE NOT NULL,
        cure TEXT NOT NULL,
        commitment TEXT NOT NULL,
        accepted_on DATE,
        decided_on DATE,
        decided_by VARCHAR(64),
        decision_number VARCHAR(80),
        reason TEXT,
        stopped_on DATE,
        closed_on DATE,
        due_on DATE,
        due_node VARCHAR(32),
        provisional BOOLEAN DEFAULT 'false' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_repairs PRIMARY KEY (id),
        CONSTRAINT ck_repairs_state CHECK (state IN ('applied', 'not_accepted', 'accepted', 'granted', 'declined', 'withdrawn', 'revoked')),
        CONSTRAINT ck_repairs_decided CHECK (state NOT IN ('granted', 'declined', 'revoked') OR (decided_on IS NOT NULL AND decision_number IS NOT NULL)),
        CONSTRAINT uq_repairs_number UNIQUE (number),
        CONSTRAINT fk_repairs_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_repairs_code ON repairs (code, created_at, id)",
    "CREATE INDEX ix_repairs_queue ON repairs (region, due_on, id) WHERE due_on IS NOT NULL",
    "CREATE UNIQUE INDEX uq_repairs_open ON repairs (producer, item_key) WHERE state IN ('applied', 'accepted')",
    """
    CREATE TABLE repair_progress (
        id SMALLINT NOT NULL,
        position BIGINT DEFAULT '0' NOT NULL,
        told_until DATE,
        told_item UUID,
        CONSTRAINT pk_repair_progress PRIMARY KEY (id),
        CONSTRAINT ck_repair_progress_one CHECK (id = 1)
    )
    """,
)
TABLES: tuple[str, ...] = (
    "list_documents",
    "list_entries",
    "list_steps",
    "list_objections",
    "list_removals",
    "annual_listing_runs",
    "repairs",
    "repair_progress",
)
SEQUENCES = ("list_numbers", "list_document_numbers", "repair_numbers")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
