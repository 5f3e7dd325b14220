"""Which enterprises a decision of the registrar founded or changed: files leave those alone."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """What was decided before is told by the audit: of a step to another code, the day on which it counts."""
    op.execute("ALTER TABLE enterprises ADD decided_on DATE")
    op.execute("UPDATE enterprises SET decided_on = registered_on WHERE application_id IS NOT NULL")
    op.execute(
        """
        UPDATE enterprises e SET decided_on = a.decided_on
        FROM (
            SELECT object_id, max((after ->> CASE action WHEN 'enterprise.changed' THEN 'decided_on' ELSE 'since' END)::date)
            FROM audit_log
            WHERE object_type = 'enterprise'
              AND (action = 'enterprise.changed' OR action = 'enterprise.succeeded' AND after ->> 'reason' <> 'number_unified')
            GROUP BY object_id
        ) a (code, decided_on)
        WHERE e.code = a.code
        """
    )


def downgrade() -> None:
    """The audit keeps what was decided."""
    op.execute("ALTER TABLE enterprises DROP decided_on")
