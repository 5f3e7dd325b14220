"""What agencies push: kinds, outcomes, how they add up, and when a record came in time. Pure.

《企业信息公示暂行条例》 article 7: other authorities too make public the licences and penalties they decide on. Who
produced a record answers for it (谁产生、谁提供、谁负责), so nobody else replaces or ends it.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from shared.errors import FieldError
from svc_credit_registry.record.exports.rules import cell
from svc_credit_registry.record.records.rules import RecordKind, publication_due
from svc_credit_registry.sharing.submissions.errors import KindNotPushed, WrongProducer

PUSHED = (
    RecordKind.LICENCE,
    RecordKind.INSPECTION,
    RecordKind.PENALTY,
    RecordKind.EQUITY_PLEDGE,
    RecordKind.EQUITY_FREEZE,
    RecordKind.CHATTEL_MORTGAGE,
    RecordKind.IP_PLEDGE,
    RecordKind.TRADEMARK,
    RecordKind.COMMITMENT,
    RecordKind.SUPPORT_BENEFIT,
)
"""The kinds that agencies push. All others come from enterprises and from this platform's own procedures."""


class SubmissionOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    ENDED = "ended"
    WAITING = "waiting"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


OUTCOMES: dict[SubmissionOutcome, tuple[str, str]] = {
    SubmissionOutcome.CREATED: ("已入库", "On the record"),
    SubmissionOutcome.REPLACED: ("已更新", "A new version is on the record"),
    SubmissionOutcome.UNCHANGED: ("无变化", "It stood on the record in these very words"),
    SubmissionOutcome.ENDED: ("已撤下", "Taken off the record"),
    SubmissionOutcome.WAITING: ("待匹配", "Waits for a match with an enterprise"),
    SubmissionOutcome.OVERTAKEN: ("已被后续报送取代", "A newer push of the same key came before the match"),
    SubmissionOutcome.REFUSED: ("退回", "Refused"),
}
ACCEPTED = (SubmissionOutcome.CREATED, SubmissionOutcome.REPLACED, SubmissionOutcome.UNCHANGED, SubmissionOutcome.ENDED)


@dataclass(frozen=True)
class Counts:
    """How rows add up: received = accepted + waiting + overtaken + refused, always."""

    received: int = 0
    accepted: int = 0
    waiting: int = 0
    overtaken: int = 0
    refused: int = 0


def counted(outcomes: Mapping[str, int]) -> Counts:
    """The sums of rows by outcome."""
    accepted = sum(outcomes.get(outcome, 0) for outcome in ACCEPTED)
    waiting, overtaken, refused = (
        outcomes.get(outcome, 0)
        for outcome in (SubmissionOutcome.WAITING, SubmissionOutcome.OVERTAKEN, SubmissionOutcome.REFUSED)
    )
    return Counts(sum(outcomes.values()), accepted, waiting, overtaken, refused)


def pushed_kind(kind: RecordKind) -> RecordKind:
    """`kind` when agencies push it; refused otherwise."""
    if kind not in PUSHED:
        raise KindNotPushed(kinds=[str(k) for k in PUSHED])
    return kind


def check_producer(named: str | None, producer: str) -> None:
    """Refuses a row which names another producer than the one that pushes it."""
    if named is not None and named != producer:
        raise WrongProducer(f"{named} ≠ {producer}", producer=producer)


@lru_cache(maxsize=4096)
def due_on(kind: RecordKind, produced_on: date) -> date | None:
    """By when a record must have come to be published in time; None where the law sets no term."""
    deadline = publication_due(kind, produced_on)
    return deadline.due_on if deadline else None


MOST_FAULTS, LONGEST_POINTER, LONGEST_MESSAGE = 50, 200, 500
"""How much of a row's faults its receipt keeps: a small row can have faults without number."""


def kept(faults: Sequence[FieldError]) -> list[FieldError]:
    """The faults as a receipt keeps them: the first ones, shortened, and how many more there are."""
    told = [FieldError(f.pointer[:LONGEST_POINTER], f.code, f.message[:LONGEST_MESSAGE]) for f in faults[:MOST_FAULTS]]
    more = len(faults) - MOST_FAULTS
    return [*told, FieldError("", "more_faults", f"另有{more}处 (and {more} more)")] if more > 0 else told


RECEIPT_COLUMNS = (
    "id", "batch_id", "line", "producer", "kind", "key", "op", "outcome", "received_at", "code", "method", "confidence",
    "doubt", "receipt", "due_on", "resolution", "faults",
)  # fmt: skip
"""What a receipt holds in an export; `faults` are last, as pointer, code and message."""


def csv_line(row: Mapping[str, object]) -> list[str]:
    """A receipt as a row of CSV, its faults in one cell."""
    faults = row.get("faults")
    parts = faults if isinstance(faults, list) else []
    told = "; ".join(f"{f['pointer']} {f['code']}: {f['message']}" for f in parts)
    return [cell(row[name]) for name in RECEIPT_COLUMNS[:-1]] + [cell(told)]


def receipts_head(form: str) -> str:
    """What stands before the receipts of an export; the mark lets spreadsheets read Chinese text as UTF-8."""
    return "\ufeff" + ",".join(RECEIPT_COLUMNS) + "\r\n" if form == "csv" else ""


def receipts_text(rows: Sequence[Mapping[str, object]], form: str) -> str:
    """Receipts as lines of NDJSON or CSV."""
    if form == "ndjson":
        return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
    out = io.StringIO()
    csv.writer(out).writerows(csv_line(row) for row in rows)
    return out.getvalue()
