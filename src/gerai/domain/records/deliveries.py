"""What is done for an order once it is paid: the work of a provider, its parcel, and the stock that leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Fulfilment(msgspec.Struct, frozen=True):
    """What a provider was asked to do for an order, and its result."""

    merchant_id: int
    fulfilment_id: int
    environment: str
    order_id: int
    provider: str
    status: str
    attempts: int
    request: dict[str, Any]
    reference: str
    succeeded: int
    failed: int
    result: Any
    error: str
    created_at: datetime
    updated_at: datetime

    @property
    def was_asked(self) -> bool:
        """Whether the provider was asked, or is being asked by whoever placed the order. Work that people do never is:
        nobody calls them."""
        return self.attempts > 0 or bool(self.request.get("asked"))

    @property
    def may_be_done(self) -> bool:
        """Whether the provider was asked and its result is not known: it works, or has worked, nobody knows which."""
        return self.status == "unknown" or (self.status == "requested" and self.was_asked)


class Shipment(msgspec.Struct, frozen=True):
    """An order's parcel. ``courier`` and ``service`` are codes; ``aggregator`` is who books it ("" = the merchant);
    ``cost_sen`` what the courier asks, which need not be what the buyer paid; ``receipt`` the courier's number (air
    waybill). Where it goes stands in the order. ``reported_at``: the time of the newest report of where it is, on the
    reporter's clock. ``details`` belong to the door."""

    merchant_id: int
    shipment_id: int
    environment: str
    order_id: int
    status: str
    courier: str
    service: str
    aggregator: str
    warehouse_id: int | None
    weight_g: int
    cost_sen: int
    receipt: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    reported_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None


class Stock(msgspec.Struct, frozen=True):
    """How many of an item a warehouse has, and how many of those are promised to open orders."""

    merchant_id: int
    stock_id: int
    environment: str
    item_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    updated_at: datetime

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved
