"""Catalogue, grants, intake and log of the exchange."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE exchange_batches (
        number BIGINT NOT NULL,
        count INTEGER NOT NULL,
        entries BIGINT NOT NULL,
        root BYTEA NOT NULL,
        previous BYTEA NOT NULL,
        hash BYTEA NOT NULL,
        sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_exchange_batches PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE exchange_entries (
        id UUID DEFAULT uuidv7() NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        kind VARCHAR(16) NOT NULL,
        requester VARCHAR NOT NULL,
        actor VARCHAR NOT NULL,
        client VARCHAR,
        represented_party VARCHAR,
        case_id VARCHAR,
        resource VARCHAR NOT NULL,
        rows BIGINT NOT NULL,
        method VARCHAR(8) NOT NULL,
        path VARCHAR NOT NULL,
        request_hash VARCHAR(64) NOT NULL,
        answer_sha256 VARCHAR(64) NOT NULL,
        request_id VARCHAR,
        transaction BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
        batch BIGINT,
        position INTEGER,
        leaf BYTEA,
        CONSTRAINT pk_exchange_entries PRIMARY KEY (id),
        CONSTRAINT fk_exchange_entries_batch_exchange_batches FOREIGN KEY (batch) REFERENCES exchange_batches (number)
    )
    """,
    "CREATE INDEX ix_exchange_entries_unsealed ON exchange_entries (transaction, id) WHERE leaf IS NULL",
    "CREATE UNIQUE INDEX uq_exchange_entries_batch ON exchange_entries (batch, position)",
    "CREATE INDEX ix_exchange_entries_requester ON exchange_entries (requester, id)",
    "CREATE INDEX ix_exchange_entries_resource ON exchange_entries (resource, id)",
    """
    CREATE FUNCTION exchange_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'exchange_entries' THEN
            IF to_jsonb(OLD) ->> 'leaf' IS NULL AND to_jsonb(NEW) ->> 'leaf' IS NOT NULL
                AND (to_jsonb(NEW) - '{batch,position,leaf}'::text[]) = (to_jsonb(OLD) - '{batch,position,leaf}'::text[])
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'the log of the exchange is append-only';
    END $$
    """,
    """
    CREATE TRIGGER exchange_entries_rows BEFORE UPDATE OR DELETE ON exchange_entries
        FOR EACH ROW EXECUTE FUNCTION exchange_log_is_append_only()
    """,
    """
    CREATE TRIGGER exchange_batches_rows BEFORE UPDATE OR DELETE ON exchange_batches
        FOR EACH ROW EXECUTE FUNCTION exchange_log_is_append_only()
    """,
    """
    CREATE TABLE submission_batches (
        id UUID DEFAULT uuidv7() NOT NULL,
        producer VARCHAR NOT NULL,
        client VARCHAR,
        kind VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        format VARCHAR(6) NOT NULL,
        sha256 VARCHAR(64) NOT NULL,
        size BIGINT NOT NULL,
        declared_rows INTEGER,
        state VARCHAR(8) DEFAULT 'received' NOT NULL,
        position BIGINT DEFAULT '0' NOT NULL,
        line INTEGER DEFAULT '0' NOT NULL,
        header JSONB,
        rows INTEGER DEFAULT '0' NOT NULL,
        request JSONB NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        worked_at TIMESTAMP WITH TIME ZONE,
        finished_at TIMESTAMP WITH TIME ZONE,
        error VARCHAR,
        CONSTRAINT pk_submission_batches PRIMARY KEY (id),
        CONSTRAINT uq_submission_batches_name UNIQUE (producer, kind, name),
        CONSTRAINT ck_submission_batches_state CHECK (state IN ('received', 'running', 'done', 'failed'))
    )
    """,
    """
    CREATE INDEX ix_submission_batches_open ON submission_batches (worked_at, id)
        WHERE state IN ('received', 'running')
    """,
    "CREATE INDEX ix_submission_batches_producer ON submission_batches (producer, id)",
    """
    CREATE TABLE submission_receipts (
        id UUID DEFAULT uuidv7() NOT NULL,
        batch_id UUID,
        line INTEGER,
        producer VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        key VARCHAR NOT NULL,
        op VARCHAR(3) NOT NULL,
        revision INTEGER,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        received_on DATE NOT NULL,
        outcome VARCHAR(10) NOT NULL,
        code VARCHAR(18) COLLATE "C",
        method VARCHAR,
        confidence NUMERIC(3, 2),
        doubt VARCHAR,
        candidates JSONB DEFAULT '[]' NOT NULL,
        faults JSONB DEFAULT '[]' NOT NULL,
        item_id UUID,
        receipt VARCHAR,
        produced_on DATE,
        due_on DATE,
        fields INTEGER DEFAULT '0' NOT NULL,
        filled INTEGER DEFAULT '0' NOT NULL,
        payload JSONB,
        looked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        resolved_at TIMESTAMP WITH TIME ZONE,
        resolved_by VARCHAR,
        resolution VARCHAR,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_submission_receipts PRIMARY KEY (id),
        CONSTRAINT fk_submission_receipts_batch_id_submission_batches FOREIGN KEY (batch_id)
            REFERENCES submission_batches (id),
        CONSTRAINT ck_submission_receipts_payload_while_waiting CHECK ((outcome = 'waiting') = (payload IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_submission_receipts_batch ON submission_receipts (batch_id, line)",
    "CREATE INDEX ix_submission_receipts_day ON submission_receipts (producer, received_on, kind, outcome)",
    "CREATE INDEX ix_submission_receipts_key ON submission_receipts (producer, kind, key, id)",
    "CREATE INDEX ix_submission_receipts_waiting ON submission_receipts (id) WHERE outcome = 'waiting'",
    "CREATE INDEX ix_submission_receipts_looked_at ON submission_receipts (looked_at) WHERE outcome = 'waiting'",
)
TABLES: tuple[str, ...] = (
    "exchange_batches",
    "exchange_entries",
    "submission_batches",
    "submission_receipts",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION exchange_log_is_append_only()")
