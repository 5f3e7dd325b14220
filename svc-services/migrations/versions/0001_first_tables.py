"""Matters, names, applications, materials, licences, ratings."""

from alembic import op

from shared import schema

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE licence_keys (
        kid VARCHAR NOT NULL,
        public JSONB NOT NULL,
        private BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_licence_keys PRIMARY KEY (kid)
    )
    """,
    """
    CREATE TABLE matter_implementations (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        in_force_from DATE NOT NULL,
        in_force_until DATE,
        changes JSONB NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_matter_implementations PRIMARY KEY (id),
        CONSTRAINT uq_matter_implementations_code_region_in_force_from UNIQUE (code, region, in_force_from)
    )
    """,
    "CREATE INDEX ix_matter_implementations_region ON matter_implementations (region)",
    """
    CREATE TABLE matters (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR NOT NULL,
        revision INTEGER NOT NULL,
        in_force_from DATE NOT NULL,
        in_force_until DATE,
        name VARCHAR NOT NULL,
        name_en VARCHAR NOT NULL,
        online BOOLEAN NOT NULL,
        search_text VARCHAR NOT NULL,
        guide JSONB NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_matters PRIMARY KEY (id),
        CONSTRAINT uq_matters_code_revision UNIQUE (code, revision),
        CONSTRAINT uq_matters_code_in_force_from UNIQUE (code, in_force_from),
        CONSTRAINT ck_matters_period CHECK (in_force_until IS NULL OR in_force_until > in_force_from)
    )
    """,
    """
    CREATE TABLE name_reservations (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        holder_id VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        trade_name VARCHAR NOT NULL,
        industry_code VARCHAR NOT NULL,
        industry_word VARCHAR NOT NULL,
        organisation_form VARCHAR NOT NULL,
        scope VARCHAR NOT NULL,
        industry_class VARCHAR NOT NULL,
        approval_needed BOOLEAN NOT NULL,
        reserved_on DATE NOT NULL,
        reserved_until DATE NOT NULL,
        basis VARCHAR NOT NULL,
        verdicts JSONB NOT NULL,
        held BOOLEAN DEFAULT 'false' NOT NULL,
        ended_on DATE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_name_reservations PRIMARY KEY (id),
        CONSTRAINT ck_name_reservations_state CHECK (state IN ('reserved', 'used', 'expired', 'withdrawn')),
        CONSTRAINT ck_name_reservations_period CHECK (reserved_until >= reserved_on),
        CONSTRAINT uq_name_reservations_number UNIQUE (number)
    )
    """,
    "CREATE INDEX ix_name_reservations_expiry ON name_reservations (reserved_until) WHERE state = 'reserved'",
    "CREATE INDEX ix_name_reservations_holder ON name_reservations (holder_id, id)",
    "CREATE UNIQUE INDEX uq_name_reservations_live ON name_reservations (scope, trade_name, industry_class) WHERE state = 'reserved'",
    """
    CREATE TABLE serials (
        kind VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        day DATE NOT NULL,
        last INTEGER NOT NULL,
        CONSTRAINT pk_serials PRIMARY KEY (kind, region, day)
    )
    """,
    """
    CREATE TABLE applications (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        matter_id UUID NOT NULL,
        matter_code VARCHAR NOT NULL,
        matter_name VARCHAR NOT NULL,
        matter_name_en VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        applicant_id VARCHAR NOT NULL,
        reservation_id UUID,
        state VARCHAR NOT NULL,
        form JSONB NOT NULL,
        prefilled JSONB NOT NULL,
        personal BYTEA NOT NULL,
        standard JSONB NOT NULL,
        terms_version VARCHAR,
        submitted_on DATE,
        correction_requested_on DATE,
        resubmitted_on DATE,
        accepted_on DATE,
        extended_on DATE,
        extension_reason VARCHAR,
        decided_on DATE,
        decided_by VARCHAR,
        outcome VARCHAR,
        decision_reason VARCHAR,
        completed_on DATE,
        due_on DATE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_applications PRIMARY KEY (id),
        CONSTRAINT ck_applications_state CHECK (state IN ('draft', 'submitted', 'correction_requested', 'resubmitted', 'accepted', 'granted', 'refused', 'completed', 'withdrawn')),
        CONSTRAINT ck_applications_refusal_has_reason CHECK ((state IN ('refused')) <= (decision_reason IS NOT NULL)),
        CONSTRAINT uq_applications_number UNIQUE (number),
        CONSTRAINT fk_applications_matter_id_matters FOREIGN KEY(matter_id) REFERENCES matters (id),
        CONSTRAINT fk_applications_reservation_id_name_reservations FOREIGN KEY(reservation_id) REFERENCES name_reservations (id)
    )
    """,
    "CREATE INDEX ix_applications_applicant ON applications (applicant_id, created_at, id)",
    "CREATE INDEX ix_applications_queue ON applications (region, state, submitted_on, id)",
    "CREATE UNIQUE INDEX uq_applications_reservation ON applications (reservation_id) WHERE reservation_id IS NOT NULL AND state NOT IN ('refused', 'withdrawn')",
    """
    CREATE TABLE case_steps (
        id UUID DEFAULT uuidv7() NOT NULL,
        application_id UUID NOT NULL,
        position INTEGER NOT NULL,
        act VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        actor VARCHAR NOT NULL,
        unit VARCHAR,
        happened_on DATE NOT NULL,
        happened_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        due_on DATE,
        CONSTRAINT pk_case_steps PRIMARY KEY (id),
        CONSTRAINT uq_case_steps_application_id_position UNIQUE (application_id, position),
        CONSTRAINT fk_case_steps_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE correction_requests (
        application_id UUID NOT NULL,
        items JSONB NOT NULL,
        requested_by VARCHAR NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        requested_on DATE NOT NULL,
        due_on DATE NOT NULL,
        form_before JSONB NOT NULL,
        materials_before JSONB NOT NULL,
        changed JSONB,
        explanations JSONB,
        CONSTRAINT pk_correction_requests PRIMARY KEY (application_id),
        CONSTRAINT fk_correction_requests_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE evaluations (
        id UUID DEFAULT uuidv7() NOT NULL,
        application_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        given_by VARCHAR NOT NULL,
        grade INTEGER NOT NULL,
        comment VARCHAR,
        given_on DATE NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_evaluations PRIMARY KEY (id),
        CONSTRAINT ck_evaluations_grade CHECK (grade BETWEEN 1 AND 5),
        CONSTRAINT uq_evaluations_application_id UNIQUE (application_id),
        CONSTRAINT fk_evaluations_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
    )
    """,
    """
    CREATE TABLE licences (
        number VARCHAR NOT NULL,
        application_id UUID NOT NULL,
        holder_id VARCHAR NOT NULL,
        enterprise_code VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        issued_on DATE NOT NULL,
        revoked_on DATE,
        content JSONB NOT NULL,
        token VARCHAR NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_licences PRIMARY KEY (number),
        CONSTRAINT ck_licences_state CHECK (state IN ('valid', 'revoked')),
        CONSTRAINT uq_licences_application_id UNIQUE (application_id),
        CONSTRAINT fk_licences_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
    )
    """,
    "CREATE INDEX ix_licences_enterprise ON licences (enterprise_code)",
    "CREATE INDEX ix_licences_holder ON licences (holder_id, number)",
    """
    CREATE TABLE materials (
        id UUID DEFAULT uuidv7() NOT NULL,
        application_id UUID NOT NULL,
        code VARCHAR NOT NULL,
        filename VARCHAR NOT NULL,
        media_type VARCHAR NOT NULL,
        size BIGINT NOT NULL,
        sha256 VARCHAR NOT NULL,
        uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_materials PRIMARY KEY (id),
        CONSTRAINT uq_materials_application_id_code UNIQUE (application_id, code),
        CONSTRAINT ck_materials_size CHECK (size > 0),
        CONSTRAINT fk_materials_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE follow_ups (
        id UUID DEFAULT uuidv7() NOT NULL,
        evaluation_id UUID NOT NULL,
        application_id UUID NOT NULL,
        number VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        grade INTEGER NOT NULL,
        due_on DATE NOT NULL,
        answered_on DATE,
        answered_by VARCHAR,
        answer VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_follow_ups PRIMARY KEY (id),
        CONSTRAINT uq_follow_ups_evaluation_id UNIQUE (evaluation_id),
        CONSTRAINT fk_follow_ups_evaluation_id_evaluations FOREIGN KEY(evaluation_id) REFERENCES evaluations (id),
        CONSTRAINT fk_follow_ups_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
    )
    """,
    "CREATE INDEX ix_follow_ups_open ON follow_ups (region, due_on, id) WHERE answered_on IS NULL",
)

NAMES = (
    "licence_keys",
    "matter_implementations",
    "matters",
    "name_reservations",
    "serials",
    "applications",
    "case_steps",
    "correction_requests",
    "evaluations",
    "licences",
    "materials",
    "follow_ups",
)


def upgrade() -> None:
    schema.create_kernel_v1(op)
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in reversed(NAMES):
        op.execute(f"DROP TABLE {name}")
    schema.drop_kernel_v1(op)
