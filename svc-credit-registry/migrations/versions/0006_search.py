"""The index outside the database takes over search and the comparison of names; reservations stay."""

from alembic import op

revision = "0006"
down_revision = "0005"

HELD = """
    CREATE TABLE held_names (
        reservation_id UUID NOT NULL,
        name VARCHAR NOT NULL,
        trade_name TEXT COLLATE "C" NOT NULL,
        region_text VARCHAR NOT NULL,
        industry_word VARCHAR NOT NULL,
        industry VARCHAR NOT NULL,
        industry_code VARCHAR(5) NOT NULL,
        organisation_form VARCHAR NOT NULL,
        scope VARCHAR(4) COLLATE "C" NOT NULL,
        until DATE NOT NULL,
        CONSTRAINT pk_held_names PRIMARY KEY (reservation_id)
    )
"""
KEPT = "name, trade_name, region_text, industry_word, industry, industry_code, organisation_form, scope, until"
STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE registers (
        id SMALLINT NOT NULL,
        identity UUID DEFAULT uuidv7() NOT NULL,
        CONSTRAINT pk_registers PRIMARY KEY (id),
        CONSTRAINT ck_registers_one CHECK (id = 1)
    )
    """,
    "INSERT INTO registers (id) VALUES (1)",
    HELD,
    "CREATE INDEX ix_held_names_scope ON held_names (scope, trade_name)",
    f"INSERT INTO held_names (reservation_id, {KEPT}) SELECT reservation_id, {KEPT} FROM compared_names"  # noqa: S608
    " WHERE standing = 'reserved'",
    "DROP TABLE compared_names",
    "DROP TABLE search_entries",
)
BEFORE: tuple[str, ...] = (
    """
    CREATE TABLE compared_names (
        id UUID DEFAULT uuidv7() NOT NULL,
        code VARCHAR(18) COLLATE "C",
        reservation_id UUID,
        name VARCHAR NOT NULL,
        trade_name TEXT COLLATE "C" NOT NULL,
        sounds TEXT[] NOT NULL,
        pairs INTEGER[] NOT NULL,
        region_text VARCHAR NOT NULL,
        industry_word VARCHAR NOT NULL,
        industry VARCHAR NOT NULL,
        industry_code VARCHAR(5) NOT NULL,
        organisation_form VARCHAR NOT NULL,
        scope VARCHAR(4) COLLATE "C" NOT NULL,
        standing VARCHAR NOT NULL,
        ended_on DATE,
        until DATE,
        CONSTRAINT pk_compared_names PRIMARY KEY (id),
        CONSTRAINT ck_compared_names_standing CHECK (standing IN ('registered', 'reserved', 'cancelled', 'former', 'revoked')),
        CONSTRAINT ck_compared_names_code_unless_reserved CHECK ((code IS NULL) = (standing = 'reserved')),
        CONSTRAINT ck_compared_names_reservation CHECK ((reservation_id IS NULL) = (standing <> 'reserved')),
        CONSTRAINT uq_compared_names_reservation_id UNIQUE (reservation_id)
    )
    """,
    "CREATE INDEX ix_compared_names_pairs ON compared_names USING gin (pairs)",
    "CREATE INDEX ix_compared_names_sounds ON compared_names USING gin (sounds)",
    "CREATE INDEX ix_compared_names_trade_name ON compared_names (trade_name, scope)",
    "CREATE UNIQUE INDEX uq_compared_names_code ON compared_names (code, name)",
    f"INSERT INTO compared_names (reservation_id, {KEPT}, sounds, pairs, standing)"  # noqa: S608
    f" SELECT reservation_id, {KEPT}, '{{}}', '{{}}', 'reserved' FROM held_names",
    """
    CREATE TABLE search_entries (
        code VARCHAR(18) COLLATE "C" NOT NULL,
        folded TEXT COLLATE "C" NOT NULL,
        status_rank SMALLINT NOT NULL,
        region VARCHAR(6) COLLATE "C" NOT NULL,
        industry_code VARCHAR(5) COLLATE "C" NOT NULL,
        established_on DATE NOT NULL,
        pairs INTEGER[] NOT NULL,
        CONSTRAINT pk_search_entries PRIMARY KEY (code),
        CONSTRAINT fk_search_entries_code_enterprises FOREIGN KEY(code) REFERENCES enterprises (code)
    )
    """,
    "CREATE INDEX ix_search_entries_established ON search_entries (established_on)",
    "CREATE INDEX ix_search_entries_folded ON search_entries (folded)",
    "CREATE INDEX ix_search_entries_industry ON search_entries (industry_code)",
    "CREATE INDEX ix_search_entries_order ON search_entries (status_rank, folded, code)",
    "CREATE INDEX ix_search_entries_pairs ON search_entries USING gin (pairs)",
    "CREATE INDEX ix_search_entries_region ON search_entries (region)",
)
TABLES: tuple[str, ...] = ("held_names", "registers")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """The tables as they were; those of enterprises in them are filled by loading the register again."""
    for statement in BEFORE:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
