"""Extensions of the term of a penalty case that came from a lead; what a lead tells of people is sealed."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """No case was extended so far. The worker seals the leads that are there, a few at a time."""
    op.execute("ALTER TABLE leads ADD COLUMN case_extensions JSONB DEFAULT '[]' NOT NULL")
    op.execute("ALTER TABLE leads ADD COLUMN IF NOT EXISTS particulars BYTEA")
    op.execute("ALTER TABLE leads ALTER facts DROP NOT NULL, ALTER evidence DROP NOT NULL")
    op.execute("CREATE INDEX ix_leads_unsealed ON leads (id) WHERE particulars IS NULL")


def downgrade() -> None:
    """Takes the extensions away; the days by which cases are due stay. What is sealed stays in its column, which only
    this version can read, and is found there again after another upgrade.
    """
    op.execute("DROP INDEX ix_leads_unsealed")
    op.execute("UPDATE leads SET facts = coalesce(facts, ''), evidence = coalesce(nullif(evidence, 'null'), '[]')")
    op.execute("ALTER TABLE leads ALTER facts SET NOT NULL, ALTER evidence SET NOT NULL")
    op.execute("ALTER TABLE leads DROP COLUMN case_extensions")
