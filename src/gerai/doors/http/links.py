"""Links in responses: what is stored is a path of ours or somebody else's address, what leaves is always an address."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

#: The forms of an order's pages while whole addresses were stored (today a path is, which needs no form); what stands
#: in the group only that order has.
_PAGE: Final = re.compile(r"/[io]/([^/]+)(?:/success)?|/payment/([^/]+)")
_INVOICE: Final = re.compile(r"/user/invoice/[^/]+")
#: The path of an invoice's page, of orders and deposits alike.
INVOICE_PAGE: Final = "/user/invoice/{code}"
#: Where a browser may be sent. Nothing else: ``javascript:`` and ``data:`` run as whoever opens them. A blank
#: in a file's name (``/bukti transfer.jpg``) is one that a browser writes as ``%20``.
WEB_ADDRESS: Final = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#](?:[^\s\\]| )*)?", re.IGNORECASE)


def invoice_page(code: str, secret: str, below: str = "") -> str:
    """The path of the page of the invoice with this code, or of what lies ``below`` it (``/qr.png``); the secret opens
    it, the code alone does not."""
    return f"{INVOICE_PAGE.format(code=code)}{below}?t={secret}"


def absolute(link: str, base_url: str, *marks: str) -> str:
    """``link`` as an address: a path of ours stands behind ``base_url``; an address and nothing stay what they are.

    An address that was stored under another name of this server is one of ours, too: it leads to a page of the order,
    which holds one of the order's ``marks`` (its secret, the code of its payment link).
    """
    path = own_path(link, *marks)
    return base_url + path if path else link


def own_path(link: str, *marks: str) -> str:
    """The path of ``link``, with its query, when it is ours as :func:`absolute` says; else empty."""
    if link.startswith("/"):
        return link
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if page := _PAGE.fullmatch(parts.path):
        mark = page[1] or page[2]
    elif _INVOICE.fullmatch(parts.path):
        mark = parse_qs(parts.query).get("t", [""])[0]
    else:
        return ""
    return parts._replace(scheme="", netloc="").geturl() if mark and mark in marks else ""
