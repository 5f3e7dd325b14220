"""The log of the exchange: what is hashed, and how entries become a chain that can't be altered unseen. Pure.

Entries are sealed after the commit, in batches: the entries of a batch are the leaves of a Merkle tree (the hashes of
RFC 9162, section 2.1), and each batch holds the hash of the one before it. So an agency can prove that its own entry
stands in the log without seeing anybody else's, and a changed, missing or added entry is seen by all.

Source of the duty: 《政务信息资源共享管理暂行办法》（国发〔2016〕51号）: who used what, and for what, is kept.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from svc_credit_registry.sharing.exchange.errors import ExchangeHeaderInvalid

LOG = "exchange"
ALGORITHM = "sha256"
GENESIS = bytes(32)
BATCH = 1000
ANCHOR_ENTRIES = 1000
LONGEST_CASE_ID, LONGEST_PARTY = 100, 64


class ExchangeKind(StrEnum):
    """What was exchanged."""

    PUSH = "push"
    PUSH_FILE = "push_file"
    PUSH_PROCESSED = "push_processed"
    READ = "read"
    EXPORT = "export"
    CHECK = "check"
    FEEDBACK = "feedback"
    STREAM = "stream"
    SNAPSHOT = "snapshot"
    CORRECTION = "correction"


KIND_LABELS: dict[ExchangeKind, tuple[str, str]] = {
    ExchangeKind.PUSH: ("报送", "A record was pushed"),
    ExchangeKind.PUSH_FILE: ("文件报送", "A file of records was received"),
    ExchangeKind.PUSH_PROCESSED: ("文件处理完毕", "A file of records was worked through"),
    ExchangeKind.READ: ("查询", "Data were read"),
    ExchangeKind.EXPORT: ("批量导出", "A part of an export was sent"),
    ExchangeKind.CHECK: ("核查", "Restrictions were checked"),
    ExchangeKind.FEEDBACK: ("反馈", "What was done was reported"),
    ExchangeKind.STREAM: ("变更订阅", "A part of the stream of changes was sent"),
    ExchangeKind.SNAPSHOT: ("全量快照", "A snapshot was fetched"),
    ExchangeKind.CORRECTION: ("更正", "A request for correction was made or answered"),
}


@dataclass(frozen=True)
class Asked:
    """A request, as far as its entry tells of it. `body_sha256` is the digest of the bytes of the body, hex."""

    method: str
    path: str
    query: str
    body_sha256: str
    case_id: str | None = None
    represented_party: str | None = None

    @property
    def request_hash(self) -> str:
        """What the requester computes too: SHA-256 (hex) of method, path, canonical query and digest of the body.

        Four lines, each ended by a line feed; the path is the one the requester used.
        """
        text = f"{self.method}\n{self.path}\n{self.query}\n{self.body_sha256}\n"
        return digest(text.encode())

    def with_body(self, sha256: str) -> "Asked":
        """The same with the digest of a body which was streamed."""
        return replace(self, body_sha256=sha256)


@dataclass(frozen=True)
class Exchanged:
    """What went over: of which resource, how many rows, and the SHA-256 (hex) of the answer's bytes."""

    kind: ExchangeKind
    resource: str
    rows: int
    answer_sha256: str


def digest(content: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def canonical_query(query: str) -> str:
    """The query with its pairs decoded, sorted by name and value, and encoded in one way (RFC 3986)."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def read_header(name: str, value: str | None, longest: int) -> str | None:
    """A header that may hold Chinese, percent-encoded (RFC 3986); 400 for one that is too long or unreadable."""
    if not value:
        return None
    try:
        text = unquote(value, errors="strict").strip()
    except UnicodeDecodeError as exc:
        raise ExchangeHeaderInvalid(f"{name}: percent-encoded UTF-8") from exc
    if not text or len(text) > longest or not text.isprintable():
        raise ExchangeHeaderInvalid(f"{name}: 1 to {longest} printable characters")
    return text


@dataclass(frozen=True)
class Entry:
    """What an entry says. Its fields are what is hashed; personal data are not among them."""

    id: str
    at: datetime
    kind: str
    requester: str
    actor: str
    client: str | None
    represented_party: str | None
    case_id: str | None
    resource: str
    rows: int
    method: str
    path: str
    request_hash: str
    answer_sha256: str
    request_id: str | None


def content_of(entry: Entry) -> bytes:
    """The entry in canonical JSON: names sorted, no spaces, UTF-8, the instant in RFC 3339 with microseconds in UTC."""
    fields: dict[str, Any] = entry.__dict__ | {"at": instant(entry.at)}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def instant(at: datetime) -> str:
    """An instant as it is hashed: 2026-11-21T08:00:00.123456Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf(entry: Entry) -> bytes:
    """The hash of an entry as a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + content_of(entry)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The head of the tree over `leaves`, of which there is at least one."""
    if len(leaves) == 1:
        return leaves[0]
    cut = _cut(len(leaves))
    return node(root(leaves[:cut]), root(leaves[cut:]))


def path(leaves: Sequence[bytes], position: int) -> list[tuple[str, bytes]]:
    """The way from the leaf at `position` to the root: each neighbour with its side, `left` or `right`."""
    if len(leaves) == 1:
        return []
    cut = _cut(len(leaves))
    if position < cut:
        return [*path(leaves[:cut], position), ("right", root(leaves[cut:]))]
    return [*path(leaves[cut:], position - cut), ("left", root(leaves[:cut]))]


def climb(start: bytes, way: Sequence[tuple[str, bytes]]) -> bytes:
    """The root to which a leaf leads by its path."""
    for side, neighbour in way:
        start = node(neighbour, start) if side == "left" else node(start, neighbour)
    return start


def _cut(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def batch_hash(number: int, count: int, head: bytes, previous: bytes) -> bytes:
    """The hash of a batch: over its number and count (8 bytes each, big endian), its root and the batch before it."""
    return hashlib.sha256(b"\x02" + number.to_bytes(8, "big") + count.to_bytes(8, "big") + head + previous).digest()
