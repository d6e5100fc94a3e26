"""The body of ``POST /v3/orders``, read and checked as far as that needs no catalogue (contract §9)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.doors.dialects.scalev.formats import kept_json
from gerai.doors.dialects.scalev.methods import METHODS, SUB_METHODS
from gerai.doors.dialects.scalev.reading import BLANK, Reader

MAX_LINES: Final = 100
MAX_QUANTITY: Final = 10_000
#: The five fields without which a parcel cannot be sent (seed, "Physical Product Orders" 3).
PARCEL_FIELDS: Final = ("address", "location_id", "warehouse_unique_id", "shipping_cost", "courier_service_id")
AGGREGATORS: Final = frozenset({"mengantar", "lincah", "ninja"})

_KEPT_TEXTS: Final = (
    "dropshipper_name", "page_unique_id", "channel_unique_id", "payment_account_unique_id", "payment_account_holder",
    "payment_account_number", "transferproof_url", "post_payment_redirect_url",
)  # fmt: skip
_KEPT_FLAGS: Final = ("is_dropshipping", "is_probably_spam", "is_post_payment_redirect_enabled")


class WantedLine(msgspec.Struct, frozen=True):
    """A line as ordered: the unique id of a variant or price option, how many, and where it stands in the body."""

    unique_id: str
    quantity: int
    path: str


class NewOrder(msgspec.Struct, frozen=True):
    """An order as sent. Amounts in sen; None or empty: not given."""

    store_unique_id: str
    customer_name: str
    customer_phone: str
    customer_email: str
    variants: tuple[WantedLine, ...]
    bundles: tuple[WantedLine, ...]
    payment_method: str
    sub_payment_method: str
    address: str | None
    location_id: int | None
    warehouse_unique_id: str | None
    shipping_cost: int | None
    courier_service_id: int | None
    postal_code: str
    shipment_provider_code: str
    shipping_discount: int
    product_discount: int
    other_income: int
    notes: str
    extras: dict[str, Any]


def read_order(reader: Reader) -> NewOrder:
    """Read the body. InputInvalid with every mistake, each under its field's path."""
    wanted = NewOrder(
        store_unique_id=reader.text("store_unique_id", required=True, maximum=64) or "",
        customer_name=reader.text("customer_name", required=True, maximum=200) or "",
        customer_phone=reader.phone("customer_phone") or "",
        customer_email=reader.email("customer_email") or "",
        variants=_lines(reader, "ordervariants", "variant_unique_id"),
        bundles=_lines(reader, "orderbundles", "bundle_price_option_unique_id"),
        payment_method=reader.choice("payment_method", METHODS) or "",
        sub_payment_method=reader.choice("sub_payment_method", SUB_METHODS) or "",
        address=reader.text("address", maximum=500),
        location_id=reader.integer("location_id"),
        warehouse_unique_id=reader.text("warehouse_unique_id", maximum=64),
        shipping_cost=reader.amount("shipping_cost"),
        courier_service_id=reader.integer("courier_service_id"),
        postal_code=reader.postal_code("postal_code") or "",
        shipment_provider_code=reader.choice("shipment_provider_code", AGGREGATORS) or "",
        shipping_discount=reader.amount("shipping_discount") or 0,
        product_discount=reader.amount("product_discount") or 0,
        other_income=reader.amount("other_income") or 0,
        notes=reader.text("notes", maximum=2000) or "",
        extras=_extras(reader),
    )
    if not wanted.variants and not wanted.bundles and not any(n.startswith("order") for n in reader.mistakes):
        reader.wrong("ordervariants", BLANK)
    reader.finish()
    return wanted


def _lines(reader: Reader, name: str, id_field: str) -> tuple[WantedLine, ...]:
    wanted: list[WantedLine] = []
    for item in reader.objects(name, maximum=MAX_LINES):
        unique_id = item.text(id_field, required=True, maximum=64)
        quantity = item.integer("quantity", required=True, maximum=MAX_QUANTITY)
        if unique_id and quantity:
            wanted.append(WantedLine(unique_id, quantity, f"{name}.{len(wanted)}"))
    return tuple(wanted)


def _extras(reader: Reader) -> dict[str, Any]:
    """Optional fields that are kept and echoed; absent ones are left out."""
    extras: dict[str, Any] = {name: reader.text(name, maximum=500) for name in _KEPT_TEXTS}
    extras |= {name: reader.flag(name) for name in _KEPT_FLAGS}
    extras["other_income_name"] = reader.text("other_income_name")
    extras["dropshipper_phone"] = reader.phone("dropshipper_phone")
    extras["financial_entity_id"] = reader.integer("financial_entity_id")
    extras |= {name: kept_json(reader.mapping(name)) for name in ("metadata", "agent_context")}
    return {name: value for name, value in extras.items() if value}
