"""What may be sold and sent."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class ItemClosed(Refusal):
    """The item is switched off or outside its opening hours. ``reason``: inactive | hours."""

    item: str
    reason: str
    code = "item_closed"


@dataclass(eq=False)
class QuantityOutOfRange(Refusal):
    item: str
    quantity: int
    minimum: int
    maximum: int
    code = "quantity_out_of_range"


@dataclass(eq=False)
class OutOfStock(Refusal):
    """``wanted`` is what the whole request asks of the item. ``fields``: the fields of the request that ask for it, as
    far as its door named them."""

    item: str
    wanted: int
    available: int
    fields: tuple[str, ...] = ()
    code = "out_of_stock"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class ShippingCostMismatch(Refusal):
    given_sen: int
    right_sen: int
    code = "shipping_cost_mismatch"


@dataclass(eq=False)
class NothingToShip(Refusal):
    """The order has no parcel: nothing it holds is sent anywhere."""

    order: str
    code = "nothing_to_ship"


@dataclass(eq=False)
class PartnerRefused(Refusal):
    """A partner looked and refused (for example: no such player). ``reason`` is for the log and the door."""

    partner: str
    reason: str
    code = "partner_refused"
