"""Secrets of a platform on one machine: made once, kept in files which only their owner reads."""

import os
import secrets
from pathlib import Path


def secret_file(path: Path, value: str | None = None) -> str:
    """The content of `path`; made (0600, whole or not at all) with `value` or 48 random digits when it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as output:
            output.write(secrets.token_hex(24) if value is None else value)
            output.flush()
            os.fsync(output.fileno())
        fresh.rename(path)
    return path.read_text(encoding="utf-8").strip()
