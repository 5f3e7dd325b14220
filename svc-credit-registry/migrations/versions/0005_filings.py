"""What enterprises report themselves, objections to the record, small and micro enterprises."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = (
    "CREATE SEQUENCE immediate_information_serial MINVALUE 1 MAXVALUE 999999 CYCLE",
    """
    CREATE TABLE annual_reports (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        year INTEGER NOT NULL,
        draft BYTEA,
        revision INTEGER DEFAULT '0' NOT NULL,
        filed_on DATE,
        late BOOLEAN DEFAULT 'false' NOT NULL,
        correction_reason VARCHAR,
        correct_until DATE,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_annual_reports PRIMARY KEY (id),
        CONSTRAINT uq_annual_reports_code_year UNIQUE (code, year),
        CONSTRAINT ck_annual_reports_revision CHECK (revision >= 0),
        CONSTRAINT ck_annual_reports_filed_when_published CHECK ((revision = 0) = (filed_on IS NULL)),
        CONSTRAINT ck_annual_reports_draft_until_published CHECK (revision > 0 OR draft IS NOT NULL),
        CONSTRAINT fk_annual_reports_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_annual_reports_year_region ON annual_reports (year, region)",
    """
    CREATE TABLE immediate_information (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        type VARCHAR NOT NULL,
        happened_on DATE NOT NULL,
        details JSONB NOT NULL,
        due_on DATE NOT NULL,
        filed_on DATE NOT NULL,
        late BOOLEAN NOT NULL,
        revision INTEGER DEFAULT '1' NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_immediate_information PRIMARY KEY (id),
        CONSTRAINT ck_immediate_information_type CHECK (type IN ('capital', 'equity_change', 'licence', 'ip_pledge', 'penalty', 'other')),
        CONSTRAINT uq_immediate_information_number UNIQUE (number),
        CONSTRAINT fk_immediate_information_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_immediate_information_code ON immediate_information (code, happened_on, id)",
    "CREATE INDEX ix_immediate_information_filed ON immediate_information (filed_on, region)",
    """
    CREATE TABLE annual_report_revisions (
        id UUID DEFAULT uuidv7() NOT NULL,
        report_id UUID NOT NULL,
        revision INTEGER NOT NULL,
        content BYTEA NOT NULL,
        published_on DATE NOT NULL,
        reason VARCHAR,
        confirmed JSONB NOT NULL,
        filed_by VARCHAR(64) NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_annual_report_revisions PRIMARY KEY (id),
        CONSTRAINT uq_annual_report_revisions_report_id_revision UNIQUE (report_id, revision),
        CONSTRAINT fk_annual_report_revisions_report_id_annual_reports FOREIGN KEY(report_id) REFERENCES annual_reports (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE immediate_information_revisions (
        id UUID DEFAULT uuidv7() NOT NULL,
        information_id UUID NOT NULL,
        revision INTEGER NOT NULL,
        happened_on DATE NOT NULL,
        details JSONB NOT NULL,
        published_on DATE NOT NULL,
        reason VARCHAR,
        filed_by VARCHAR(64) NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_immediate_information_revisions PRIMARY KEY (id),
        CONSTRAINT uq_immediate_information_revisions_information_id_revision UNIQUE (information_id, revision),
        CONSTRAINT fk_immediate_information_revisions_information_id_immed_1d4d FOREIGN KEY(information_id) REFERENCES immediate_information (id) ON DELETE RESTRICT
    )
    """,
)
TABLES: tuple[str, ...] = ("annual_reports", "immediate_information", "annual_report_revisions", "immediate_information_revisions",)
SEQUENCES: tuple[str, ...] = ("immediate_information_serial",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
