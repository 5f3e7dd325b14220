"""Refusals about snapshots."""

from shared.errors import NotFound


class SnapshotUnknown(NotFound):
    code, title = "snapshot_unknown", "There is no such snapshot, or no longer"
    title_zh = "没有此快照，或者已被更新的快照取代"
