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
    CREATE TRIGGER exchange_entries_whole BEFORE TRUNCATE ON exchange_entries
        FOR EACH STATEMENT EXECUTE FUNCTION exchange_log_is_append_only()
    """,
    """
    CREATE TRIGGER exchange_batches_whole BEFORE TRUNCATE ON exchange_batches
        FOR EACH STATEMENT EXECUTE FUNCTION exchange_log_is_append_only()
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
    "CREATE INDEX ix_record_items_kind ON record_items (kind, id) WHERE superseded_at IS NULL",
    "CREATE SEQUENCE resource_request_numbers",
    """
    CREATE TABLE resources (
        code VARCHAR(40) NOT NULL,
        name VARCHAR NOT NULL,
        summary VARCHAR NOT NULL,
        producer VARCHAR NOT NULL,
        source VARCHAR NOT NULL,
        kind VARCHAR,
        fields JSONB NOT NULL,
        sharing VARCHAR NOT NULL,
        sharing_basis VARCHAR DEFAULT '' NOT NULL,
        conditions VARCHAR DEFAULT '' NOT NULL,
        update_cycle VARCHAR NOT NULL,
        format VARCHAR NOT NULL,
        contact VARCHAR NOT NULL,
        state VARCHAR DEFAULT 'draft' NOT NULL,
        state_reason VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_resources PRIMARY KEY (code),
        CONSTRAINT ck_resources_sharing CHECK (sharing IN ('unconditional', 'conditional', 'not_shared')),
        CONSTRAINT ck_resources_source CHECK (source IN ('enterprises', 'records', 'external')),
        CONSTRAINT ck_resources_state CHECK (state IN ('draft', 'published', 'withdrawn')),
        CONSTRAINT ck_resources_kind_of_records CHECK ((source = 'records') = (kind IS NOT NULL)),
        CONSTRAINT ck_resources_reason_not_to_share CHECK (sharing <> 'not_shared' OR sharing_basis <> '')
    )
    """,
    "CREATE INDEX ix_resources_producer ON resources (producer, code)",
    """
    CREATE TABLE resource_requests (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        resource_code VARCHAR(40) NOT NULL,
        requester VARCHAR NOT NULL,
        purpose VARCHAR NOT NULL,
        case_basis VARCHAR NOT NULL,
        personal_reason VARCHAR NOT NULL,
        fields JSONB NOT NULL,
        regions JSONB NOT NULL,
        industries JSONB NOT NULL,
        codes JSONB NOT NULL,
        valid_from DATE NOT NULL,
        valid_until DATE NOT NULL,
        state VARCHAR NOT NULL,
        submitted_on DATE NOT NULL,
        deadline JSONB NOT NULL,
        due_on DATE NOT NULL,
        decided_on DATE,
        decided_by VARCHAR,
        reason VARCHAR DEFAULT '' NOT NULL,
        dispute_reason VARCHAR,
        disputed_on DATE,
        dispute_deadline JSONB,
        settled_on DATE,
        settled_by VARCHAR,
        settlement VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_resource_requests PRIMARY KEY (id),
        CONSTRAINT uq_resource_requests_number UNIQUE (number),
        CONSTRAINT fk_resource_requests_resource_code_resources FOREIGN KEY (resource_code) REFERENCES resources (code),
        CONSTRAINT ck_resource_requests_refused_with_reason CHECK (state <> 'refused' OR reason <> ''),
        CONSTRAINT ck_resource_requests_state
            CHECK (state IN ('submitted', 'granted', 'refused', 'withdrawn', 'disputed', 'settled'))
    )
    """,
    """
    CREATE INDEX ix_resource_requests_due ON resource_requests (due_on, id)
        WHERE state IN ('submitted', 'disputed')
    """,
    "CREATE INDEX ix_resource_requests_requester ON resource_requests (requester, id)",
    """
    CREATE TABLE resource_grants (
        id UUID DEFAULT uuidv7() NOT NULL,
        resource_code VARCHAR(40) NOT NULL,
        grantee VARCHAR NOT NULL,
        request_id UUID NOT NULL,
        purpose VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        fields JSONB NOT NULL,
        regions JSONB NOT NULL,
        industries JSONB NOT NULL,
        codes JSONB NOT NULL,
        case_required BOOLEAN NOT NULL,
        valid_from DATE NOT NULL,
        valid_until DATE NOT NULL,
        granted_by VARCHAR NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        revoked_by VARCHAR,
        revocation VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_resource_grants PRIMARY KEY (id),
        CONSTRAINT uq_resource_grants_request_id UNIQUE (request_id),
        CONSTRAINT fk_resource_grants_resource_code_resources FOREIGN KEY (resource_code) REFERENCES resources (code),
        CONSTRAINT ck_resource_grants_period CHECK (valid_until >= valid_from),
        CONSTRAINT ck_resource_grants_revocation CHECK ((revoked_at IS NULL) = (revocation IS NULL))
    )
    """,
    "CREATE INDEX ix_resource_grants_grantee ON resource_grants (grantee, resource_code)",
    "CREATE INDEX ix_resource_grants_resource ON resource_grants (resource_code, id)",
    "CREATE SEQUENCE correction_request_numbers",
    """
    CREATE TABLE record_correction_requests (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        item_id UUID NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        kind VARCHAR NOT NULL,
        key VARCHAR NOT NULL,
        producer VARCHAR NOT NULL,
        fault VARCHAR NOT NULL,
        evidence VARCHAR DEFAULT '' NOT NULL,
        proposed JSONB,
        origin VARCHAR NOT NULL,
        origin_id VARCHAR,
        asked_by VARCHAR NOT NULL,
        asked_on DATE NOT NULL,
        deadline JSONB NOT NULL,
        due_on DATE NOT NULL,
        state VARCHAR DEFAULT 'open' NOT NULL,
        answer VARCHAR DEFAULT '' NOT NULL,
        answered_on DATE,
        corrected_item_id UUID,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_record_correction_requests PRIMARY KEY (id),
        CONSTRAINT uq_record_correction_requests_number UNIQUE (number),
        CONSTRAINT ck_record_correction_requests_state CHECK (state IN ('open', 'corrected', 'refused', 'withdrawn')),
        CONSTRAINT ck_record_correction_requests_refused_with_reason CHECK (state <> 'refused' OR answer <> '')
    )
    """,
    """
    CREATE UNIQUE INDEX uq_record_correction_requests_open ON record_correction_requests (producer, kind, key, asked_by)
        WHERE state = 'open'
    """,
    "CREATE INDEX ix_record_correction_requests_due ON record_correction_requests (due_on, id) WHERE state = 'open'",
    "CREATE INDEX ix_record_correction_requests_origin ON record_correction_requests (origin, origin_id)",
    "CREATE INDEX ix_record_correction_requests_producer ON record_correction_requests (producer, id)",
)
TABLES: tuple[str, ...] = (
    "exchange_batches",
    "exchange_entries",
    "submission_batches",
    "submission_receipts",
    "resources",
    "resource_requests",
    "resource_grants",
    "record_correction_requests",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX ix_record_items_kind")
    op.execute("DROP SEQUENCE correction_request_numbers")
    op.execute("DROP SEQUENCE resource_request_numbers")
    op.execute("DROP FUNCTION exchange_log_is_append_only()")
