"""Trademarks on the record are found by any part of the mark, or by their number."""

from alembic import op

revision = "0017"
down_revision = "0016"
STANDING = "WHERE kind = 'trademark' AND superseded_at IS NULL"


def upgrade() -> None:
    """No trademark stands on the record yet, so there is nothing to fill in."""
    op.execute('ALTER TABLE record_items ADD COLUMN title TEXT COLLATE "C", ADD COLUMN title_pairs TEXT[]')
    op.execute(f"CREATE INDEX ix_record_items_marks ON record_items USING gin (title_pairs) {STANDING}")
    op.execute(f"CREATE INDEX ix_record_items_mark_numbers ON record_items ((content ->> 'number')) {STANDING}")


def downgrade() -> None:
    """The items stay."""
    op.execute("DROP INDEX ix_record_items_marks, ix_record_items_mark_numbers")
    op.execute("ALTER TABLE record_items DROP COLUMN title, DROP COLUMN title_pairs")
