"""Looking at processes that may end at any moment."""

from collections.abc import Callable
from typing import TypeVar

import psutil

Told = TypeVar("Told")


def told_by(ask: Callable[[], Told]) -> Told | None:
    """What a process tells, as `told_by(process.name)`; None when it has ended."""
    try:
        return ask()
    except psutil.NoSuchProcess:
        return None
