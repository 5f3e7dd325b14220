"""The statements of a bulk load: rows go by COPY into a table of the transaction, from there into the register.

What a decision of the registrar founded is left alone: its source is that decision (谁产生、谁提供、谁负责).
"""

from sqlalchemy import text

COLUMNS: dict[str, str] = {
    "code": 'varchar COLLATE "C"',
    "name": "varchar",
    "region": "varchar",
    "industry_code": "varchar",
    "organisation_form": "varchar",
    "status": "varchar",
    "established_on": "date",
    "registered_on": "date",
    "ended_on": "date",
    "legal_representative_name": "varchar",
    "registered_capital_yuan": "numeric",
    "address": "varchar",
    "business_scope": "varchar",
    "publication_due_on": "date",
    "folded": "text",
    "status_rank": "smallint",
    "name_pairs": "integer[]",
    "trade_name": "text",
    "sounds": "text[]",
    "pairs": "integer[]",
    "region_text": "varchar",
    "industry_word": "varchar",
    "industry": "varchar",
    "form_folded": "varchar",
    "scope": "varchar",
    "standing": "varchar",
}
_FACTS = tuple(COLUMNS)[1:13]
_KEPT = (*_FACTS, "publication_due_on")

CREATE_STAGING = text(
    f"CREATE TEMPORARY TABLE staging ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}) ON COMMIT DROP"
)
CREATE_TOUCHED = text(
    "CREATE TEMPORARY TABLE touched (code varchar PRIMARY KEY, inserted boolean, old_name varchar) ON COMMIT DROP"
)
ENTERPRISES = text(
    f"""
    WITH entered AS (
        INSERT INTO enterprises AS e (code, {", ".join(_KEPT)}, producer, basis, received_at)
        SELECT code, {", ".join(_KEPT)}, :producer, :basis, now() FROM staging
        ON CONFLICT (code) DO UPDATE SET
            {", ".join(f"{name} = excluded.{name}" for name in _KEPT)},
            producer = excluded.producer, basis = excluded.basis, received_at = excluded.received_at,
            updated_at = now(), version = e.version + 1
        WHERE e.application_id IS NULL
          AND ({", ".join(f"e.{name}" for name in _FACTS)})
              IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FACTS)})
        RETURNING new.code, old.code IS NULL, old.name
    )
    INSERT INTO touched (code, inserted, old_name) SELECT * FROM entered
    """  # noqa: S608 - the names of columns stand above
)
CLOSE_NAMES = text(
    """
    UPDATE enterprise_names n SET valid_until = :today
    FROM touched t JOIN staging s USING (code)
    WHERE n.code = t.code AND n.valid_until IS NULL AND n.name <> s.name
    """
)
NAMES = text(
    """
    INSERT INTO enterprise_names (code, name, valid_from)
    SELECT s.code, s.name, CASE WHEN t.inserted THEN s.registered_on ELSE :today END
    FROM staging s JOIN touched t USING (code)
    WHERE t.inserted OR t.old_name <> s.name
    """
)
SEARCH_ENTRIES = text(
    """
    INSERT INTO search_entries (code, folded, status_rank, region, industry_code, established_on, pairs)
    SELECT s.code, s.folded, s.status_rank, s.region, s.industry_code, s.established_on, s.name_pairs
    FROM staging s JOIN touched t USING (code)
    ON CONFLICT (code) DO UPDATE SET
        folded = excluded.folded, status_rank = excluded.status_rank, region = excluded.region,
        industry_code = excluded.industry_code, established_on = excluded.established_on, pairs = excluded.pairs
    """
)
FORMER_NAMES = text(
    """
    UPDATE compared_names c SET standing = 'former', ended_on = :today
    FROM touched t JOIN staging s USING (code)
    WHERE c.code = t.code AND NOT t.inserted AND c.name <> s.name AND c.standing <> 'former'
    """
)
COMPARED_NAMES = text(
    """
    INSERT INTO compared_names (code, name, trade_name, sounds, pairs, region_text, industry_word, industry,
        industry_code, organisation_form, scope, standing, ended_on)
    SELECT s.code, s.name, s.trade_name, s.sounds, s.pairs, s.region_text, s.industry_word, s.industry,
        s.industry_code, s.form_folded, s.scope, s.standing, s.ended_on
    FROM staging s JOIN touched t USING (code)
    ON CONFLICT (code, name) DO UPDATE SET
        industry_code = excluded.industry_code, scope = excluded.scope, standing = excluded.standing,
        ended_on = excluded.ended_on
    """
)
COUNTS = text("SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM touched")
AFTER_LOAD = (
    text("SELECT gin_clean_pending_list(c.oid) FROM pg_class c WHERE c.relname IN ('ix_search_entries_pairs',"
         " 'ix_compared_names_pairs', 'ix_compared_names_sounds') AND c.relnamespace = 'public'::regnamespace"),
    text("ANALYZE enterprises, enterprise_names, search_entries, compared_names"),
)  # fmt: skip
"""What keeps the first searches after a load as fast as the later ones."""
