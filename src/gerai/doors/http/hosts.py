"""Which hosts this server serves, and who is behind a proxy.

Nothing is ever made from a request's Host: links begin with ``Settings.base_url``. A Host that is none of ours means
that somebody else's name leads here (DNS rebinding, a foreign proxy, a mistake), and is refused (HostUnknown, 421).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

from gerai.domain.refusals import HostUnknown
from gerai.kit.hosts import address_of, host_of, is_loopback, listed, networks
from gerai.settings import Settings

_SHOWN: Final = 100
#: A name has few spellings (case, port), but a stranger could invent more.
_ACCEPTED_AT_MOST: Final = 256
_READING: Final = frozenset({"GET", "HEAD"})


class KnownHosts:
    """Known are: the host of ``public_base_url``, the doors' own hosts, ``http.allowed_hosts``; this machine's own
    names while it serves only itself, or to a client on it; for reading, any plain address, as health checks and
    Prometheus name their target; and a request that names none, as HTTP/1.0 does."""

    def __init__(self, settings: Settings, door_hosts: Iterable[str]) -> None:
        public = urlsplit(settings.http.public_base_url).netloc
        named = [public, *door_hosts, *listed(settings.http.allowed_hosts)]
        self._names = frozenset(host_of(name) for name in named if name)
        self._local = is_loopback(settings.server.host)
        #: Spellings of our names that were accepted before: the host is looked at with every request.
        self._accepted: dict[bytes, str] = {}

    def check(self, scope: Scope) -> str:
        """The request's host in lower case, empty when it names none. HostUnknown."""
        given = [value for name, value in scope["headers"] if name == b"host"]
        if not given or given == [b""]:
            return ""
        if len(given) == 1:
            if (accepted := self._accepted.get(given[0])) is not None:
                return accepted
            host = host_of(given[0].decode("latin-1"))
            if self._is_ours(host):
                if len(self._accepted) < _ACCEPTED_AT_MOST:
                    self._accepted[given[0]] = host
                return host
            if host and self._is_open(host, scope):
                return host
        raise HostUnknown(given[0][:_SHOWN].decode("latin-1"))

    def _is_ours(self, host: str) -> bool:
        """Whoever asks for it."""
        return host in self._names or (self._local and is_loopback(host))

    def _is_open(self, host: str, scope: Scope) -> bool:
        """To this client, for this."""
        if is_loopback(host):
            return is_loopback(_peer(scope))
        return scope["method"] in _READING and address_of(host) is not None


class TrustedProxies:
    """The proxies whose word about their clients is taken (``http.trusted_proxies``)."""

    def __init__(self, text: str = "") -> None:
        self._networks = networks(text)

    def client(self, scope: Scope) -> str:
        """The client's address: the peer's, or, when the peer is trusted, the rightmost address of X-Forwarded-For that
        is not a trusted proxy's. What is left of that one was written by whoever wanted."""
        client = _peer(scope)
        if not self.trusts(client):
            return client
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        # From the right: each proxy appends what it saw, and everything further left may be invented.
        for hop in reversed(",".join(forwarded).split(",")):
            address = address_of(host_of(hop.strip()) or hop.strip())
            if address is None:
                break
            client = str(address)
            if not self.trusts(client):
                break
        return client

    def trusts(self, client: str) -> bool:
        """Whether this address is one of them."""
        address = address_of(client)
        return address is not None and any(address in network for network in self._networks)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"
