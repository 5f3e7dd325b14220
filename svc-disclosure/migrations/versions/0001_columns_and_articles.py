"""Columns, articles, decisions, index numbers."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE columns (
        code VARCHAR(64) NOT NULL,
        parent_code VARCHAR(64),
        position INTEGER NOT NULL,
        title_zh VARCHAR(100) NOT NULL,
        title_en VARCHAR(100) NOT NULL,
        owner_unit VARCHAR(64) NOT NULL,
        update_cycle_days INTEGER NOT NULL,
        chain JSONB NOT NULL,
        automatic BOOLEAN NOT NULL,
        last_published_on DATE,
        opened_on DATE DEFAULT CURRENT_DATE NOT NULL,
        CONSTRAINT pk_columns PRIMARY KEY (code),
        CONSTRAINT ck_columns_cycle_positive CHECK (update_cycle_days > 0),
        CONSTRAINT ck_columns_review_first CHECK (chain ->> 0 = 'secrecy_review'),
        CONSTRAINT fk_columns_parent_code_columns FOREIGN KEY(parent_code) REFERENCES columns (code)
    )
    """,
    """
    CREATE TABLE index_series (
        region VARCHAR(6) NOT NULL,
        year INTEGER NOT NULL,
        last INTEGER NOT NULL,
        CONSTRAINT pk_index_series PRIMARY KEY (region, year)
    )
    """,
    """
    CREATE TABLE articles (
        id UUID DEFAULT uuidv7() NOT NULL,
        column_code VARCHAR(64) NOT NULL,
        title VARCHAR(200) NOT NULL,
        summary VARCHAR(500) NOT NULL,
        body TEXT NOT NULL,
        facts JSONB,
        made_on DATE NOT NULL,
        producer VARCHAR(100) NOT NULL,
        unit VARCHAR(64) NOT NULL,
        region VARCHAR(6) NOT NULL,
        author_ids JSONB NOT NULL,
        sensitive BOOLEAN NOT NULL,
        status VARCHAR(16) NOT NULL,
        revision INTEGER NOT NULL,
        digest VARCHAR(64) NOT NULL,
        searchable TEXT NOT NULL,
        grams TEXT[] NOT NULL,
        source_key VARCHAR(200),
        index_number VARCHAR(32),
        published_on DATE,
        published_at TIMESTAMP WITH TIME ZONE,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        withdrawal_reason VARCHAR(500),
        withdrawal_notice VARCHAR(500),
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_articles PRIMARY KEY (id),
        CONSTRAINT ck_articles_public_has_index CHECK ((status IN ('published', 'withdrawn')) = (index_number IS NOT NULL AND published_on IS NOT NULL)),
        CONSTRAINT ck_articles_withdrawn_has_reason CHECK ((status = 'withdrawn') = (withdrawal_reason IS NOT NULL)),
        CONSTRAINT ck_articles_status CHECK (status IN ('draft', 'in_approval', 'approved', 'published', 'withdrawn')),
        CONSTRAINT fk_articles_column_code_columns FOREIGN KEY(column_code) REFERENCES columns (code),
        CONSTRAINT uq_articles_source_key UNIQUE (source_key),
        CONSTRAINT uq_articles_index_number UNIQUE (index_number)
    )
    """,
    """
    CREATE INDEX ix_articles_column ON articles (column_code, published_at DESC, id DESC) WHERE status = 'published'
    """,
    """
    CREATE INDEX ix_articles_grams ON articles USING gin (grams) WHERE status = 'published'
    """,
    """
    CREATE INDEX ix_articles_open ON articles (unit, created_at) WHERE status IN ('draft', 'in_approval', 'approved')
    """,
    """
    CREATE INDEX ix_articles_published ON articles (published_at DESC, id DESC) WHERE status = 'published'
    """,
    """
    CREATE TABLE article_decisions (
        id UUID DEFAULT uuidv7() NOT NULL,
        article_id UUID NOT NULL,
        step VARCHAR(32) NOT NULL,
        outcome VARCHAR(16) NOT NULL,
        decided_by VARCHAR(64) NOT NULL,
        decided_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        digest VARCHAR(64) NOT NULL,
        basis VARCHAR(500) NOT NULL,
        note VARCHAR(1000) NOT NULL,
        automatic BOOLEAN NOT NULL,
        CONSTRAINT pk_article_decisions PRIMARY KEY (id),
        CONSTRAINT ck_article_decisions_outcome CHECK (outcome IN ('passed', 'returned')),
        CONSTRAINT fk_article_decisions_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id)
    )
    """,
    """
    CREATE INDEX ix_article_decisions_article_id ON article_decisions (article_id)
    """,
)

# Unique is a constraint; permanent needs this: an index number is never changed or taken away again.
KEEP_INDEX_NUMBERS = """
    CREATE FUNCTION articles_keep_index_number() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.index_number IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.index_number IS DISTINCT FROM OLD.index_number) THEN
            RAISE EXCEPTION 'the index number % is permanent', OLD.index_number USING ERRCODE = 'check_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$
"""
TRIGGER = """
    CREATE TRIGGER articles_keep_index_number BEFORE UPDATE OR DELETE ON articles
    FOR EACH ROW EXECUTE FUNCTION articles_keep_index_number()
"""


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in (*TABLES, KEEP_INDEX_NUMBERS, TRIGGER):
        op.execute(statement)


def downgrade() -> None:
    for table in ("article_decisions", "articles", "index_series", "columns"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION articles_keep_index_number()")
    schema.drop_kernel_v1(op)
