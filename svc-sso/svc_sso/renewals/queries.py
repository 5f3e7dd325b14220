"""Taking and spending the refresh tokens of many clients in one transaction."""

# Of a family whose row someone else holds nothing is said here: it goes the long way. The token is locked with its
# family: who waited for neither must not see it as it was before another used it.
TAKE = """
    SELECT t.token_hash, t.nonce, grant_row, session_row, account_row, client_row
    FROM refresh_tokens t
    JOIN grants grant_row ON grant_row.id = t.grant_id
    JOIN login_sessions session_row ON session_row.id = grant_row.session_id
    JOIN accounts account_row ON account_row.id = grant_row.account_id
    JOIN clients client_row ON client_row.id = grant_row.client_id
    WHERE t.token_hash = ANY($1)
        AND t.used_at IS NULL
        AND grant_row.revoked_at IS NULL AND grant_row.dpop_jkt IS NULL AND grant_row.claims IS NULL
        AND session_row.ended_at IS NULL
        AND account_row.disabled_at IS NULL
        AND client_row.disabled_at IS NULL AND NOT client_row.dpop_bound
        AND client_row.token_endpoint_auth_method = 'client_secret_basic'
        AND client_row.last_used_at > now() - interval '1 minute'
    FOR UPDATE OF t, grant_row SKIP LOCKED
"""

SPEND = """
    WITH made (old, replay, grant_id, next, nonce, session_id) AS (
        SELECT * FROM unnest($2::bytea[], $3::bytea[], $4::uuid[], $5::bytea[], $6::text[], $7::uuid[])
    ), spent AS (
        UPDATE refresh_tokens SET used_at = $1, replay = made.replay FROM made WHERE token_hash = made.old
    ), used AS (
        UPDATE grants SET used_at = $1 FROM made WHERE id = made.grant_id
    ), seen AS (
        UPDATE login_sessions SET last_seen_at = $1 FROM made
        WHERE id = made.session_id AND last_seen_at <= $1 - $8::interval
    )
    INSERT INTO refresh_tokens (token_hash, grant_id, nonce) SELECT next, grant_id, nonce FROM made
"""
