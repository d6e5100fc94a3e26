"""The request that a seller tries this door with: one service, paid from the wallet of the key's member."""

from __future__ import annotations

from gerai.engine.desk.sample_orders import ForSale, SampleOrder
from gerai.kit.json_values import is_object


def sample_order(sold: ForSale, key: str) -> SampleOrder | None:
    """An order of it; None: it is no service."""
    if not sold.service:
        return None
    # A schema that names no object has a sample that is none, and an order's data always is one.
    body = {"code": sold.service, "data": dict(sold.data) if is_object(sold.data) else {}}
    return SampleOrder("/api/order", {"Authorization": f"Bearer {key}"}, body, from_wallet=True)
