"""How an order may be paid and what that costs, from the keys under which doors keep it in ``order.details``.

``methods`` ["va", "va:BCA", …] (what may be offered; absent: everything), ``payer_fees`` {"va": sen, "va:BCA": sen}
(what the payer pays on top with that method), ``merchant_fees`` likewise (what the method keeps of the total).
"""

from __future__ import annotations

from typing import Any

from gerai.domain.records import OrderView


def allowed_methods(view: OrderView) -> frozenset[str] | None:
    """The methods (``va``) and channels (``va:BCA``) this order may be paid with; None means all."""
    names = view.order.details.get("methods")
    return frozenset(n for n in names if isinstance(n, str)) or None if isinstance(names, list) else None


def payer_fee(view: OrderView, method: str, channel: str) -> int:
    """What the payer pays on top with this method, in sen; the channel's own figure wins over the method's."""
    return _fee(view.order.details.get("payer_fees"), method, channel)


def merchant_fee(view: OrderView, method: str, channel: str) -> int:
    """What this method keeps of the order's total, in sen; never more than that."""
    return min(_fee(view.order.details.get("merchant_fees"), method, channel), view.order.total_sen)


def _fee(fees: Any, method: str, channel: str) -> int:
    if not isinstance(fees, dict):
        return 0
    fee = fees.get(f"{method}:{channel}", fees.get(method))
    return max(fee, 0) if isinstance(fee, int) and not isinstance(fee, bool) else 0
