"""The guard of outgoing requests: which addresses are never called."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpcore
import httpx
import pytest

from gerai.kit.address import AddressForbidden, Guard, GuardedBackend
from gerai.kit.http import Outgoing, Unreachable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "2001:db8::1",
    ],
)
def test_inner_addresses_are_refused(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast and disguised addresses are never called."""
    assert Guard().allows(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    """The world is reachable."""
    assert Guard().allows(address) is True


@pytest.mark.parametrize(("address", "allowed"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)])
def test_loopback_can_be_opened_alone(address: str, allowed: bool) -> None:
    """The setting opens this machine, not its network."""
    assert Guard(allow_loopback=True).allows(address) is allowed


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://",
            "https://user:pw@example.com/",
        ),
        *("https://example.com:99999/", "https://example.com:0/", "https://example.com:65536/"),
    ],
)
def test_urls_that_are_never_called(url: str) -> None:
    """Plain http, other schemes, missing hosts, credentials in the address and ports
    that do not exist are refused before any look-up."""
    with pytest.raises(AddressForbidden):
        Guard().check_url(httpx.URL(url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_no_connection_is_made_to_this_machine(host: str) -> None:
    """However the address is spelt, it is judged as resolved."""
    client = Outgoing(Guard())
    with pytest.raises((AddressForbidden, Unreachable)):
        await client.send("GET", f"https://{host}:9/")
    await client.close()


@pytest.mark.parametrize("url", ["https://exa mple.com", "https://[::1", "::", "https://a\x00b/"])
async def test_what_is_not_an_address_is_refused(url: str) -> None:
    """Broken addresses are refused like forbidden ones."""
    client = Outgoing(Guard())
    with pytest.raises(AddressForbidden):
        await client.send("GET", url)
    assert {outcome: n for outcome, n in client.attempts.items() if n} == {"forbidden": 1}
    await client.close()


class Recording(httpcore.AsyncNetworkBackend):
    """Connects to nothing and keeps what it was asked for."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.hosts.append(host)
        raise httpcore.ConnectError("recorded")


async def test_the_judged_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection names an address that was judged, never the host, so nothing looks the name up again; the inner
    address beside a public one is left out, and a name that has only inner ones when it is asked later is refused."""
    answers = iter([["127.0.0.1", "8.8.8.8"], ["127.0.0.1"]])

    async def look_up(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    backend, inner = GuardedBackend(Guard()), Recording()
    monkeypatch.setattr(backend, "_inner", inner)
    with pytest.raises(httpcore.ConnectError, match="recorded"):
        await backend.connect_tcp("shop.example", 443)
    with pytest.raises(AddressForbidden):
        await backend.connect_tcp("shop.example", 443)
    assert inner.hosts == ["8.8.8.8"]
