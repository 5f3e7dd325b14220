"""The items of the public record, the states of enterprises that were replaced, and certificates."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = (
    "CREATE SEQUENCE record_receipts MINVALUE 1",
    """
    CREATE TABLE record_items (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        kind VARCHAR NOT NULL,
        producer VARCHAR NOT NULL,
        key VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        content JSONB NOT NULL,
        basis VARCHAR NOT NULL,
        produced_on DATE NOT NULL,
        effective_from DATE NOT NULL,
        effective_until DATE,
        provider VARCHAR NOT NULL,
        receipt VARCHAR NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        superseded_at TIMESTAMP WITH TIME ZONE,
        ended_reason VARCHAR,
        publication_due_on DATE,
        publish_until DATE,
        CONSTRAINT pk_record_items PRIMARY KEY (id),
        CONSTRAINT uq_record_items_version UNIQUE (producer, kind, key, version),
        CONSTRAINT ck_record_items_superseded_after_recorded CHECK (superseded_at >= recorded_at),
        CONSTRAINT ck_record_items_period CHECK (effective_until >= effective_from),
        CONSTRAINT ck_record_items_ended CHECK (ended_reason IS NULL OR superseded_at IS NOT NULL),
        CONSTRAINT ck_record_items_version CHECK (version > 0),
        CONSTRAINT fk_record_items_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE UNIQUE INDEX uq_record_items_current ON record_items (producer, kind, key) WHERE superseded_at IS NULL",
    "CREATE INDEX ix_record_items_code ON record_items (code, kind, recorded_at)",
    "CREATE INDEX ix_record_items_publish_until ON record_items (publish_until) WHERE superseded_at IS NULL AND publish_until IS NOT NULL",
    "CREATE UNIQUE INDEX uq_record_items_receipt ON record_items (receipt)",
    """
    CREATE TABLE enterprise_versions (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        version INTEGER NOT NULL,
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
        publication_due_on DATE,
        published_at TIMESTAMP WITH TIME ZONE NOT NULL,
        producer VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        superseded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_enterprise_versions PRIMARY KEY (code, version),
        CONSTRAINT ck_enterprise_versions_superseded_after_recorded CHECK (superseded_at >= recorded_at)
    )
    """,
    """
    CREATE TABLE enterprise_successors (
        old_code VARCHAR(18) COLLATE "C" NOT NULL,
        new_code VARCHAR(18) COLLATE "C" NOT NULL,
        reason VARCHAR NOT NULL,
        since DATE NOT NULL,
        producer VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_enterprise_successors PRIMARY KEY (old_code),
        CONSTRAINT ck_enterprise_successors_reason CHECK (reason IN ('code_changed', 'merged', 'number_unified')),
        CONSTRAINT ck_enterprise_successors_other CHECK (old_code <> new_code),
        CONSTRAINT fk_enterprise_successors_new_code_enterprises FOREIGN KEY(new_code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_enterprise_successors_new_code ON enterprise_successors (new_code)",
    """
    ALTER TABLE enterprise_names
        ADD COLUMN recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        ADD COLUMN closed_at TIMESTAMP WITH TIME ZONE
    """,
    "CREATE INDEX ix_enterprise_names_code ON enterprise_names (code)",
    """
    CREATE TABLE certificate_keys (
        kid VARCHAR NOT NULL,
        public JSONB NOT NULL,
        private BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_certificate_keys PRIMARY KEY (kid)
    )
    """,
    "CREATE SEQUENCE certificate_numbers MINVALUE 1",
    """
    CREATE TABLE certificates (
        number VARCHAR COLLATE "C" NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        as_of DATE NOT NULL,
        digest VARCHAR NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
        requested_by VARCHAR NOT NULL,
        content JSONB NOT NULL,
        token VARCHAR NOT NULL,
        pdf BYTEA NOT NULL,
        pdf_sha256 VARCHAR NOT NULL,
        CONSTRAINT pk_certificates PRIMARY KEY (number),
        CONSTRAINT uq_certificates_content UNIQUE (code, as_of, digest)
    )
    """,
    "CREATE INDEX ix_certificates_requested_by ON certificates (requested_by, issued_at, number)",
)
TABLES: tuple[str, ...] = (
    "record_items", "enterprise_versions", "enterprise_successors", "certificate_keys", "certificates",
)  # fmt: skip


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX ix_enterprise_names_code")
    op.execute("ALTER TABLE enterprise_names DROP COLUMN recorded_at, DROP COLUMN closed_at")
    op.execute("DROP SEQUENCE certificate_numbers")
    op.execute("DROP SEQUENCE record_receipts")
