"""The organisation that a session acts for."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE browser_sessions
        ADD COLUMN org VARCHAR,
        ADD COLUMN org_name VARCHAR,
        ADD COLUMN mandate VARCHAR
    """,
    "ALTER TABLE pending_logins ADD COLUMN acr_values VARCHAR, ADD COLUMN max_age INTEGER",
)
UNDO: tuple[str, ...] = (
    "ALTER TABLE pending_logins DROP COLUMN acr_values, DROP COLUMN max_age",
    "ALTER TABLE browser_sessions DROP COLUMN org, DROP COLUMN org_name, DROP COLUMN mandate",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
