"""Organisations, mandates, trust levels, units."""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from shared.codes import regions

revision = "0004"
down_revision = "0003"

UNITS = Path(__file__).parents[1] / "data/0004_units.csv"

STATEMENTS: tuple[str, ...] = (
    """
    ALTER TABLE accounts
        ADD COLUMN trust_level VARCHAR(16) DEFAULT 'self_declared' NOT NULL,
        ADD COLUMN trust_checked_at TIMESTAMP WITH TIME ZONE,
        ADD COLUMN trust_verifier VARCHAR(64),
        ADD CONSTRAINT ck_accounts_trust_level CHECK (trust_level IN ('self_declared', 'two_factor', 'in_person'))
    """,
    """
    CREATE TABLE units (
        code VARCHAR(32) NOT NULL,
        name VARCHAR(100) NOT NULL,
        parent_code VARCHAR(32),
        kind VARCHAR(16) NOT NULL,
        region VARCHAR(6) NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_units PRIMARY KEY (code),
        CONSTRAINT ck_units_kind CHECK (kind IN ('head_office', 'department', 'centre', 'province', 'city', 'county')),
        CONSTRAINT ck_units_one_head CHECK ((parent_code IS NULL) = (kind = 'head_office')),
        CONSTRAINT fk_units_parent_code_units FOREIGN KEY(parent_code) REFERENCES units (code)
    )
    """,
    "CREATE INDEX ix_units_parent_code ON units (parent_code, code)",
    """
    CREATE TABLE verifications (
        id UUID DEFAULT uuidv7() NOT NULL,
        account_id UUID NOT NULL,
        level VARCHAR(16) NOT NULL,
        outcome VARCHAR(16) NOT NULL,
        verifier VARCHAR(64) NOT NULL,
        checked_by UUID,
        document VARCHAR(32),
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_verifications PRIMARY KEY (id),
        CONSTRAINT ck_verifications_level CHECK (level IN ('two_factor', 'in_person')),
        CONSTRAINT ck_verifications_outcome CHECK (outcome IN ('confirmed', 'not_confirmed')),
        CONSTRAINT ck_verifications_counter_has_staff CHECK ((level = 'in_person') = (checked_by IS NOT NULL)),
        CONSTRAINT fk_verifications_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
        CONSTRAINT fk_verifications_checked_by_accounts FOREIGN KEY(checked_by) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_verifications_account ON verifications (account_id, id)",
    """
    CREATE TABLE registered_people (
        id_number_index BYTEA NOT NULL,
        name_index BYTEA NOT NULL,
        CONSTRAINT pk_registered_people PRIMARY KEY (id_number_index)
    )
    """,
    """
    CREATE TABLE registered_representatives (
        code VARCHAR(18) NOT NULL,
        id_number_index BYTEA NOT NULL,
        CONSTRAINT pk_registered_representatives PRIMARY KEY (code)
    )
    """,
    """
    CREATE TABLE organisations (
        code VARCHAR(18) NOT NULL,
        name VARCHAR(300) NOT NULL,
        region VARCHAR(6) NOT NULL,
        representative_name BYTEA NOT NULL,
        representative_id UUID,
        representative_since TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_organisations PRIMARY KEY (code),
        CONSTRAINT fk_organisations_representative_id_accounts FOREIGN KEY(representative_id) REFERENCES accounts (id)
    )
    """,
    "CREATE INDEX ix_organisations_representative_id ON organisations (representative_id)",
    """
    CREATE TABLE mandates (
        id UUID DEFAULT uuidv7() NOT NULL,
        organisation_code VARCHAR(18) NOT NULL,
        agent_id UUID NOT NULL,
        granted_by UUID NOT NULL,
        matters JSONB,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        ended_reason VARCHAR(16),
        version INTEGER DEFAULT '1' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_mandates PRIMARY KEY (id),
        CONSTRAINT ck_mandates_period CHECK (ends_on >= starts_on),
        CONSTRAINT ck_mandates_ended CHECK ((ended_at IS NULL) = (ended_reason IS NULL)),
        CONSTRAINT fk_mandates_organisation_code_organisations
            FOREIGN KEY(organisation_code) REFERENCES organisations (code),
        CONSTRAINT fk_mandates_agent_id_accounts FOREIGN KEY(agent_id) REFERENCES accounts (id),
        CONSTRAINT fk_mandates_granted_by_accounts FOREIGN KEY(granted_by) REFERENCES accounts (id)
    )
    """,
    "CREATE UNIQUE INDEX uq_mandates_open ON mandates (organisation_code, agent_id) WHERE ended_at IS NULL",
    "CREATE INDEX ix_mandates_agent ON mandates (agent_id, id)",
    "CREATE INDEX ix_mandates_ends_on ON mandates (ends_on) WHERE ended_at IS NULL",
)
UNDO: tuple[str, ...] = (
    "DROP TABLE mandates",
    "DROP TABLE organisations",
    "DROP TABLE registered_representatives",
    "DROP TABLE registered_people",
    "DROP TABLE verifications",
    "DROP TABLE units",
    """
    ALTER TABLE accounts
        DROP COLUMN trust_level,
        DROP COLUMN trust_checked_at,
        DROP COLUMN trust_verifier
    """,
)


def units() -> list[dict[str, str | None]]:
    """The head office with its departments and centres from the file, and one office for each region of today."""
    with UNITS.open(encoding="utf-8") as file:
        rows: list[dict[str, str | None]] = [
            {**row, "parent_code": None if row["code"] == "HQ" else "HQ", "region": regions.NATION}
            for row in csv.DictReader(file)
        ]
    return rows + _offices(regions.NATION, "HQ")


def _offices(region: str, parent: str) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for below in regions.children(region):
        if below.code[:2] in {"71", "81", "82"}:
            continue
        code = f"AMR-{below.code}"
        office = {"code": code, "name": f"{below.name}市场监督管理局", "kind": regions.level(below.code)}
        found += [{**office, "parent_code": parent, "region": below.code}, *_offices(below.code, code)]
    return found


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    names = ("code", "name", "parent_code", "kind", "region")
    op.bulk_insert(sa.table("units", *(sa.column(name, sa.String) for name in names)), units())


def downgrade() -> None:
    for statement in UNDO:
        op.execute(statement)
