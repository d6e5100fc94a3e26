"""What a first order of a shop may be of, at which doors, and how it is placed there."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from gerai.engine.catalogue.products import ProductCatalogue, Store, Variant
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.own_sales import own_sales
from gerai.engine.desk.sample_orders import ForSale, ParcelForSale, SampleOrder
from gerai.engine.desk.shipping import districts_of, rates_of
from gerai.kit.schema_sample import sample_of


class FirstOrder(NamedTuple):
    """What is ordered, and how it is."""

    sold: ForSale
    request: SampleOrder


def for_sale(within: Within) -> list[ForSale]:
    """What the shop sells that a first order may be of: its newest goods (sent in a parcel that can be, or digital and
    never sold out), its newest service, and what its counters sell of themselves."""
    own = [one.sells(within) for one in own_sales().values()]
    return [one for one in (_newest_goods(within), _newest_service(within), *own) if one is not None]


def _newest_goods(within: Within) -> ForSale | None:
    catalogue = catalogue_of(within)
    offered = {product: store for store, products in catalogue.products_of_store.items() for product in products}
    for variant in sorted(catalogue.variants.values(), key=lambda one: one.variant_id, reverse=True):
        if not variant.is_active or variant.product_id not in offered:
            continue
        store = catalogue.stores[offered[variant.product_id]]
        if variant.is_digital:
            if not variant.is_inventory:
                return _goods(store, variant, None)
        elif (parcel := _parcel(within, catalogue, variant)) is not None:
            return _goods(store, variant, parcel)
    return None


def _goods(store: Store, variant: Variant, parcel: ParcelForSale | None) -> ForSale:
    method = next(iter(store.payment_methods), "")
    return ForSale(variant.name, variant.price_sen, store.unique_id, variant.unique_id, method, parcel=parcel)


def _parcel(within: Within, catalogue: ProductCatalogue, variant: Variant) -> ParcelForSale | None:
    """To a neighbour of a warehouse that has it, by the cheapest courier; None: it cannot be sent."""
    districts, rates = districts_of(within), rates_of(within)
    for warehouse in catalogue.warehouses.values():
        origin = districts.by_id.get(warehouse.location_id)
        counted = (within.environment, variant.variant_id, warehouse.warehouse_id) in catalogue.stock_ids
        if origin is None or (variant.is_inventory and not counted):
            continue
        for quote in rates.quotes(origin.code, origin.code, variant.weight_g)[:1]:
            return ParcelForSale(
                origin.location_id, warehouse.postal_code, warehouse.unique_id, quote.service.service_id, quote.cost_sen
            )
    return None


def _newest_service(within: Within) -> ForSale | None:
    services = within.engine.directory.get(SERVICES, within.merchant_id)
    fit = [one for one in services.by_id.values() if one.is_active and services.types[one.type_id].is_active]
    if not fit:
        return None
    service = max(fit, key=lambda one: one.service_id)
    data: Any = sample_of(services.types[service.type_id].input_schema)
    return ForSale(service.name, service.unit_price_sen, service=service.code, data=data)


def doors_to_try(within: Within) -> list[str]:
    """The doors at which something of the shop can be ordered, with keys for this environment; those of goods and
    services of their own first."""
    sold = for_sale(within)
    able: list[tuple[bool, str]] = []
    for door, sample in within.house.samples.items():
        maker = within.house.doors.get(door)
        if maker is not None and within.environment in maker.environments and any(sample(one, "") for one in sold):
            able.append((sample(ForSale("", 100), "") is not None, door))
    return [door for _, door in sorted(able)]


def first_order(within: Within, door: str, key: str) -> FirstOrder | None:
    """What is ordered at this door with this key, and how; None: nothing of the shop can be."""
    sample = within.house.samples.get(door)
    for sold in for_sale(within):
        request = None if sample is None else sample(sold, key)
        if request is not None:
            return FirstOrder(sold, request)
    return None


def curl_of(order: SampleOrder, base_url: str) -> str:
    """The command that sends it, ready to be pasted."""
    headers: Mapping[str, str] = {**order.headers, "Content-Type": "application/json"}
    words = ["curl", f"{base_url}{order.path}"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "-d", msgspec.json.encode(order.body).decode()])


def service_requests(within: Within, service: str, data: Any, key: str) -> list[tuple[str, SampleOrder]]:
    """How a service of this code, with this data, is ordered at the doors that sell services."""
    sold, anything = ForSale("", 100, service=service, data=data), ForSale("", 100)
    found = [(door, make(sold, key)) for door, make in within.house.samples.items() if make(anything, key) is None]
    return [(door, order) for door, order in found if order is not None]
