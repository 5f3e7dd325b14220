"""Matters of enterprises which the credit registry handles: their guides, and where they are done."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

CATALOGUE = Path(__file__).parent.parent / "data" / "0005_registry_matters.json"

matters = sa.table(
    "matters",
    sa.column("code", sa.String),
    sa.column("revision", sa.Integer),
    sa.column("in_force_from", sa.Date),
    sa.column("in_force_until", sa.Date),
    sa.column("name", sa.String),
    sa.column("name_en", sa.String),
    sa.column("online", sa.Boolean),
    sa.column("handled_by", sa.String),
    sa.column("search_text", sa.String),
    sa.column("guide", JSONB),
)


def upgrade() -> None:
    op.execute("ALTER TABLE matters ADD COLUMN handled_by VARCHAR DEFAULT 'services' NOT NULL")
    for row in json.loads(CATALOGUE.read_text(encoding="utf-8")):
        row["in_force_from"] = sa.cast(sa.literal(row["in_force_from"]), sa.Date)
        op.execute(matters.insert().values(**row))


def downgrade() -> None:
    op.execute(matters.delete().where(matters.c.handled_by != "services"))
    op.execute("ALTER TABLE matters DROP COLUMN handled_by")
