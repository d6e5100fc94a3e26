"""Reads what doors may leave in ``order.details`` for the page, in neutral words; whatever is absent or odd is skipped.

Keys: ``shipping`` {title, cost_sen, etd, address}, ``discounts`` [{title, amount_sen}], ``note``, ``digital`` {title,
links: [{title, url}] or [url]}, ``method`` ("cod": the courier takes the money),
``methods`` ["va", "va:BCA", …] (what may be offered; absent: everything), ``payer_fees`` {"va": sen, "va:BCA": sen}
(what the payer pays on top with that method), ``merchant_fees`` likewise (what the method keeps of the total).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gerai.domain.records import OrderView
from gerai.doors.pay.model import Download

_MOST_LINKS: Final = 20


def text(source: Mapping[str, Any], key: str) -> str:
    """The text under ``key``; empty when it is missing or not a text."""
    value = source.get(key)
    return value.strip() if isinstance(value, str) else ""


def sen(source: Mapping[str, Any], key: str) -> int:
    """The amount under ``key`` in sen; 0 when it is missing or not a whole number."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def mapping(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under ``key``; empty when it is missing or not an object."""
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def items(source: Mapping[str, Any], key: str) -> list[Any]:
    """The list under ``key``; empty when it is missing or not a list."""
    value = source.get(key)
    return value if isinstance(value, list) else []


def discounts(view: OrderView) -> list[tuple[str, int]]:
    """Title and amount in sen of each discount that takes something off."""
    found = [d for d in items(view.order.details, "discounts") if isinstance(d, dict)]
    return [(text(d, "title"), sen(d, "amount_sen")) for d in found if sen(d, "amount_sen") > 0]


def web_address(url: str) -> str:
    """``url`` when a browser may follow it (http or https), else empty: never ``javascript:`` and its like."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def downloads(view: OrderView) -> tuple[Download, ...]:
    """The links of a digital product, as objects or as bare addresses."""
    found: list[Download] = []
    for link in items(mapping(view.order.details, "digital"), "links")[:_MOST_LINKS]:
        url = web_address(link if isinstance(link, str) else text(link, "url") if isinstance(link, dict) else "")
        if url:
            title = text(link, "title") if isinstance(link, dict) else ""
            found.append(Download(title=title or url, url=url))
    return tuple(found)


def allowed_methods(view: OrderView) -> frozenset[str] | None:
    """The methods (``va``) and channels (``va:BCA``) this order may be paid with; None means all."""
    names = frozenset(n for n in items(view.order.details, "methods") if isinstance(n, str))
    return names or None


def payer_fee(view: OrderView, method: str, channel: str) -> int:
    """What the payer pays on top with this method, in sen; the channel's own figure wins over the method's."""
    return _fee(mapping(view.order.details, "payer_fees"), method, channel)


def merchant_fee(view: OrderView, method: str, channel: str) -> int:
    """What this method keeps of the order's total, in sen; never more than that."""
    return min(_fee(mapping(view.order.details, "merchant_fees"), method, channel), view.order.total_sen)


def _fee(fees: Mapping[str, Any], method: str, channel: str) -> int:
    return max(sen(fees, exact if (exact := f"{method}:{channel}") in fees else method), 0)
