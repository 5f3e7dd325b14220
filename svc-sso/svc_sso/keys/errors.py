"""Refusals about signing keys."""

from datetime import datetime


class TooFresh(Exception):
    """The next key has not been published for long enough: who caches the key set would refuse its tokens."""

    def __init__(self, ready_at: datetime) -> None:
        super().__init__(f"The next key may sign from {ready_at.isoformat(timespec='seconds')} on.")
        self.ready_at = ready_at
