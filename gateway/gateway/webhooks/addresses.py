"""Connections to receivers: each name is resolved here, each address is looked at, and that address is connected to.

So a name that answers differently a moment later (DNS rebinding) leads nowhere: there is no second look-up.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore

from gateway.webhooks.rules import Address, Targets, is_public

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

# A name server that does not answer holds up these threads only, not those of the rest of the process.
LOOKUPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="webhook-names")


class AddressRefused(Exception):
    """The name leads to an address that the platform does not call."""


class NameNotFound(Exception):
    """The name leads nowhere."""


async def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a name. Raises NameNotFound."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(LOOKUPS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as exc:
        raise NameNotFound(host) from exc
    return list(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))


def is_own(address: Address) -> bool:
    """Whether an address belongs to this machine: only then a socket can be bound to it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((str(address), 0))
    except OSError as exc:
        return exc.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that may be called, and to no others, whatever the name says."""

    def __init__(self, targets: Targets, look_up: Resolve) -> None:
        self.targets, self.look_up = targets, look_up
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises AddressRefused, NameNotFound, ConnectError."""
        addresses = await self.checked(host, port)
        for address in addresses[:-1]:
            try:
                return await self._plain.connect_tcp(str(address), port, timeout=timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._plain.connect_tcp(str(addresses[-1]), port, timeout=timeout)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """No receiver is a file."""
        raise AddressRefused(path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def checked(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of `host`. One that may not be called refuses them all: an honest name has none such."""
        if self.targets.is_own(host):
            raise AddressRefused(f"{host} is this platform itself")
        addresses = await self.look_up(host, port)
        if not addresses:
            raise NameNotFound(host)
        for address in addresses:
            permitted = any(address in net for net in self.targets.allowed if net.version == address.version)
            if not permitted and (not is_public(address) or is_own(address)):
                raise AddressRefused(f"{host} leads to {address}")
        if self.targets.own_host and not self.targets.allowed:
            await self._refuse_own(host, addresses, port)
        return addresses

    async def _refuse_own(self, host: str, addresses: Sequence[Address], port: int) -> None:
        """Refuses where this platform itself is reached from outside, under whatever name."""
        try:
            own = await self.look_up(self.targets.own_host, port)
        except NameNotFound:
            return
        if set(own) & set(addresses):
            raise AddressRefused(f"{host} leads to this platform")
