"""The kernel's tables, as every service's first migration makes them.

Frozen like any migration: a later kernel brings `kernel_v2.sql` and a function of its own, called by a new revision.
"""

from pathlib import Path
from typing import Any

TABLES = (
    "audit_anchors",
    "audit_log",
    "dead_letters",
    "idempotent_answers",
    "inbox_cursors",
    "inbox_events",
    "inbox_positions",
    "outbox_events",
    "outbox_sequences",
)


def create_kernel_v1(op: Any) -> None:
    """Outbox, inbox, dead letters, idempotent answers and the append-only audit log. `op` is alembic's."""
    script = (Path(__file__).parent / "kernel_v1.sql").read_text(encoding="utf-8")
    for statement in statements_of(script):
        op.execute(statement)


def drop_kernel_v1(op: Any) -> None:
    """Undoes `create_kernel_v1`."""
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION audit_log_is_append_only()")


def statements_of(script: str) -> list[str]:
    """The script's statements; a function body in $$ quotes stays whole (asyncpg takes one statement at a time)."""
    parts: list[str] = []
    for index, piece in enumerate(script.split("$$")):
        if index % 2:
            parts[-1] += f"$${piece}$$"
            continue
        first, *rest = piece.split(";")
        if parts:
            parts[-1] += first
        else:
            parts.append(first)
        parts.extend(rest)
    return [part.strip() for part in parts if part.strip()]
