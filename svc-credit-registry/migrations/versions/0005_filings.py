"""What enterprises report themselves, small and micro enterprises."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: tuple[str, ...] = ()
TABLES: tuple[str, ...] = ()


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
