"""Addresses from outside that a page may link to."""

from __future__ import annotations

from typing import Final

from gerai.doors.http.page_details import DigitalProduct
from gerai.doors.pay.goods import Download
from gerai.doors.pay.names import shown

_MOST_LINKS: Final = 20
#: What the addresses of wallets' apps begin with.
_APPS: Final = ("gojek://", "gopay://", "shopeeid://")


def web_address(url: str) -> str:
    """``url`` when a browser may follow it (http or https), else empty: never ``javascript:`` and its like."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def payer_address(url: str) -> str:
    """``url`` when a payer may be sent there, else empty: a web address, or a wallet's app."""
    return url if web_address(url) or url.lower().startswith(_APPS) else ""


def downloads(product: DigitalProduct) -> tuple[Download, ...]:
    """The links of a digital product that a browser may follow, the first twenty."""
    followed = [link for link in product.links[:_MOST_LINKS] if web_address(link.url)]
    return tuple(Download(title=shown(link.title) or link.url, url=link.url) for link in followed)
