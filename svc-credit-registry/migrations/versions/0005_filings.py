"""What enterprises report themselves, objections to the record, small and micro enterprises."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = (
    "CREATE SEQUENCE immediate_information_serial MINVALUE 1 MAXVALUE 999999 CYCLE",
    "CREATE SEQUENCE objection_serial MINVALUE 1 MAXVALUE 999999 CYCLE",
    "CREATE SEQUENCE publication_order_serial MINVALUE 1 MAXVALUE 999999 CYCLE",
    """
    CREATE TABLE report_counts (
        year INTEGER NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        due INTEGER NOT NULL,
        filed_in_time INTEGER NOT NULL,
        filed_late INTEGER NOT NULL,
        counted_on DATE NOT NULL,
        CONSTRAINT pk_report_counts PRIMARY KEY (year, region)
    )
    """,
    """
    CREATE TABLE support_policies (
        id UUID DEFAULT uuidv7() NOT NULL,
        state VARCHAR NOT NULL,
        unit VARCHAR(32) NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        kind VARCHAR NOT NULL,
        title VARCHAR NOT NULL,
        title_en VARCHAR,
        text VARCHAR NOT NULL,
        basis VARCHAR NOT NULL,
        how_to_apply VARCHAR NOT NULL,
        valid_from DATE NOT NULL,
        valid_until DATE,
        conditions JSONB NOT NULL,
        published_on DATE,
        withdrawn_reason VARCHAR,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_support_policies PRIMARY KEY (id),
        CONSTRAINT ck_support_policies_state CHECK (state IN ('draft', 'published', 'withdrawn')),
        CONSTRAINT ck_support_policies_period CHECK (valid_until >= valid_from),
        CONSTRAINT ck_support_policies_published_has_day CHECK (state = 'draft' OR published_on IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_support_policies_shown ON support_policies (region, published_on, id) WHERE state = 'published'",
    "CREATE INDEX ix_support_policies_unit ON support_policies (unit, created_at, id)",
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
        classified_revision INTEGER DEFAULT '0' NOT NULL,
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
    "CREATE INDEX ix_annual_reports_filed ON annual_reports (year, region, late) WHERE revision > 0",
    "CREATE INDEX ix_annual_reports_unclassified ON annual_reports (id) WHERE revision > classified_revision",
    """
    CREATE TABLE enterprise_sizes (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        industry_code VARCHAR(5) COLLATE "C" NOT NULL,
        size VARCHAR,
        undetermined VARCHAR,
        year INTEGER NOT NULL,
        standard VARCHAR NOT NULL,
        determined_on DATE NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_enterprise_sizes PRIMARY KEY (code),
        CONSTRAINT ck_enterprise_sizes_size CHECK (size IN ('micro', 'small', 'medium', 'large')),
        CONSTRAINT ck_enterprise_sizes_told_or_not CHECK ((size IS NULL) <> (undetermined IS NULL)),
        CONSTRAINT fk_enterprise_sizes_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_enterprise_sizes_directory ON enterprise_sizes (region, code) WHERE size IN ('micro', 'small')",
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
    CREATE TABLE record_objections (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        state VARCHAR NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        item_id UUID,
        item_kind VARCHAR NOT NULL,
        item_producer VARCHAR NOT NULL,
        item_key VARCHAR NOT NULL,
        item_version INTEGER NOT NULL,
        pointer VARCHAR,
        asker_id VARCHAR(64) NOT NULL,
        asker_org VARCHAR(18) COLLATE "C",
        facts BYTEA NOT NULL,
        received_on DATE NOT NULL,
        due_on DATE NOT NULL,
        provisional BOOLEAN NOT NULL,
        officer_id VARCHAR(64),
        question BYTEA,
        producer_asked_on DATE,
        producer_due_on DATE,
        producer_answer BYTEA,
        producer_answered_on DATE,
        outcome VARCHAR,
        answer BYTEA,
        answered_on DATE,
        correct_by DATE,
        corrected_on DATE,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_record_objections PRIMARY KEY (id),
        CONSTRAINT ck_record_objections_state CHECK (state IN ('received', 'producer_asked', 'producer_answered', 'awaiting_correction', 'closed', 'withdrawn')),
        CONSTRAINT ck_record_objections_answered CHECK (outcome IS NULL OR answered_on IS NOT NULL),
        CONSTRAINT uq_record_objections_number UNIQUE (number),
        CONSTRAINT fk_record_objections_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_record_objections_asker ON record_objections (asker_id, created_at, id)",
    "CREATE INDEX ix_record_objections_code ON record_objections (code, created_at, id)",
    "CREATE INDEX ix_record_objections_org ON record_objections (asker_org, created_at, id)",
    "CREATE INDEX ix_record_objections_producer ON record_objections (item_producer, due_on, id) WHERE state IN ('producer_asked', 'awaiting_correction')",
    "CREATE INDEX ix_record_objections_queue ON record_objections (region, due_on, id) WHERE state IN ('received', 'producer_asked', 'producer_answered')",
    "CREATE UNIQUE INDEX uq_record_objections_open ON record_objections (asker_id, item_kind, item_producer, item_key) WHERE state IN ('received', 'producer_asked', 'producer_answered')",
    """
    CREATE TABLE support_benefits (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        unit VARCHAR(32) NOT NULL,
        reference VARCHAR NOT NULL,
        policy_id UUID,
        policy VARCHAR NOT NULL,
        amount_yuan NUMERIC(18, 2),
        granted_on DATE NOT NULL,
        remark VARCHAR,
        published_on DATE NOT NULL,
        withdrawn_on DATE,
        withdrawn_reason VARCHAR,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_support_benefits PRIMARY KEY (id),
        CONSTRAINT uq_support_benefits_unit_reference UNIQUE (unit, reference),
        CONSTRAINT ck_support_benefits_amount CHECK (amount_yuan >= 0),
        CONSTRAINT fk_support_benefits_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code),
        CONSTRAINT fk_support_benefits_policy_id_support_policies FOREIGN KEY(policy_id) REFERENCES support_policies (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_support_benefits_policy ON support_benefits (policy_id)",
    "CREATE INDEX ix_support_benefits_shown ON support_benefits (region, granted_on, id) WHERE withdrawn_on IS NULL",
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
    """
    CREATE TABLE publication_orders (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        state VARCHAR NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        unit VARCHAR(32) NOT NULL,
        officer_id VARCHAR(64) NOT NULL,
        type VARCHAR NOT NULL,
        matter VARCHAR NOT NULL,
        ordered_on DATE NOT NULL,
        due_on DATE NOT NULL,
        information_id UUID,
        fulfilled_on DATE,
        withdrawn_reason VARCHAR,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_publication_orders PRIMARY KEY (id),
        CONSTRAINT ck_publication_orders_state CHECK (state IN ('open', 'fulfilled', 'withdrawn')),
        CONSTRAINT ck_publication_orders_fulfilled_has_day CHECK ((state = 'fulfilled') = (fulfilled_on IS NOT NULL)),
        CONSTRAINT uq_publication_orders_number UNIQUE (number),
        CONSTRAINT fk_publication_orders_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code),
        CONSTRAINT fk_publication_orders_information_id_immediate_information FOREIGN KEY(information_id) REFERENCES immediate_information (id)
    )
    """,
    "CREATE INDEX ix_publication_orders_code ON publication_orders (code, created_at, id)",
    "CREATE INDEX ix_publication_orders_queue ON publication_orders (region, due_on, id) WHERE state = 'open'",
    "CREATE UNIQUE INDEX uq_publication_orders_open ON publication_orders (code, type, matter) WHERE state = 'open'",
    """
    CREATE TABLE record_objection_steps (
        id UUID DEFAULT uuidv7() NOT NULL,
        objection_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        act VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        by VARCHAR(16) NOT NULL,
        CONSTRAINT pk_record_objection_steps PRIMARY KEY (id),
        CONSTRAINT fk_record_objection_steps_objection_id_record_objections FOREIGN KEY(objection_id) REFERENCES record_objections (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_record_objection_steps_objection ON record_objection_steps (objection_id, id)",
)
TABLES: tuple[str, ...] = (
    "report_counts",
    "support_policies",
    "annual_reports",
    "enterprise_sizes",
    "immediate_information",
    "record_objections",
    "support_benefits",
    "annual_report_revisions",
    "immediate_information_revisions",
    "publication_orders",
    "record_objection_steps",
)
SEQUENCES: tuple[str, ...] = (
    "immediate_information_serial",
    "objection_serial",
    "publication_order_serial",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
