"""What this door keeps with an order. Nobody else writes it; pages get what they show from the order's own columns."""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.records import Order


class OrderDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """The service as it was when it was ordered."""

    service_code: str = ""
    processing_type: str = ""

    def kept(self) -> dict[str, Any]:
        """As ``Order.details`` holds it."""
        return msgspec.to_builtins(self)

    def labels(self) -> dict[str, str]:
        """As ``Order.labels`` holds it. A partial one is what a list is filtered by."""
        return msgspec.to_builtins(self)


def details_of(order: Order) -> OrderDetails:
    """What was kept with an order; what earlier versions did not keep is empty."""
    return msgspec.convert(order.details, OrderDetails)
