"""Where our outgoing requests may go: public addresses, resolved once and used as resolved.

A name is looked up, every address is judged, and the connection is made to the judged address itself, so a name
that changes its answer between the check and the connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import httpcore
import httpx

from gerai.kit.hosts import is_loopback

_GLOBAL_UNICAST_6: Final = ipaddress.ip_network("2000::/3")
#: The translator's well-known network: its last 32 bits are the IPv4 address that is really called (RFC 6052).
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_IPV4_BITS: Final = 32
#: Never called, whatever a Python version takes for global: its table follows the registries, and they call some
#: addresses global behind which stand a provider's own machines or a relay of anybody's.
_NEVER: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is the metadata of a cloud
        "168.63.129.16/32",  # a public address that is the inside of another cloud
        "192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",  # relays and sinks, anycast
        "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",  # documentation, benchmarks
        "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "3fff::/20",  # protocol assignments with Teredo, documentation
        "2002::/16", "2620:4f:8000::/48",  # 6to4 carries an IPv4 address, perhaps a private one; a sink
    )
)  # fmt: skip
_MOST_ADDRESSES: Final = 4
#: Below 1024 stand the services of a machine: of those, the web alone is called.
_WEB_PORTS: Final = frozenset({80, 443})
_FIRST_FREE_PORT: Final = 1_024
_HIGHEST_PORT: Final = 65_535
#: Above, what browsers refuse too, and the usual ports of databases, caches, queues and machine control.
_NEVER_PORTS: Final = frozenset({
    1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061, 5432,
    5672, 5900, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 8086, 9042, 9092, 9200, 9300, 10080,
    10250, 10255, 11211, 15672, 27017, 27018,
})  # fmt: skip

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class AddressForbidden(Exception):
    """The address is not one we talk to. The text names the reason, never the resolved address."""


@dataclass(frozen=True)
class Guard:
    """What is allowed. ``allow_loopback`` opens this machine (tests, local use), there also with plain http; it opens
    nothing else, no private network and no plain http to anybody else."""

    allow_loopback: bool = False

    def check_url(self, url: httpx.URL) -> None:
        """AddressForbidden for a scheme, a user part, a host or a port that we never call."""
        if url.scheme != "https" and not (url.scheme == "http" and self.allow_loopback and is_loopback(url.host)):
            raise AddressForbidden("only https addresses are called")
        if url.userinfo:
            raise AddressForbidden("an address carries no user name or password")
        # A zone (fe80::1%eth0) names an interface of this machine.
        if not url.host or "%" in url.host:
            raise AddressForbidden("an address names a host")
        if url.port is not None and not 1 <= url.port <= _HIGHEST_PORT:
            raise AddressForbidden(f"a port is a number from 1 to {_HIGHEST_PORT}")
        if url.port is not None and not _is_web(url.port):
            raise AddressForbidden(
                f"port {url.port} is not called; 80, 443 and those from {_FIRST_FREE_PORT} are, but for well-known "
                "ones of databases and the like"
            )

    def allows(self, text: str) -> bool:
        """Whether one resolved IP address may be connected to."""
        address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
        if address.is_loopback:
            return self.allow_loopback
        return _is_public(address)

    def chosen(self, host: str, resolved: Sequence[str]) -> list[str]:
        """Those of a host's addresses that may be connected to. A name of this machine means this machine, whatever
        a resolver makes of it."""
        allowed = filter(self.allows, resolved)
        return [address for address in allowed if not is_loopback(host) or is_loopback(address)]


def _is_web(port: int) -> bool:
    return port in _WEB_PORTS or (port >= _FIRST_FREE_PORT and port not in _NEVER_PORTS)


def _unwrapped(address: IPAddress) -> IPAddress:
    """An IPv4 address that is dressed as IPv6 is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            # Where a machine has no IPv4 of its own, this is how the world is reached: judged by whom it really calls.
            return _is_public(ipaddress.IPv4Address(int(address) & ((1 << _IPV4_BITS) - 1)))
        if address not in _GLOBAL_UNICAST_6:
            return False
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


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
    if not guard.chosen(url.host, found):
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
        allowed = self._guard.chosen(host, await _resolve(host, port, timeout))
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
