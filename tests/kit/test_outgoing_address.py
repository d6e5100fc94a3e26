"""The guard of outgoing requests: which addresses are never called."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpcore
import httpx
import pytest

from gerai.kit.address import AddressForbidden, Guard, GuardedBackend, check_address
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
        "192.0.0.192",
        "192.0.0.9",
        "192.88.99.1",
        "192.175.48.1",
        "168.63.129.16",
        "100.100.100.200",
        "203.0.113.9",
        "3fff::1",
        "3fff:fff:ffff::1",
        "2001:1::1",
        "2001:20::1",
        "2002:808:808::1",
        "2620:4f:8000::1",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::c000:c0",
        "64:ff9b:1::8.8.8.8",
        "64:ff9b:1:808:8:800::",
        "::ffff:0:8.8.8.8",
        "::8.8.8.8",
        "::ffff:192.0.0.192",
        "5f00::1",
    ],
)
def test_inner_addresses_are_refused(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast and disguised addresses are never called."""
    assert Guard().allows(address) is False


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    """The world is reachable."""
    assert Guard().allows(address) is True


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("8.8.8.8", True)),
        *(("10.0.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("192.0.0.192", False)),
        *(("0.0.0.0", False), ("::", False), ("fe80::1", False), ("fd00::1", False), ("64:ff9b::7f00:1", False)),
    ],
)
def test_loopback_can_be_opened_alone(address: str, allowed: bool) -> None:
    """The setting opens this machine, not its network, and not what a translator calls its own loopback."""
    assert Guard(allow_loopback=True).allows(address) is allowed


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "http://8.8.8.8/", "http://10.0.0.1/", "http://localhost.example/", "http://2130706433/"],
)
def test_plain_http_is_for_this_machine_alone(url: str) -> None:
    """Where loopback is permitted, nobody else is called without https for that."""
    Guard(allow_loopback=True).check_url(httpx.URL("http://localhost:8000/"))
    with pytest.raises(AddressForbidden, match="https"):
        Guard(allow_loopback=True).check_url(httpx.URL(url))


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8000, 8080, 8443, 9443, 40_000, 65_535])
def test_ports_that_are_called(port: int) -> None:
    """The web's two ports, and those that anybody may open for a server of theirs."""
    Guard().check_url(httpx.URL(f"https://shop.example:{port}/"))


@pytest.mark.parametrize(
    "port", [1, 22, 25, 53, 110, 445, 587, 993, 1023, 2375, 3306, 5432, 6379, 9200, 11_211, 27_017]
)
@pytest.mark.parametrize("guard", [Guard(), Guard(allow_loopback=True)])
def test_ports_that_are_never_called(port: int, guard: Guard) -> None:
    """Mail, remote control, databases and caches are nobody's receiver: no message becomes a command to them."""
    with pytest.raises(AddressForbidden, match=f"port {port} "):
        guard.check_url(httpx.URL(f"https://shop.example:{port}/"))


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
        await client.send("GET", f"https://{host}:9443/")
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
    """Connects to nothing; keeps what it was asked for, and answers what it is given, if anything."""

    def __init__(self, *answers: bytes) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers = list(answers)

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append((host, port))
        if not self._answers:
            raise httpcore.ConnectError("recorded")
        return httpcore.AsyncMockStream(self._answers)


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names are looked up here: the first look-up finds the first answer, and so on. Answers who was looked up."""
    asked: list[str] = []
    left = list(answers)

    async def look_up(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    return asked


def guarded(monkeypatch: pytest.MonkeyPatch, guard: Guard, *answers: bytes) -> tuple[GuardedBackend, Recording]:
    """A guarded way out that ends in a recording."""
    backend, inner = GuardedBackend(guard), Recording(*answers)
    monkeypatch.setattr(backend, "_inner", inner)
    return backend, inner


async def test_the_judged_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection names an address that was judged, never the host, so nothing looks the name up again; the inner
    address beside a public one is left out, and a name that has only inner ones when it is asked later is refused."""
    resolver(monkeypatch, ["127.0.0.1", "8.8.8.8"], ["127.0.0.1"])
    backend, inner = guarded(monkeypatch, Guard())
    with pytest.raises(httpcore.ConnectError, match="recorded"):
        await backend.connect_tcp("shop.example", 443)
    with pytest.raises(AddressForbidden):
        await backend.connect_tcp("shop.example", 443)
    assert inner.asked == [("8.8.8.8", 443)]


@pytest.mark.parametrize("inside", ["10.0.0.7", "192.0.0.192", "169.254.169.254", "3fff::1", "64:ff9b::a00:1"])
@pytest.mark.parametrize("guard", [Guard(), Guard(allow_loopback=True)])
async def test_a_name_that_leads_inside_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch, inside: str, guard: Guard
) -> None:
    """Whatever the name is called and whether or not loopback is permitted: no connection is made, when an endpoint is
    added nor when it is called."""
    resolver(monkeypatch, [inside], [inside])
    backend, inner = guarded(monkeypatch, guard)
    with pytest.raises(AddressForbidden):
        await check_address(guard, "https://shop.example/hook")
    with pytest.raises(AddressForbidden):
        await backend.connect_tcp("shop.example", 443)
    assert inner.asked == []


async def test_a_name_of_this_machine_means_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that leads ``localhost`` elsewhere gets no plain http out of us."""
    resolver(monkeypatch, ["8.8.8.8"], ["8.8.8.8", "127.0.0.1"])
    backend, inner = guarded(monkeypatch, Guard(allow_loopback=True))
    with pytest.raises(AddressForbidden):
        await backend.connect_tcp("localhost", 8000)
    with pytest.raises(httpcore.ConnectError, match="recorded"):
        await backend.connect_tcp("localhost", 8000)
    assert inner.asked == [("127.0.0.1", 8000)]


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "https://127.0.0.1/", "https://other.example/"])
async def test_a_redirect_is_an_answer_and_leads_nowhere(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """The receiver's redirect is handed back as its answer: nothing is looked up or connected to for it."""
    names = resolver(monkeypatch, ["127.0.0.1"])
    backend, inner = guarded(
        monkeypatch,
        Guard(allow_loopback=True),
        f"HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n".encode(),
    )
    client = Outgoing(Guard(allow_loopback=True))
    client._pool = httpcore.AsyncConnectionPool(network_backend=backend)
    answer = await client.send("POST", "http://localhost:8000/hook", content=b"{}")
    assert (answer.status, answer.headers["location"]) == (307, target)
    assert (names, inner.asked) == (["localhost"], [("127.0.0.1", 8000)])
    await client.close()
