"""Where our outgoing requests may go: public addresses, resolved once and used as resolved.

A name is looked up, every address is judged, and the connection is made to the judged address itself, so a name
that changes its answer between the check and the connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

import httpcore
import httpx

_GLOBAL_UNICAST_6: Final = ipaddress.ip_network("2000::/3")
_MOST_ADDRESSES: Final = 4
_HIGHEST_PORT: Final = 65_535

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class AddressForbidden(Exception):
    """The address is not one we talk to. The text names the reason, never the resolved address."""


@dataclass(frozen=True)
class Guard:
    """What is allowed. ``allow_loopback`` opens this machine (tests, local use), then also with plain http."""

    allow_loopback: bool = False
    https_only: bool = True

    def check_url(self, url: httpx.URL) -> None:
        """AddressForbidden for a scheme, a user part or a host that we never call."""
        if url.scheme != "https" and (url.scheme != "http" or (self.https_only and not self.allow_loopback)):
            raise AddressForbidden("only https addresses are called")
        if url.userinfo:
            raise AddressForbidden("an address carries no user name or password")
        # A zone (fe80::1%eth0) names an interface of this machine.
        if not url.host or "%" in url.host:
            raise AddressForbidden("an address names a host")
        if url.port is not None and not 1 <= url.port <= _HIGHEST_PORT:
            raise AddressForbidden(f"a port is a number from 1 to {_HIGHEST_PORT}")

    def allows(self, text: str) -> bool:
        """Whether one resolved IP address may be connected to."""
        address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
        if address.is_loopback:
            return self.allow_loopback
        # 6to4 and Teredo carry an IPv4 address inside, perhaps a private one.
        if isinstance(address, ipaddress.IPv6Address) and (
            address not in _GLOBAL_UNICAST_6 or address.sixtofour is not None or address.teredo is not None
        ):
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrapped(address: IPAddress) -> IPAddress:
    """An IPv4 address that is dressed as IPv6 is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


async def check_address(guard: Guard, text: str, timeout_s: float = 5.0) -> None:
    """Raises AddressForbidden for an address the guard would not let us call, as far as is known now."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise AddressForbidden("not an address") from error
    guard.check_url(url)
    try:
        found = await _resolve(url.host, url.port or 443, timeout_s)
    except httpcore.ConnectError as error:
        raise AddressForbidden("the host name is not known") from error
    if not any(map(guard.allows, found)):
        raise AddressForbidden("the host is not at a public address")


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses the guard allows. Names stay names for TLS and the Host header."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Try the allowed addresses of a host in order. AddressForbidden when it has none of them."""
        allowed = [address for address in await _resolve(host, port, timeout) if self._guard.allows(address)]
        if not allowed:
            raise AddressForbidden("the host is not at a public address")
        # A name may have hundreds of addresses, each to be waited for.
        *first, last = allowed[:_MOST_ADDRESSES]
        for address in first:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: AddressForbidden."""
        raise AddressForbidden("no local sockets")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int, timeout: float | None) -> list[str]:
    """The addresses of a host, without doubles. ConnectError when the name is not known in time."""
    try:
        async with asyncio.timeout(timeout):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise httpcore.ConnectError("the host name could not be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
