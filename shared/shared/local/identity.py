"""Whom the database runs as: PostgreSQL refuses root, so root hands it to somebody without rights."""

import os
import pwd
from pathlib import Path

from shared.local.errors import NotPossible

CANDIDATES = ("postgres", "nobody")


def database_user(data: Path) -> str | None:
    """The name of the user to change to for the database in `data`; None when no change is needed."""
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    if owner != 0:
        try:
            return pwd.getpwuid(owner).pw_name
        except KeyError:
            pass
    for name in CANDIDATES:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NotPossible(
        "PostgreSQL 不能以 root 运行，而系统中没有 postgres 或 nobody 用户",
        "PostgreSQL refuses to run as root and there is no user postgres or nobody to change to",
    )


def give(path: Path, user: str | None) -> None:
    """Makes `path` and everything in it the property of `user`."""
    if user is None:
        return
    account = pwd.getpwnam(user)
    os.chown(path, account.pw_uid, account.pw_gid)
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(os.path.join(folder, name), account.pw_uid, account.pw_gid, follow_symlinks=False)
