"""Free TCP ports on the loopback address."""

import json
import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections: one of those on the port of a child
# that is just being restarted would keep it out.
FIRST, LAST = 18_000, 31_999


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port(taken: set[int] | None = None) -> int:
    """A free port which is not in `taken`."""
    while True:
        port = random.randint(FIRST, LAST)  # noqa: S311 - not a secret
        if port not in (taken or set()) and is_free(port):
            return port


def assign(names: list[str], file: Path, reserved: set[int]) -> dict[str, int]:
    """A free port for each name: the one of last time, kept in `file`, where it is still free; none of `reserved`."""
    try:
        before = {str(name): int(port) for name, port in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        before = {}
    ports: dict[str, int] = {}
    for name in names:
        port = before.get(name, 0)
        taken = reserved | set(ports.values())
        if port <= 0 or port in taken or not is_free(port):
            port = free_port(taken)
        ports[name] = port
    file.write_text(json.dumps(ports, indent=1), encoding="utf-8")
    return ports
