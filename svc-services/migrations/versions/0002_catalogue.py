"""The first matters of the catalogue, as data: guides with basis, conditions, materials, procedure, form.

Frozen like any migration: a changed guide is a new revision of its matter, added by a later migration.
"""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

CATALOGUE = Path(__file__).parent.parent / "data" / "0002_catalogue.json"

matters = sa.table(
    "matters",
    sa.column("code", sa.String),
    sa.column("revision", sa.Integer),
    sa.column("in_force_from", sa.Date),
    sa.column("in_force_until", sa.Date),
    sa.column("name", sa.String),
    sa.column("name_en", sa.String),
    sa.column("online", sa.Boolean),
    sa.column("search_text", sa.String),
    sa.column("guide", JSONB),
)


def upgrade() -> None:
    rows = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    for row in rows:
        row["in_force_from"] = sa.cast(sa.literal(row["in_force_from"]), sa.Date)
        op.execute(matters.insert().values(**row))


def downgrade() -> None:
    op.execute(matters.delete().where(matters.c.revision == 1))
