"""Whose items a resource of the catalogue opens: its producer's own, or all of a kind."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Entries that are there open their producer's own items from now on; an officer may widen them."""
    op.execute("ALTER TABLE resources ADD COLUMN coverage VARCHAR(4) DEFAULT 'own' NOT NULL")
    op.execute(
        "ALTER TABLE resources ADD CONSTRAINT ck_resources_coverage"
        " CHECK (coverage = 'own' OR (coverage = 'all' AND source = 'records'))"
    )


def downgrade() -> None:
    """Takes the column away."""
    op.execute("ALTER TABLE resources DROP COLUMN coverage")
