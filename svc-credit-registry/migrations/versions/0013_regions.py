"""Enterprises in business by region: who of a region has not reported is read from it, in its order."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_enterprises_region ON enterprises (region, code) WHERE status = 'active'")


def downgrade() -> None:
    op.execute("DROP INDEX ix_enterprises_region")
