"""Webhook subscriptions and deliveries; incidents of the services."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE webhooks (
        id UUID DEFAULT uuidv7() NOT NULL,
        client_id VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        url VARCHAR NOT NULL,
        event_types JSONB NOT NULL,
        regions JSONB NOT NULL,
        state VARCHAR DEFAULT 'active' NOT NULL,
        state_reason VARCHAR,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_webhooks PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_webhooks_client_id ON webhooks (client_id)",
    """
    CREATE TABLE webhook_health (
        webhook_id UUID NOT NULL,
        failing_since TIMESTAMP WITH TIME ZONE,
        failures INTEGER DEFAULT '0' NOT NULL,
        last_success_at TIMESTAMP WITH TIME ZONE,
        last_failure VARCHAR,
        held_until TIMESTAMP WITH TIME ZONE,
        served_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_webhook_health PRIMARY KEY (webhook_id),
        CONSTRAINT fk_webhook_health_webhook_id_webhooks FOREIGN KEY (webhook_id)
            REFERENCES webhooks (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE webhook_secrets (
        id UUID DEFAULT uuidv7() NOT NULL,
        webhook_id UUID NOT NULL,
        secret BYTEA NOT NULL,
        signing_key BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_webhook_secrets PRIMARY KEY (id),
        CONSTRAINT fk_webhook_secrets_webhook_id_webhooks FOREIGN KEY (webhook_id)
            REFERENCES webhooks (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_webhook_secrets_webhook_id ON webhook_secrets (webhook_id)",
    """
    CREATE TABLE webhook_deliveries (
        id UUID DEFAULT uuidv7() NOT NULL,
        webhook_id UUID NOT NULL,
        event_id UUID NOT NULL,
        event_type VARCHAR NOT NULL,
        aggregate VARCHAR NOT NULL,
        sequence BIGINT NOT NULL,
        body VARCHAR NOT NULL,
        state VARCHAR DEFAULT 'pending' NOT NULL,
        tries INTEGER DEFAULT '0' NOT NULL,
        next_try_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        lease UUID,
        leased_until TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
        CONSTRAINT uq_webhook_deliveries_webhook_id_event_id UNIQUE (webhook_id, event_id),
        CONSTRAINT fk_webhook_deliveries_webhook_id_webhooks FOREIGN KEY (webhook_id)
            REFERENCES webhooks (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at)",
    "CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (webhook_id, next_try_at) WHERE state = 'pending'",
    """
    CREATE INDEX ix_webhook_deliveries_order ON webhook_deliveries (webhook_id, aggregate, sequence)
        WHERE state = 'pending'
    """,
    "CREATE INDEX ix_webhook_deliveries_leased ON webhook_deliveries (webhook_id) WHERE lease IS NOT NULL",
    "CREATE INDEX ix_webhook_deliveries_dead ON webhook_deliveries (webhook_id) WHERE state = 'dead'",
    "CREATE INDEX ix_webhook_deliveries_webhook_id_id ON webhook_deliveries (webhook_id, id)",
    """
    CREATE TABLE webhook_attempts (
        id BIGSERIAL NOT NULL,
        delivery_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        milliseconds INTEGER NOT NULL,
        status INTEGER,
        error VARCHAR,
        answer VARCHAR NOT NULL,
        CONSTRAINT pk_webhook_attempts PRIMARY KEY (id),
        CONSTRAINT fk_webhook_attempts_delivery_id_webhook_deliveries FOREIGN KEY (delivery_id)
            REFERENCES webhook_deliveries (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_webhook_attempts_delivery_id ON webhook_attempts (delivery_id)",
    """
    CREATE TABLE service_incidents (
        id BIGSERIAL NOT NULL,
        service VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        began_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_service_incidents PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_service_incidents_began_at ON service_incidents (began_at)",
    "CREATE UNIQUE INDEX uq_service_incidents_open ON service_incidents (service) WHERE ended_at IS NULL",
)
UNDO: tuple[str, ...] = (
    "DROP TABLE service_incidents",
    "DROP TABLE webhook_attempts",
    "DROP TABLE webhook_deliveries",
    "DROP TABLE webhook_secrets",
    "DROP TABLE webhook_health",
    "DROP TABLE webhooks",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
