"""The register, its search entries, the names that are compared, and complaints on the record."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

STATEMENTS = (
    "CREATE SEQUENCE credit_code_numbers MINVALUE 0 START WITH 0",
    """
    CREATE TABLE compared_names (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C",
        reservation_id UUID,
        name VARCHAR NOT NULL,
        trade_name TEXT COLLATE "C" NOT NULL,
        sounds TEXT[] NOT NULL,
        pairs INTEGER[] NOT NULL,
        region_text VARCHAR NOT NULL,
        industry_word VARCHAR NOT NULL,
        industry VARCHAR NOT NULL,
        industry_code VARCHAR(5) NOT NULL,
        organisation_form VARCHAR NOT NULL,
        scope VARCHAR(4) COLLATE "C" NOT NULL,
        standing VARCHAR NOT NULL,
        ended_on DATE,
        until DATE,
        CONSTRAINT pk_compared_names PRIMARY KEY (id),
        CONSTRAINT ck_compared_names_standing CHECK (standing IN ('registered', 'reserved', 'cancelled', 'former', 'revoked')),
        CONSTRAINT ck_compared_names_code_unless_reserved CHECK ((code IS NULL) = (standing = 'reserved')),
        CONSTRAINT ck_compared_names_reservation CHECK ((reservation_id IS NULL) = (standing <> 'reserved')),
        CONSTRAINT uq_compared_names_reservation_id UNIQUE (reservation_id)
    )
    """,
    "CREATE INDEX ix_compared_names_pairs ON compared_names USING gin (pairs)",
    "CREATE INDEX ix_compared_names_sounds ON compared_names USING gin (sounds)",
    "CREATE INDEX ix_compared_names_trade_name ON compared_names (trade_name, scope)",
    "CREATE UNIQUE INDEX uq_compared_names_code ON compared_names (code, name)",
    """
    CREATE TABLE complaint_records (
        complaint_id UUID NOT NULL,
        enterprise_code VARCHAR(18) COLLATE "C" NOT NULL,
        number VARCHAR NOT NULL,
        category VARCHAR NOT NULL,
        product VARCHAR NOT NULL,
        summary VARCHAR NOT NULL,
        outcome VARCHAR NOT NULL,
        received_on DATE NOT NULL,
        concluded_on DATE NOT NULL,
        published_on DATE NOT NULL,
        producer VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        withheld_at TIMESTAMP WITH TIME ZONE,
        withheld_reason VARCHAR,
        CONSTRAINT pk_complaint_records PRIMARY KEY (complaint_id)
    )
    """,
    "CREATE INDEX ix_complaint_records_shown ON complaint_records (enterprise_code, published_on, complaint_id) WHERE withheld_at IS NULL",
    """
    CREATE TABLE enterprises (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        name VARCHAR NOT NULL,
        region VARCHAR(6) NOT NULL,
        industry_code VARCHAR(5) NOT NULL,
        organisation_form VARCHAR NOT NULL,
        status VARCHAR NOT NULL,
        established_on DATE NOT NULL,
        registered_on DATE NOT NULL,
        ended_on DATE,
        legal_representative_name VARCHAR NOT NULL,
        registered_capital_yuan NUMERIC(20, 2),
        address VARCHAR NOT NULL,
        business_scope VARCHAR NOT NULL,
        application_id UUID,
        publication_due_on DATE,
        published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        producer VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_enterprises PRIMARY KEY (code),
        CONSTRAINT ck_enterprises_status CHECK (status IN ('active', 'cancelled', 'revoked')),
        CONSTRAINT ck_enterprises_ended_when_not_active CHECK ((status = 'active') = (ended_on IS NULL)),
        CONSTRAINT ck_enterprises_ended_after_established CHECK (ended_on >= established_on),
        CONSTRAINT ck_enterprises_capital CHECK (registered_capital_yuan >= 0),
        CONSTRAINT uq_enterprises_application_id UNIQUE (application_id)
    )
    """,
    """
    CREATE TABLE enterprise_names (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        name VARCHAR NOT NULL,
        valid_from DATE NOT NULL,
        valid_until DATE,
        CONSTRAINT pk_enterprise_names PRIMARY KEY (id),
        CONSTRAINT ck_enterprise_names_period CHECK (valid_until >= valid_from),
        CONSTRAINT fk_enterprise_names_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE UNIQUE INDEX uq_enterprise_names_present ON enterprise_names (code) WHERE valid_until IS NULL",
    """
    CREATE TABLE search_entries (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        folded TEXT COLLATE "C" NOT NULL,
        status_rank SMALLINT NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        industry_code VARCHAR(5) COLLATE "C" NOT NULL,
        established_on DATE NOT NULL,
        pairs INTEGER[] NOT NULL,
        CONSTRAINT pk_search_entries PRIMARY KEY (code),
        CONSTRAINT fk_search_entries_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_search_entries_established ON search_entries (established_on)",
    "CREATE INDEX ix_search_entries_folded ON search_entries (folded)",
    "CREATE INDEX ix_search_entries_industry ON search_entries (industry_code)",
    "CREATE INDEX ix_search_entries_order ON search_entries (status_rank, folded, code)",
    "CREATE INDEX ix_search_entries_pairs ON search_entries USING gin (pairs)",
    "CREATE INDEX ix_search_entries_region ON search_entries (region)",
)

TABLES = ("complaint_records", "compared_names", "search_entries", "enterprise_names", "enterprises")


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE credit_code_numbers")
    schema.drop_kernel_v1(op)
