"""Extensions of the term of a penalty case that came from a lead."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """No case was extended so far."""
    op.execute("ALTER TABLE leads ADD COLUMN case_extensions JSONB DEFAULT '[]' NOT NULL")


def downgrade() -> None:
    """Takes the column away; the days by which cases are due stay."""
    op.execute("ALTER TABLE leads DROP COLUMN case_extensions")
