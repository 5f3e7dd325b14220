"""Counters shared by gateway processes."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE quota_counts (
        name VARCHAR NOT NULL,
        caller VARCHAR NOT NULL,
        since TIMESTAMP WITH TIME ZONE NOT NULL,
        ends TIMESTAMP WITH TIME ZONE NOT NULL,
        calls BIGINT NOT NULL,
        CONSTRAINT pk_quota_counts PRIMARY KEY (name, caller)
    )
    """,
    "CREATE INDEX ix_quota_counts_ends ON quota_counts (ends)",
)
UNDO: tuple[str, ...] = ("DROP TABLE quota_counts",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
