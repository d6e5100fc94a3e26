"""Host names and addresses as requests and settings write them."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAME: Final = re.compile(r"([A-Za-z0-9_.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{0,5})?")
_SITE_64: Final = 64
#: Of an IPv6 address that ends in an IPv4 one; nothing longer is an address, nor kept in the cache.
_LONGEST_ADDRESS: Final = 45


# Asked for every request, and nearly always about the same few hosts.
@lru_cache(maxsize=1024)
def host_of(authority: str) -> str:
    """The name or address in ``name``, ``name:port`` or ``[::1]:port``, in lower case; empty when it is none."""
    found = _NAME.fullmatch(authority)
    return found[1].strip("[]").removesuffix(".").lower() if found else ""


def address_of(text: str) -> Address | None:
    """The address ``text`` is, an IPv4 one also when it is dressed as IPv6; None for anything else."""
    # Without a zone (fe80::1%eth0): it means something on the sender's machine only.
    bare = text.partition("%")[0]
    return _address_of(bare) if len(bare) <= _LONGEST_ADDRESS else None


# Like host_of: the same proxies and names with every request.
@lru_cache(maxsize=1024)
def _address_of(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own: ``localhost``, ``x.localhost``, 127.0.0.0/8, ``::1``."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def reached_here(host: str) -> str:
    """Where this machine reaches a server of its own that listens on ``host``: every interface is nothing to call."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def local_url(host: str, port: int) -> str:
    """``http://127.0.0.1:8000``, ``http://[::1]:8000``: the address of such a server for this machine."""
    host = reached_here(host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text list, separated by commas or blanks."""
    return tuple(text.replace(",", " ").split())


def networks(text: str) -> tuple[Network, ...]:
    """Listed addresses and CIDR networks. ValueError names the first that is neither."""
    found: list[Network] = []
    for part in listed(text):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(f"{part!r} is no address and no network such as 10.0.0.0/8") from None
    return tuple(found)


def base_url_fault(text: str) -> str:
    """Why ``text`` cannot be the address people reach a server at; empty when it can."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    plain = not (parts.query or parts.fragment) and parts.path in ("", "/")
    if plain and parts.scheme in ("http", "https") and host_of(parts.netloc):
        return ""
    return f"{text!r} is not an address such as https://gerai.example (no path)"


def origin_of(address: str) -> str:
    """Whom an address stands for where requests are counted: an IPv6 network of 64 bits, which one customer has whole;
    else the address itself."""
    found = address_of(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _SITE_64), strict=False))
    return str(found) if found is not None else address
