"""Applications made for an enterprise; how well an applicant must be known."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE applications ADD COLUMN org VARCHAR")
    op.execute("CREATE INDEX ix_applications_org ON applications (org, created_at, id) WHERE org IS NOT NULL")
    op.execute(
        "UPDATE matters SET guide = jsonb_set(guide, '{trust_level}', '\"two_factor\"') "
        "WHERE code IN ('MR-ENT-ESTABLISH', 'MR-ENT-CHANGE', 'MR-ENT-DEREGISTER')"
    )


def downgrade() -> None:
    op.execute("UPDATE matters SET guide = guide - 'trust_level'")
    op.execute("DROP INDEX ix_applications_org")
    op.execute("ALTER TABLE applications DROP COLUMN org")
