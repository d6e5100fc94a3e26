"""What an order of this door freezes into its ``details``: everything the answer shows that is no row of its own.

Amounts are sen, weights grams.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.records import Order, OrderLine, OrderView, Shipment
from gerai.doors.dialects.scalev.methods import METHODS
from gerai.doors.http.page_details import Discount, PageDetails, ShippingDetails

#: The ``channel`` of this door's orders, also its name.
CHANNEL: Final = "scalev"
#: ``item_kind`` of order lines: what is sold alone or inside a bundle, and the priced bundle itself.
VARIANT: Final = "variant"
OPTION: Final = "price_option"


class StoreDetails(msgspec.Struct, frozen=True):
    """``domain``: the store's own verified address, empty where its orders are shown under the server's."""

    id: int
    unique_id: str
    uuid: str
    name: str
    digital_completion: str
    domain: str = ""


class CustomerDetails(msgspec.Struct, frozen=True):
    name: str
    email: str
    phone: str


class Totals(msgspec.Struct, frozen=True):
    """The formula of the contract (§9.3): product − product_discount + shipping − shipping_discount + other_income −
    unique_code − discount_code. Its exact result is rounded by the order."""

    product: int
    product_discount: int = 0
    shipping: int = 0
    shipping_discount: int = 0
    other_income: int = 0
    unique_code: int = 0
    discount_code: int = 0
    cost: int = 0

    @property
    def exact(self) -> int:
        """What the order costs before it is rounded to whole rupiah."""
        charged = self.product + self.shipping + self.other_income
        return charged - self.product_discount - self.shipping_discount - self.unique_code - self.discount_code


class Area(msgspec.Struct, frozen=True):
    """An address by its parts."""

    street: str
    location_id: int
    subdistrict: str
    city: str
    province: str
    postal_code: str


class AgreedShipping(msgspec.Struct, frozen=True):
    """How the order was agreed to be sent. ``title``, ``cost_sen``, ``etd`` and ``address`` are for people; the rest is
    for the contract. Codes, weight, who books it and from where it leaves are the shipment's."""

    title: str
    cost_sen: int
    etd: str
    address: str
    destination: Area
    origin: Area
    warehouse_unique_id: str
    warehouse_name: str
    warehouse_contact_name: str
    warehouse_contact_phone: str
    service_id: int
    service_name: str
    courier_id: int
    courier_name: str
    pickup: bool


class OrderDetails(msgspec.Struct, frozen=True):
    """``sent_method`` and ``sent_sub_method`` are what the client wrote; ``method`` and ``channel_code`` the stored
    form. ``extras`` are the optional request fields that are only kept and echoed. ``noted`` is what people
    said while changing the status (proof of transfer, another payment method)."""

    store: StoreDetails
    customer: CustomerDetails
    totals: Totals
    item_types: list[str]
    method: str = ""
    channel_code: str = ""
    sent_method: str = ""
    sent_sub_method: str = ""
    product_weight_g: int = 0
    weight_bump_g: int = 0
    shipping: AgreedShipping | None = None
    discounts: list[dict[str, Any]] = []
    note: str = ""
    extras: dict[str, Any] = {}
    noted: dict[str, Any] = {}

    def as_details(self) -> dict[str, Any]:
        """As plain data for the order's ``details``; what an order has not is left out."""
        details: dict[str, Any] = msgspec.to_builtins(self)
        return {name: value for name, value in details.items() if value not in (None, [], {}, "")}


def labels(*, store_id: int | None, method: str, channel_code: str) -> dict[str, str]:
    """What this door lists orders by, as ``Order.labels``; what is not known (or not asked for) is left out."""
    found = {"store_id": "" if store_id is None else str(store_id), "method": method, "channel_code": channel_code}
    return {name: value for name, value in found.items() if value}


class LineDetails(msgspec.Struct, frozen=True):
    """Details of a line. ``unique_id`` is the variant's; ``bundle``: unique id of the price option it came with;
    ``share_sen``: its part of the bundle's price (a line of its own costs its line total)."""

    unique_id: str = ""
    item_type: str = "physical"
    sku: str = ""
    options: list[str] = []
    price_sen: int = 0
    reseller_price_sen: int = 0
    cost_sen: int = 0
    weight_g: int = 0
    is_inventory: bool = False
    bundle: str = ""
    share_sen: int = 0


class ParcelDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """``Shipment.details`` of this door: what the aggregator said of the waybill, and the courier's note."""

    aggregator_awb: str = ""
    courier_note: str = ""

    def as_details(self) -> dict[str, Any]:
        """As plain data for ``Shipment.details``; what is empty is left out."""
        return msgspec.to_builtins(self)


def details_of(order: Order) -> OrderDetails:
    """What this door froze with the order."""
    return msgspec.convert(order.details, OrderDetails)


def parcel_details_of(shipment: Shipment) -> ParcelDetails:
    """What this door keeps with the parcel."""
    return msgspec.convert(shipment.details, ParcelDetails)


def revised_with_noted(noted: dict[str, Any], order: Order) -> tuple[dict[str, Any], dict[str, str]]:
    """The order's details with what a person noted now on top of what was noted before, and its labels: a list shows it
    by the method that is noted, and so must find it by that."""
    facts = details_of(order)
    details = {**order.details, "noted": {**facts.noted, **noted}}
    if "payment_method" not in noted:
        return details, order.labels
    method = METHODS[noted["payment_method"]]
    return details, labels(store_id=facts.store.id, method=method.kind, channel_code=method.channel)


def page_details(view: OrderView) -> PageDetails:
    """What the hosted page shows of an order: how it is sent, what was taken off, the buyer's note, who collects."""
    facts = details_of(view.order)
    shipping = facts.shipping
    return PageDetails(
        shipping=None
        if shipping is None
        else ShippingDetails(shipping.title, shipping.cost_sen, shipping.etd, shipping.address),
        discounts=tuple(Discount(**discount) for discount in facts.discounts),
        note=facts.note,
        domain=facts.store.domain,
        # No courier comes for what is only digital: such an order is recorded, and its seller collects in another way.
        cash_on_delivery=facts.method == "cod" and any(_is_parcel(line) for line in view.lines),
    )


def _is_parcel(line: OrderLine) -> bool:
    """Whether a line is something to carry."""
    return msgspec.convert(line.details, LineDetails).item_type == "physical"
