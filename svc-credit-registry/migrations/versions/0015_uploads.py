"""Files of records that were removed again once their time was over, and the exchanges of a case."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE submission_batches ADD COLUMN removed_at TIMESTAMP WITH TIME ZONE",
    # What lies on disk: by producer for its quota, the oldest first for those that go.
    """
    CREATE INDEX ix_submission_batches_kept ON submission_batches (producer, received_at, size)
        WHERE removed_at IS NULL
    """,
    "CREATE INDEX ix_submission_batches_sha256 ON submission_batches (sha256)",
    "CREATE INDEX ix_exchange_entries_case ON exchange_entries (case_id, id) WHERE case_id IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX ix_exchange_entries_case")
    op.execute("DROP INDEX ix_submission_batches_sha256")
    op.execute("DROP INDEX ix_submission_batches_kept")
    op.execute("ALTER TABLE submission_batches DROP COLUMN removed_at")
