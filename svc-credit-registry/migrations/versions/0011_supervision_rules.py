"""Replacements of inspectors by number, items that never should have stood, expired orders, references used again."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE record_items ADD COLUMN is_void BOOLEAN DEFAULT false NOT NULL",
    # Entries found wrong were taken off before the record could say so of its items.
    """
    UPDATE record_items SET is_void = true FROM list_entries e
    WHERE e.state = 'corrected' AND record_items.code = e.code AND record_items.key = e.id::text
      AND record_items.kind IN ('abnormal_operation', 'serious_violation')
    """,
    """
    ALTER TABLE inspection_assignments
        ADD COLUMN ended_number SMALLINT,
        ADD COLUMN ended_by VARCHAR(16),
        ADD COLUMN passed_over_grounds JSONB
    """,
    """
    UPDATE inspection_assignments a SET ended_number = n.number
    FROM (
        SELECT id, row_number() OVER (PARTITION BY task_id ORDER BY ended_on, id) AS number
        FROM inspection_assignments WHERE ended_on IS NOT NULL
    ) AS n
    WHERE a.id = n.id
    """,
    "CREATE UNIQUE INDEX uq_inspection_assignments_ended ON inspection_assignments (task_id, ended_number)",
    """
    ALTER TABLE publication_orders
        ADD COLUMN proposed_on DATE,
        ADD COLUMN entry_id UUID,
        ADD COLUMN proposal_note VARCHAR,
        ADD COLUMN reviewed_on DATE,
        ADD COLUMN rejected_reason VARCHAR,
        ADD CONSTRAINT fk_publication_orders_entry_id_list_entries FOREIGN KEY (entry_id) REFERENCES list_entries (id),
        ADD CONSTRAINT ck_publication_orders_entry CHECK (entry_id IS NULL OR proposed_on IS NOT NULL)
    """,
    """
    CREATE INDEX ix_publication_orders_expiry ON publication_orders (due_on, id)
    WHERE state = 'open' AND proposed_on IS NULL
    """,
    """
    CREATE INDEX ix_publication_orders_review ON publication_orders (region, fulfilled_on, id)
    WHERE state = 'fulfilled' AND reviewed_on IS NULL
    """,
    "CREATE INDEX ix_publication_orders_information ON publication_orders (information_id)",
    "ALTER TABLE support_benefits DROP CONSTRAINT uq_support_benefits_unit_reference",
    """
    CREATE UNIQUE INDEX uq_support_benefits_reference ON support_benefits (unit, reference)
    WHERE withdrawn_on IS NULL
    """,
)
REVERSED: tuple[str, ...] = (
    "DROP INDEX uq_support_benefits_reference",
    # The older schema knows a reference once only: the withdrawn ones of a reference that is used again get a mark.
    """
    UPDATE support_benefits b SET reference = left(reference, 60) || '#' || id
    WHERE withdrawn_on IS NOT NULL AND EXISTS (
        SELECT FROM support_benefits o WHERE o.unit = b.unit AND o.reference = b.reference AND o.id <> b.id)
    """,
    "ALTER TABLE support_benefits ADD CONSTRAINT uq_support_benefits_unit_reference UNIQUE (unit, reference)",
    "DROP INDEX ix_publication_orders_information",
    "DROP INDEX ix_publication_orders_review",
    "DROP INDEX ix_publication_orders_expiry",
    """
    ALTER TABLE publication_orders
        DROP CONSTRAINT ck_publication_orders_entry,
        DROP COLUMN proposed_on, DROP COLUMN entry_id, DROP COLUMN proposal_note, DROP COLUMN reviewed_on,
        DROP COLUMN rejected_reason
    """,
    "DROP INDEX uq_inspection_assignments_ended",
    """
    ALTER TABLE inspection_assignments
        DROP COLUMN ended_number, DROP COLUMN ended_by, DROP COLUMN passed_over_grounds
    """,
    "ALTER TABLE record_items DROP COLUMN is_void",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in REVERSED:
        op.execute(statement)
