"""Registrars of divisions directly below a province; what a decision has ended is found by its number."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Names held so far keep the scope which they had until they are released."""
    op.execute('ALTER TABLE held_names ALTER scope TYPE VARCHAR(6) COLLATE "C"')
    op.execute(
        "CREATE INDEX ix_list_entries_end_document ON list_entries (end_document_number)"
        " WHERE end_document_number IS NOT NULL"
    )


def downgrade() -> None:
    """Scopes of six digits become those of four."""
    op.execute("DROP INDEX ix_list_entries_end_document")
    op.execute('ALTER TABLE held_names ALTER scope TYPE VARCHAR(4) COLLATE "C" USING left(scope, 4)')
