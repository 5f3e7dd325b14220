"""Joint measures, leads, online operators."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS: tuple[str, ...] = (
    "CREATE SEQUENCE measure_directive_numbers MINVALUE 1",
    """
    CREATE TABLE measure_directives (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        measure VARCHAR NOT NULL,
        effect VARCHAR NOT NULL,
        departments VARCHAR[] NOT NULL,
        matters VARCHAR[] NOT NULL,
        basis VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        region VARCHAR(6) NOT NULL,
        role VARCHAR,
        person_name BYTEA,
        person_id_number BYTEA,
        person_key BYTEA,
        name_key BYTEA NOT NULL,
        since DATE NOT NULL,
        until DATE NOT NULL,
        ground VARCHAR NOT NULL,
        resting_on VARCHAR NOT NULL,
        ground_kind VARCHAR,
        ground_producer VARCHAR,
        ground_key VARCHAR,
        decision_number VARCHAR,
        decided_by VARCHAR NOT NULL,
        unit VARCHAR NOT NULL,
        rule VARCHAR,
        state VARCHAR NOT NULL,
        directed_on DATE NOT NULL,
        ended_on DATE,
        ended_reason VARCHAR,
        lifting_decision_number VARCHAR,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_measure_directives PRIMARY KEY (id),
        CONSTRAINT uq_measure_directives_number UNIQUE (number),
        CONSTRAINT fk_measure_directives_code_enterprises FOREIGN KEY (code) REFERENCES enterprises (code),
        CONSTRAINT ck_measure_directives_state CHECK (state IN ('in_force', 'lifted', 'expired')),
        CONSTRAINT ck_measure_directives_effect CHECK (effect IN ('attention', 'restrict', 'refuse')),
        CONSTRAINT ck_measure_directives_subject CHECK (subject IN ('entity', 'person')),
        CONSTRAINT ck_measure_directives_person_has_name
            CHECK ((subject = 'person') = (role IS NOT NULL AND person_name IS NOT NULL)),
        CONSTRAINT ck_measure_directives_term CHECK (until >= since),
        CONSTRAINT ck_measure_directives_ended CHECK ((ended_on IS NULL) = (state = 'in_force')),
        CONSTRAINT ck_measure_directives_ground CHECK (
            (ground_kind IS NULL) = (ground_key IS NULL) AND (ground_kind IS NULL) = (ground_producer IS NULL))
    )
    """,
    "CREATE INDEX ix_measure_directives_code ON measure_directives (code) WHERE state = 'in_force'",
    "CREATE INDEX ix_measure_directives_person ON measure_directives (person_key) WHERE state = 'in_force'",
    "CREATE INDEX ix_measure_directives_name ON measure_directives (name_key) WHERE state = 'in_force'",
    "CREATE INDEX ix_measure_directives_until ON measure_directives (until) WHERE state = 'in_force'",
    "CREATE INDEX ix_measure_directives_region ON measure_directives (region, directed_on, id)",
    """
    CREATE UNIQUE INDEX uq_measure_directives_ground ON measure_directives (
        code, measure, subject, name_key, resting_on
    ) WHERE state = 'in_force'
    """,
    """
    CREATE TABLE measure_assignments (
        directive_id UUID NOT NULL,
        department VARCHAR NOT NULL,
        region VARCHAR(6) NOT NULL,
        due_on DATE NOT NULL,
        answered_on DATE,
        outcome VARCHAR,
        closed_on DATE,
        CONSTRAINT pk_measure_assignments PRIMARY KEY (directive_id, department),
        CONSTRAINT fk_measure_assignments_directive_id_measure_directives
            FOREIGN KEY (directive_id) REFERENCES measure_directives (id),
        CONSTRAINT ck_measure_assignments_answered CHECK ((answered_on IS NULL) = (outcome IS NULL))
    )
    """,
    """
    CREATE INDEX ix_measure_assignments_due ON measure_assignments (due_on, directive_id, department)
    WHERE answered_on IS NULL AND closed_on IS NULL
    """,
    """
    CREATE TABLE measure_notices (
        position BIGINT NOT NULL,
        directive_id UUID NOT NULL,
        what VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_measure_notices PRIMARY KEY (position),
        CONSTRAINT uq_measure_notices_directive_id_what UNIQUE (directive_id, what),
        CONSTRAINT fk_measure_notices_directive_id_measure_directives
            FOREIGN KEY (directive_id) REFERENCES measure_directives (id)
    )
    """,
    """
    CREATE TABLE measure_positions (
        id SMALLINT NOT NULL,
        position BIGINT DEFAULT '0' NOT NULL,
        notices BIGINT DEFAULT '0' NOT NULL,
        CONSTRAINT pk_measure_positions PRIMARY KEY (id),
        CONSTRAINT ck_measure_positions_one CHECK (id = 1)
    )
    """,
    "INSERT INTO measure_positions (id) VALUES (1)",
    """
    CREATE TABLE measure_departments (
        client_id VARCHAR(64) NOT NULL,
        department VARCHAR NOT NULL,
        region VARCHAR(6) NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_measure_departments PRIMARY KEY (client_id)
    )
    """,
    """
    CREATE TABLE measure_feedback (
        id UUID DEFAULT uuidv7() NOT NULL,
        directive_id UUID NOT NULL,
        department VARCHAR NOT NULL,
        client_id VARCHAR(64) NOT NULL,
        key VARCHAR(100) NOT NULL,
        fingerprint BYTEA NOT NULL,
        outcome VARCHAR NOT NULL,
        done_on DATE NOT NULL,
        detail VARCHAR NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_measure_feedback PRIMARY KEY (id),
        CONSTRAINT uq_measure_feedback_client_id_key UNIQUE (client_id, key),
        CONSTRAINT fk_measure_feedback_directive_id_measure_directives
            FOREIGN KEY (directive_id) REFERENCES measure_directives (id),
        CONSTRAINT ck_measure_feedback_outcome CHECK (outcome IN ('executed', 'in_progress', 'not_applicable'))
    )
    """,
    "CREATE INDEX ix_measure_feedback_directive ON measure_feedback (directive_id, received_at)",
    """
    CREATE TABLE restriction_checks (
        id BIGSERIAL NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        requester VARCHAR NOT NULL,
        on_behalf_of VARCHAR,
        matter VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        code VARCHAR(18) COLLATE "C",
        person_key BYTEA,
        effect VARCHAR NOT NULL,
        found INTEGER NOT NULL,
        request_id VARCHAR,
        CONSTRAINT pk_restriction_checks PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_restriction_checks_code ON restriction_checks (code, id) WHERE code IS NOT NULL",
    "CREATE INDEX ix_restriction_checks_person ON restriction_checks (person_key, id) WHERE person_key IS NOT NULL",
    "CREATE INDEX ix_restriction_checks_requester ON restriction_checks (requester, id)",
    """
    CREATE TABLE online_sites (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C" NOT NULL,
        kind VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        address VARCHAR,
        domain VARCHAR(253) COLLATE "C",
        platform VARCHAR,
        account VARCHAR,
        icp_number VARCHAR,
        opened_on DATE NOT NULL,
        closed_on DATE,
        mark VARCHAR NOT NULL,
        checked_on DATE,
        checked_by VARCHAR,
        producer VARCHAR NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_online_sites PRIMARY KEY (id),
        CONSTRAINT fk_online_sites_code_enterprises FOREIGN KEY (code) REFERENCES enterprises (code),
        CONSTRAINT ck_online_sites_kind
            CHECK (kind IN ('website', 'app', 'mini_program', 'platform_shop', 'live_stream')),
        CONSTRAINT ck_online_sites_mark CHECK (mark IN ('unverified', 'verified', 'refuted')),
        CONSTRAINT ck_online_sites_period CHECK (closed_on >= opened_on),
        CONSTRAINT ck_online_sites_checked CHECK ((mark = 'unverified') = (checked_on IS NULL))
    )
    """,
    "CREATE INDEX ix_online_sites_code ON online_sites (code, opened_on, id)",
    "CREATE INDEX ix_online_sites_domain ON online_sites (domain) WHERE domain IS NOT NULL",
    "CREATE INDEX ix_online_sites_icp_number ON online_sites (icp_number) WHERE icp_number IS NOT NULL",
    """
    CREATE UNIQUE INDEX uq_online_sites_domain ON online_sites (domain)
    WHERE kind = 'website' AND closed_on IS NULL AND mark <> 'refuted'
    """,
    """
    CREATE UNIQUE INDEX uq_online_sites_account ON online_sites (platform, account)
    WHERE kind <> 'website' AND closed_on IS NULL AND mark <> 'refuted'
    """,
    "CREATE SEQUENCE lead_numbers MINVALUE 1",
    """
    CREATE TABLE leads (
        id UUID DEFAULT uuidv7() NOT NULL,
        number VARCHAR NOT NULL,
        reporter VARCHAR NOT NULL,
        key VARCHAR(100) NOT NULL,
        fingerprint BYTEA NOT NULL,
        batch VARCHAR,
        source VARCHAR NOT NULL,
        category VARCHAR NOT NULL,
        found_on DATE NOT NULL,
        received_on DATE NOT NULL,
        reported_code VARCHAR(18),
        reported_name VARCHAR,
        domain VARCHAR(253),
        facts VARCHAR NOT NULL,
        evidence JSONB NOT NULL,
        code VARCHAR(18) COLLATE "C",
        matched_by VARCHAR,
        candidates JSONB NOT NULL,
        region VARCHAR(6) NOT NULL,
        unit VARCHAR,
        state VARCHAR NOT NULL,
        terms_version VARCHAR NOT NULL,
        due_on DATE,
        assigned_on DATE,
        extended_on DATE,
        extension_reason VARCHAR,
        verified_on DATE,
        finding VARCHAR,
        finding_summary VARCHAR,
        transferred_on DATE,
        case_number VARCHAR,
        concluded_on DATE,
        outcome VARCHAR,
        penalty_key VARCHAR,
        closed_on DATE,
        ground VARCHAR,
        ground_reason VARCHAR,
        published_on DATE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        version INTEGER DEFAULT '1' NOT NULL,
        CONSTRAINT pk_leads PRIMARY KEY (id),
        CONSTRAINT uq_leads_number UNIQUE (number),
        CONSTRAINT uq_leads_reporter_key UNIQUE (reporter, key),
        CONSTRAINT fk_leads_code_enterprises FOREIGN KEY (code) REFERENCES enterprises (code),
        CONSTRAINT ck_leads_state
            CHECK (state IN ('received', 'assigned', 'verified', 'transferred', 'concluded', 'closed')),
        CONSTRAINT ck_leads_source CHECK (
            source IN ('advertising_monitoring', 'online_market_monitoring', 'pyramid_selling', 'other')),
        CONSTRAINT ck_leads_closed_with_ground CHECK ((state = 'closed') = (ground IS NOT NULL)),
        CONSTRAINT ck_leads_case CHECK (state NOT IN ('transferred', 'concluded') OR case_number IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_leads_queue ON leads (region, state, received_on, id)",
    "CREATE INDEX ix_leads_code ON leads (code, received_on) WHERE code IS NOT NULL",
    """
    CREATE INDEX ix_leads_due ON leads (due_on)
    WHERE due_on IS NOT NULL AND state NOT IN ('concluded', 'closed')
    """,
)
TABLES: tuple[str, ...] = (
    "measure_directives",
    "measure_assignments",
    "measure_notices",
    "measure_positions",
    "measure_departments",
    "measure_feedback",
    "restriction_checks",
    "online_sites",
    "leads",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE lead_numbers")
    op.execute("DROP SEQUENCE measure_directive_numbers")
