CREATE TABLE audit_anchors (
    log VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    head VARCHAR NOT NULL,
    count BIGINT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_anchors PRIMARY KEY (log, sequence)
);

CREATE TABLE audit_log (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    actor VARCHAR NOT NULL,
    actor_kind VARCHAR NOT NULL,
    on_behalf_of VARCHAR,
    client VARCHAR,
    action VARCHAR NOT NULL,
    object_type VARCHAR NOT NULL,
    object_id VARCHAR NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    reason VARCHAR,
    request_id VARCHAR,
    trace_id VARCHAR NOT NULL,
    transaction BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    sequence BIGINT,
    previous BYTEA,
    hash BYTEA,
    CONSTRAINT pk_audit_log PRIMARY KEY (id),
    CONSTRAINT uq_audit_log_sequence UNIQUE (sequence)
);

CREATE INDEX ix_audit_log_actor ON audit_log (actor, at);

CREATE INDEX ix_audit_log_object ON audit_log (object_type, object_id);

CREATE INDEX ix_audit_log_unsealed ON audit_log (transaction, id) WHERE hash IS NULL;

CREATE TABLE dead_letters (
    id BIGSERIAL NOT NULL,
    consumer VARCHAR NOT NULL,
    event_id UUID NOT NULL,
    aggregate_type VARCHAR NOT NULL,
    aggregate_id VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    envelope JSONB NOT NULL,
    error VARCHAR NOT NULL,
    parked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    replayed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_dead_letters PRIMARY KEY (id),
    CONSTRAINT uq_dead_letters_consumer_event_id UNIQUE (consumer, event_id)
);

CREATE TABLE idempotent_answers (
    caller VARCHAR NOT NULL,
    operation VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    status INTEGER NOT NULL,
    headers JSONB NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotent_answers PRIMARY KEY (caller, operation, key)
);

CREATE INDEX ix_idempotent_answers_created_at ON idempotent_answers (created_at);

CREATE TABLE inbox_cursors (
    consumer VARCHAR NOT NULL,
    producer VARCHAR NOT NULL,
    transaction BIGINT NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT pk_inbox_cursors PRIMARY KEY (consumer, producer)
);

CREATE TABLE inbox_events (
    consumer VARCHAR NOT NULL,
    event_id UUID NOT NULL,
    type VARCHAR NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_inbox_events PRIMARY KEY (consumer, event_id)
);

CREATE TABLE inbox_positions (
    consumer VARCHAR NOT NULL,
    aggregate_type VARCHAR NOT NULL,
    aggregate_id VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_inbox_positions PRIMARY KEY (consumer, aggregate_type, aggregate_id)
);

CREATE TABLE outbox_events (
    id BIGSERIAL NOT NULL,
    event_id UUID DEFAULT uuidv7() NOT NULL,
    type VARCHAR NOT NULL,
    aggregate_type VARCHAR NOT NULL,
    aggregate_id VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    traceparent VARCHAR,
    data JSONB NOT NULL,
    transaction BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox_events PRIMARY KEY (id),
    CONSTRAINT uq_outbox_events_aggregate_type_aggregate_id_sequence UNIQUE (aggregate_type, aggregate_id, sequence),
    CONSTRAINT uq_outbox_events_event_id UNIQUE (event_id)
);

CREATE INDEX ix_outbox_events_feed ON outbox_events (transaction, id);

CREATE INDEX ix_outbox_events_pending ON outbox_events (id) WHERE published_at IS NULL;

CREATE TABLE outbox_sequences (
    aggregate_type VARCHAR NOT NULL,
    aggregate_id VARCHAR NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT pk_outbox_sequences PRIMARY KEY (aggregate_type, aggregate_id)
);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND NEW.hash IS NOT NULL
        AND (to_jsonb(NEW) - '{sequence,previous,hash}'::text[]) = (to_jsonb(OLD) - '{sequence,previous,hash}'::text[])
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;

CREATE TRIGGER audit_log_rows BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();

CREATE TRIGGER audit_log_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
