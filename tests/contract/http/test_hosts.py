"""Whom a request calls: nothing is made of it, and a host that is not ours is refused, through every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest
from http_kit import accepted

from app_kit import app_of
from gerai.app import DIALECTS, PAGES
from gerai.domain.refusals import HostUnknown
from gerai.doors.http.door import Dialect
from gerai.doors.http.hosts import KnownHosts, TrustedProxies
from gerai.engine.core import Engine
from gerai.kit.hosts import host_of, local_url, origin_of
from gerai.settings import HttpSettings, ServerSettings, Settings, SettingsError, load

PUBLIC = Settings(server=ServerSettings(host="0.0.0.0"), http=HttpSettings(public_base_url="https://gerai.example"))
LOCAL = Settings()


def request(host: str | None, method: str = "POST", client: str = "203.0.113.9", **more: list[str]) -> dict[str, Any]:
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    headers += [(name.replace("_", "-").encode(), value.encode()) for name, given in more.items() for value in given]
    return {"type": "http", "method": method, "path": "/", "headers": headers, "client": (client, 1)}


def known(settings: Settings, scope: dict[str, Any]) -> bool:
    try:
        KnownHosts(settings, ["cek.example"]).check(scope)
    except HostUnknown:
        return False
    return True


@pytest.mark.parametrize("dialect", [*DIALECTS, PAGES], ids=lambda d: d.name)
@pytest.mark.parametrize("host", ["evil.example", "gerai.test.evil.example", "gerai.test@evil.example", "a b"])
async def test_a_foreign_host_is_misdirected(
    client: httpx.AsyncClient, dialect: Dialect, engine: Engine, dsn: str, host: str
) -> None:
    """421 in the door's envelope; the good request with it makes nothing."""
    path, method, content, headers = "/o/abc", "GET", b"", dict[str, str]()
    if dialect.prefixes:
        asked = await accepted(dialect, engine)
        path, method, content, headers = asked.path, asked.method, asked.json, asked.headed()
    with psycopg.connect(dsn, autocommit=True) as connection:
        count: Callable[[], Any] = lambda: connection.execute("SELECT count(*) FROM orders").fetchone()  # noqa: E731
        before = count()

        answer = await client.request(method, path, headers={**headers, "Host": host}, content=content)

        assert answer.status_code == 421
        assert "evil" not in answer.text
        assert count() == before
    kind = "application/json" if dialect.prefixes else "text/html; charset=utf-8"
    assert answer.headers["content-type"] == kind


@pytest.mark.parametrize(
    ("settings", "scope", "expected"),
    [
        (PUBLIC, request("gerai.example"), True),
        (PUBLIC, request("GERAI.example.:8443"), True),
        (PUBLIC, request("cek.example"), True),
        (PUBLIC, request("evil.example"), False),
        (PUBLIC, request("gerai.example.evil.example"), False),
        (PUBLIC, request(None), True),
        (PUBLIC, request(""), True),
        (PUBLIC, request("\xff"), False),
        # Health checks and Prometheus call an address; nobody orders at one.
        (PUBLIC, request("10.0.0.5:8000", "GET"), True),
        (PUBLIC, request("[2001:db8::1]:8000", "HEAD"), True),
        (PUBLIC, request("10.0.0.5:8000", "POST"), False),
        # This machine's own names: for those on it.
        (PUBLIC, request("127.0.0.1:8000", "POST", "127.0.0.1"), True),
        (PUBLIC, request("localhost", "POST", "203.0.113.9"), False),
        (LOCAL, request("localhost:1234"), True),
        (LOCAL, request("shop.localhost"), True),
        (LOCAL, request("[::1]:8000"), True),
        (LOCAL, request("localhost.evil.example"), False),
        (replace(PUBLIC, http=replace(PUBLIC.http, allowed_hosts="a.example, b.example")), request("b.example"), True),
    ],
)
def test_which_hosts_are_known(settings: Settings, scope: dict[str, Any], expected: bool) -> None:
    """Ours by setting; this machine's own; addresses for reading; none named. Case and port do not matter."""
    assert known(settings, scope) is expected


def test_two_hosts_are_none() -> None:
    """Whoever names two hosts wants the proxy and the server to read different ones."""
    scope = request("gerai.example")
    scope["headers"].append((b"host", b"gerai.example"))
    assert not known(PUBLIC, scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        # Nobody's word counts but a trusted proxy's.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # What is left of the rightmost untrusted hop was written by the client.
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("2001:db8:1::1", ["2001:db8:9::7"], "2001:db8:9::7"),
        ("2001:db8:1::1", ["[2001:db8:9::7]:80"], "2001:db8:9::7"),
    ],
)
def test_who_is_behind_a_proxy(peer: str, forwarded: list[str], expected: str) -> None:
    """The rightmost address that is no trusted proxy's."""
    proxies = TrustedProxies("10.0.0.0/8 2001:db8:1::/64")
    assert proxies.client(request("x", client=peer, x_forwarded_for=forwarded)) == expected


def test_without_trusted_proxies_nobody_is_believed() -> None:
    """The default: the peer is the client."""
    assert TrustedProxies().client(request("x", client="10.0.0.1", x_forwarded_for=["1.1.1.1"])) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_what_is_counted(address: str, expected: str) -> None:
    """One customer has a whole IPv6 network of 64 bits, and counts once."""
    assert origin_of(address) == expected


async def test_only_wrong_payment_links_are_counted(settings: Settings, engine: Engine) -> None:
    """A payer reloads as often as they like; who tries codes is stopped, from a whole network of 64 bits; the payer,
    not the proxy, is counted."""
    pages, http = (
        replace(settings.pages, link_lookups_per_minute=2),
        replace(settings.http, trusted_proxies="127.0.0.1"),
    )
    app = app_of(replace(settings, pages=pages, http=http))
    [dialect] = [d for d in DIALECTS if d.link_codes]
    asked = await accepted(dialect, engine, "payment-link")
    transport = httpx.ASGITransport(app=app)
    async with app.running(), httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        made = await client.post(asked.path, headers=asked.headed(), content=asked.json)
        link = f"/payment/{made.json()['data']['payment_link_url']}"

        async def statuses(address: str, *paths: str) -> list[int]:
            return [(await client.get(p, headers={"x-forwarded-for": address})).status_code for p in paths]

        assert await statuses("2001:db8::1", link, link, link, "/payment/abcdef") == [200, 200, 200, 404]
        assert await statuses("2001:db8::ffff", link, "/payment/ABCDEF", "/payment/AbCdEf") == [200, 404, 429]
        assert await statuses("2001:db8:0:1::1", "/payment/abcdef", link) == [404, 200]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("GERAI_HTTP_PUBLIC_BASE_URL", "gerai.example", "'gerai.example' is not an address such as"),
        ("GERAI_HTTP_PUBLIC_BASE_URL", "https://gerai.example/pay", "no path"),
        ("GERAI_HTTP_PUBLIC_BASE_URL", "https://user@gerai.example", "is not an address"),
        ("GERAI_HTTP_PUBLIC_BASE_URL", "https://[::1", "is not an address"),
        ("GERAI_HTTP_TRUSTED_PROXIES", "10.0.0.0/8, proxy", "'proxy' is no address"),
        ("GERAI_HTTP_ALLOWED_HOSTS", "https://a.example", "'https://a.example' is no host name"),
    ],
)
def test_nonsense_in_the_settings_stops_the_start(variable: str, value: str, told: str) -> None:
    """The text names the setting and what is wrong."""
    with pytest.raises(SettingsError, match=variable) as caught:
        load(environ={variable: value})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("server", "public", "expected"),
    [
        (ServerSettings(port=8123), "", "http://127.0.0.1:8123"),
        (ServerSettings(host="::1", port=8123), "", "http://[::1]:8123"),
        (ServerSettings(host="0.0.0.0"), "https://gerai.example/", "https://gerai.example"),
    ],
)
def test_what_links_begin_with(server: ServerSettings, public: str, expected: str) -> None:
    """The setting; without it, the server's own address."""
    assert Settings(server=server, http=HttpSettings(public_base_url=public)).base_url == expected


def test_names_are_read_out_of_authorities() -> None:
    """Ports, brackets, case and a last dot go; anything else is no host."""
    assert [host_of(a) for a in ("A.example:80", "[::1]:80", "a.example.", "a.example:")] == [
        "a.example", "::1", "a.example", "a.example",
    ]  # fmt: skip
    assert [host_of(a) for a in ("", "a b", "u@a.example", "a/b", "a:b", "[::1", "a" * 300)] == [""] * 7


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"), ("fd00::7", "http://[fd00::7]:8000"), ("shop.local", "http://shop.local:8000"),
    ],
)  # fmt: skip
def test_where_this_machine_calls_its_own_server(host: str, url: str) -> None:
    """Every interface is no address; an IPv6 address stands in brackets, whichever it is."""
    assert local_url(host, 8000) == url
