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
)
TABLES: tuple[str, ...] = ("exchange_batches", "exchange_entries")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION exchange_log_is_append_only()")
