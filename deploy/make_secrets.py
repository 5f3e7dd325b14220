"""Makes the secrets of a deployment, once: one folder for each container, one file for each secret.

`python deploy/make_secrets.py FOLDER` writes what is missing and leaves alone what is there, so it can run before
every start. A secret that two containers share (a database password, say) is taken from whichever has it.
Standard library only: it runs in a bare container before anything else.
"""

import base64
import json
import os
import secrets
import sys
from pathlib import Path

CONTAINERS = {
    "gateway": "gateway",
    "svc-sso": "sso",
    "svc-disclosure": "disclosure",
    "svc-services": "services",
    "svc-complaints": "complaints",
    "svc-credit-registry": "credit_registry",
}
CLIENTS = [container for container in CONTAINERS if container != "svc-sso"]
OWN = 0o400
READ_BY_OTHER_USERS = 0o444  # The database server runs under a user id of its own.


def write(path: Path, content: str, mode: int) -> None:
    """Writes the file whole or not at all; an existing file with other content is replaced."""
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(mode)
    draft.replace(path)


def shared_secret(*paths: Path) -> str:
    """The secret which the first existing of these files holds, else a new one of 256 bits."""
    for path in paths:
        if path.exists():
            return path.read_text(encoding="utf-8").strip()
    return secrets.token_urlsafe(32)


def make_database_passwords(root: Path) -> None:
    """One password for each service's role, and one for the server's superuser."""
    superuser = root / "postgres" / "superuser-password"
    write(superuser, shared_secret(superuser), READ_BY_OTHER_USERS)
    for container, role in CONTAINERS.items():
        client_side, server_side = root / container / "database-password", root / "postgres" / f"{role}-password"
        password = shared_secret(client_side, server_side)
        write(client_side, password, OWN)
        write(server_side, password, READ_BY_OTHER_USERS)


def make_broker_passwords(root: Path) -> None:
    """One user for each service, and the broker's list of all of them."""
    users = []
    for container, user in CONTAINERS.items():
        path = root / container / "nats-password"
        password = shared_secret(path)
        write(path, password, OWN)
        users.append(f'    {{ user: {user}, password: "{password}" }}')
    lines = ["authorization {", "  users = [", *users, "  ]", "}", ""]
    write(root / "nats" / "authorization.conf", "\n".join(lines), OWN)


def make_client_secrets(root: Path) -> None:
    """One secret for each OAuth client, and the issuer's list of all of them."""
    known = {}
    for container in CLIENTS:
        path = root / container / "client-secret"
        known[container] = shared_secret(path)
        write(path, known[container], OWN)
    write(root / "svc-sso" / "client-secrets.json", json.dumps(known, indent=1), OWN)


def make_keyrings(root: Path) -> None:
    """One keyring for each service: encrypted columns can be read by nobody else. Never replaced."""
    for container in CONTAINERS:
        path = root / container / "keyring.json"
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            write(path, json.dumps({"active": "k1", "keys": {"k1": key}}), OWN)


def main() -> int:
    """Returns 0, or 2 when no folder was named."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: make_secrets.py FOLDER\n")
        return 2
    root = Path(sys.argv[1])
    make_database_passwords(root)
    make_broker_passwords(root)
    make_client_secrets(root)
    make_keyrings(root)
    sys.stdout.write("secrets are in place\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
