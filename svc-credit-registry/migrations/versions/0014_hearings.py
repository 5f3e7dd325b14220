"""Hearings before a serious listing is decided."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nothing yet."""
    op.execute("SELECT 1")


def downgrade() -> None:
    """Nothing yet."""
    op.execute("SELECT 1")
