"""Complaints, their clocks and history; mediation, objections, evaluations."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

STATEMENTS = (
    "CREATE SEQUENCE complaint_number_serial MINVALUE 1 MAXVALUE 999999 CYCLE",
    """
    CREATE TABLE complaint_cases (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR(32) NOT NULL,
        state VARCHAR(16) NOT NULL,
        terms_version VARCHAR(32) NOT NULL,
        complainant_id VARCHAR(64) NOT NULL,
        complainant_name BYTEA NOT NULL,
        complainant_phone BYTEA NOT NULL,
        respondent_code VARCHAR(18) NOT NULL,
        respondent_name TEXT NOT NULL,
        region VARCHAR(6) NOT NULL,
        unit VARCHAR(32) NOT NULL,
        category VARCHAR(32) NOT NULL,
        product VARCHAR(200) NOT NULL,
        amount_yuan NUMERIC(14, 2) NOT NULL,
        occurred_on DATE NOT NULL,
        known_on DATE NOT NULL,
        facts BYTEA NOT NULL,
        demand BYTEA NOT NULL,
        received_on DATE NOT NULL,
        accept_by DATE NOT NULL,
        officer_id VARCHAR(64),
        due_on DATE,
        accepted_on DATE,
        decided_late BOOLEAN DEFAULT 'false' NOT NULL,
        mediate_by DATE,
        refusal_ground VARCHAR(32),
        refusal_basis TEXT,
        refusal_reason BYTEA,
        outcome VARCHAR(32),
        summary TEXT,
        concluded_on DATE,
        publish_after DATE,
        evaluated_on DATE,
        published_on DATE,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_complaint_cases PRIMARY KEY (id),
        CONSTRAINT ck_complaint_cases_state_known CHECK (state IN ('accepted', 'closed', 'concluded', 'objected', 'published', 'received', 'refused', 'withdrawn', 'withheld')),
        CONSTRAINT ck_complaint_cases_amount_not_negative CHECK (amount_yuan >= 0),
        CONSTRAINT ck_complaint_cases_published_has_day CHECK ((state <> 'published') OR (published_on IS NOT NULL)),
        CONSTRAINT uq_complaint_cases_number UNIQUE (number)
    )
    """,
    "CREATE INDEX ix_complaint_cases_complainant_id_created_at ON complaint_cases (complainant_id, created_at, id)",
    "CREATE INDEX ix_complaint_cases_due_on_open ON complaint_cases (due_on) WHERE state IN ('accepted', 'concluded', 'objected', 'received')",
    "CREATE INDEX ix_complaint_cases_region_state_due_on ON complaint_cases (region, state, due_on)",
    "CREATE INDEX ix_complaint_cases_respondent_code_created_at ON complaint_cases (respondent_code, created_at, id)",
    """
    CREATE TABLE complaint_representatives (
        enterprise_code VARCHAR(18) NOT NULL,
        account_id VARCHAR(64) NOT NULL,
        since DATE NOT NULL,
        CONSTRAINT pk_complaint_representatives PRIMARY KEY (enterprise_code)
    )
    """,
    "CREATE INDEX ix_complaint_representatives_account_id ON complaint_representatives (account_id)",
    """
    CREATE TABLE complaint_clocks (
        id UUID DEFAULT uuidv7() NOT NULL,
        complaint_id UUID NOT NULL,
        code VARCHAR(32) NOT NULL,
        start_on DATE NOT NULL,
        working_days INTEGER NOT NULL,
        basis TEXT NOT NULL,
        suspensions JSONB DEFAULT '[]' NOT NULL,
        due_on DATE,
        provisional BOOLEAN NOT NULL,
        met_on DATE,
        CONSTRAINT pk_complaint_clocks PRIMARY KEY (id),
        CONSTRAINT uq_complaint_clocks_complaint_id_code UNIQUE (complaint_id, code),
        CONSTRAINT fk_complaint_clocks_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_complaint_clocks_provisional ON complaint_clocks (start_on, working_days, due_on) WHERE provisional AND met_on IS NULL",
    """
    CREATE TABLE complaint_evaluations (
        complaint_id UUID NOT NULL,
        grade SMALLINT NOT NULL,
        comment BYTEA,
        given_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        followed_up_on DATE,
        followed_up_by VARCHAR(64),
        answer BYTEA,
        CONSTRAINT pk_complaint_evaluations PRIMARY KEY (complaint_id),
        CONSTRAINT ck_complaint_evaluations_five_grades CHECK (grade BETWEEN 1 AND 5),
        CONSTRAINT fk_complaint_evaluations_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE complaint_recusals (
        complaint_id UUID NOT NULL,
        officer_id VARCHAR(64) NOT NULL,
        reason BYTEA NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_complaint_recusals PRIMARY KEY (complaint_id, officer_id),
        CONSTRAINT fk_complaint_recusals_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE complaint_steps (
        id UUID DEFAULT uuidv7() NOT NULL,
        complaint_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        act VARCHAR(32) NOT NULL,
        state VARCHAR(16) NOT NULL,
        by VARCHAR(16) NOT NULL,
        note BYTEA,
        CONSTRAINT pk_complaint_steps PRIMARY KEY (id),
        CONSTRAINT fk_complaint_steps_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_complaint_steps_complaint_id_id ON complaint_steps (complaint_id, id)",
    """
    CREATE TABLE mediation_appraisals (
        id UUID DEFAULT uuidv7() NOT NULL,
        complaint_id UUID NOT NULL,
        body VARCHAR(200) NOT NULL,
        subject TEXT NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        finding BYTEA,
        CONSTRAINT pk_mediation_appraisals PRIMARY KEY (id),
        CONSTRAINT fk_mediation_appraisals_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_mediation_appraisals_complaint_id ON mediation_appraisals (complaint_id)",
    "CREATE UNIQUE INDEX uq_mediation_appraisals_running ON mediation_appraisals (complaint_id) WHERE ended_on IS NULL",
    """
    CREATE TABLE mediation_outcomes (
        complaint_id UUID NOT NULL,
        result VARCHAR(32) NOT NULL,
        basis TEXT NOT NULL,
        agreement_text BYTEA,
        decided_by VARCHAR(64),
        decided_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_mediation_outcomes PRIMARY KEY (complaint_id),
        CONSTRAINT fk_mediation_outcomes_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE mediation_records (
        id UUID DEFAULT uuidv7() NOT NULL,
        complaint_id UUID NOT NULL,
        held_on DATE NOT NULL,
        method VARCHAR(16) NOT NULL,
        minutes BYTEA NOT NULL,
        officer_id VARCHAR(64) NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_mediation_records PRIMARY KEY (id),
        CONSTRAINT fk_mediation_records_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_mediation_records_complaint_id ON mediation_records (complaint_id)",
    """
    CREATE TABLE publication_objections (
        complaint_id UUID NOT NULL,
        filed_by VARCHAR(64) NOT NULL,
        filed_on DATE NOT NULL,
        filed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        reasons BYTEA NOT NULL,
        upheld BOOLEAN,
        decision_reason BYTEA,
        decided_by VARCHAR(64),
        decided_on DATE,
        CONSTRAINT pk_publication_objections PRIMARY KEY (complaint_id),
        CONSTRAINT fk_publication_objections_complaint_id_complaint_cases FOREIGN KEY(complaint_id) REFERENCES complaint_cases (id) ON DELETE RESTRICT
    )
    """,
)

TABLES = (
    "publication_objections",
    "mediation_records",
    "mediation_outcomes",
    "mediation_appraisals",
    "complaint_steps",
    "complaint_recusals",
    "complaint_evaluations",
    "complaint_clocks",
    "complaint_representatives",
    "complaint_cases",
)


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE complaint_number_serial")
    schema.drop_kernel_v1(op)
