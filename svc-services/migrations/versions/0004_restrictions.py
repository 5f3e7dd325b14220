"""What stood against those who apply when their case was decided."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE applications ADD COLUMN restrictions JSONB")
    op.execute("ALTER TABLE applications ADD COLUMN restrictions_checked_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    op.execute("ALTER TABLE applications DROP COLUMN restrictions_checked_at")
    op.execute("ALTER TABLE applications DROP COLUMN restrictions")
