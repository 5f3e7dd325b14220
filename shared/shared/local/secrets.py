"""Secrets of a platform on one machine: made once, kept in files which only their owner reads."""

import base64
import json
import os
import secrets
from pathlib import Path

from shared.local.services import ALL, SERVICES, Deployable


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


def database_password(folder: Path, deployable: Deployable) -> str:
    """The password of its database role."""
    return secret_file(folder / deployable.name / "database-password")


def client_secret_file(folder: Path, deployable: Deployable) -> Path:
    """The file with its secret as an OAuth client."""
    path = folder / deployable.name / "client-secret"
    secret_file(path)
    return path


def keyring_file(folder: Path, deployable: Deployable) -> Path:
    """The file with the keys of its encrypted columns; never replaced, or what they hide is lost."""
    path = folder / deployable.name / "keyring.json"
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    secret_file(path, json.dumps({"active": "k1", "keys": {"k1": key}}))
    return path


def client_secrets_file(folder: Path) -> Path:
    """The issuer's list of its machine clients and their secrets, made anew from the single files at each start."""
    clients = [each for each in ALL if each.name != "sso"]
    known = {each.folder: client_secret_file(folder, each).read_text(encoding="utf-8") for each in clients}
    path = folder / SERVICES[0].name / "client-secrets.json"
    path.unlink(missing_ok=True)
    secret_file(path, json.dumps(known, indent=1))
    return path
