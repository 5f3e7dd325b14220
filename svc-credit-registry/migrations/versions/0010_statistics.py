"""Published figures."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE published_figures (
        figure VARCHAR(40) NOT NULL,
        as_of DATE NOT NULL,
        version SMALLINT NOT NULL,
        cutoff TIMESTAMP WITH TIME ZONE NOT NULL,
        computed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        seconds FLOAT NOT NULL,
        digest VARCHAR(64) NOT NULL,
        cells JSONB NOT NULL,
        CONSTRAINT pk_published_figures PRIMARY KEY (figure, as_of)
    )
    """,
    """
    CREATE FUNCTION refuse_change_of_figure() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published figure is never changed';
    END
    $$
    """,
    """
    CREATE TRIGGER published_figures_stay BEFORE UPDATE OR DELETE ON published_figures
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_figure()
    """,
    """
    CREATE TABLE figure_reruns (
        id UUID DEFAULT uuidv7() NOT NULL,
        figure VARCHAR(40) NOT NULL,
        as_of DATE NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        seconds FLOAT NOT NULL,
        digest VARCHAR(64) NOT NULL,
        different_cells INTEGER NOT NULL,
        CONSTRAINT pk_figure_reruns PRIMARY KEY (id),
        CONSTRAINT fk_figure_reruns_figure_published_figures FOREIGN KEY (figure, as_of)
            REFERENCES published_figures (figure, as_of)
    )
    """,
    "CREATE INDEX ix_figure_reruns_figure ON figure_reruns (figure, as_of, at)",
)
TABLES: tuple[str, ...] = ("published_figures", "figure_reruns")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change_of_figure()")
