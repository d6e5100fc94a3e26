"""What the view and the acts about stock share: a counted variant in a warehouse, and how it was seen."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import Seen, seen_of
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.stock.find import Level, level
from gerai.engine.stock.shelves import shelf

Pieces = Annotated[int, Meta(ge=1, le=1_000_000_000)]


def counted_variant(within: Within, variant_id: int) -> Variant:
    """Refuses InputInvalid: no such variant, or one whose stock is not counted."""
    variant = catalogue_of(within).variants.get(variant_id)
    if variant is None:
        raise InputInvalid({"variant_id": [f"there is no variant {variant_id}"]})
    require_counted(variant)
    return variant


def require_counted(variant: Variant, field: str = "variant_id") -> None:
    """Refuses InputInvalid: its stock is not counted."""
    if not variant.is_inventory:
        raise InputInvalid({field: [f"stock of {variant.name} is not counted: variants.edit can change that"]})


def require_warehouse(within: Within, variant: Variant, warehouse_id: int, field: str = "warehouse_id") -> None:
    """Refuses InputInvalid: no such warehouse, or a second one for what is not sent: its orders take it from one."""
    require_place(catalogue_of(within), within.environment, variant, warehouse_id, field)


def require_place(
    catalogue: ProductCatalogue, environment: str, variant: Variant, warehouse_id: int, field: str = "warehouse_id"
) -> None:
    """The same, of a catalogue."""
    if warehouse_id not in catalogue.warehouses:
        raise InputInvalid({field: [f"there is no warehouse {warehouse_id}"]})
    kept = places(catalogue, environment, variant)
    if warehouse_id not in kept:
        name = catalogue.warehouses[kept[0]].name
        raise InputInvalid({field: [f"{variant.name} is not sent, so it is kept in one place: {kept[0]}, {name}"]})


def places(catalogue: ProductCatalogue, environment: str, variant: Variant) -> list[int]:
    """The warehouses where a variant may be, by id: all; what is not sent is where it is already, else in the first
    that it gets to."""
    there = [*catalogue.stock_rows(environment, variant.variant_id)] if variant.is_digital else []
    return there or [*catalogue.warehouses]


async def shelf_in(within: Within, variant: Variant, warehouse_id: int) -> int:
    """The id of the row that orders reserve from, made when it is not there. Refuses InputInvalid as above."""
    return await shelf(within.engine, within.merchant_id, within.environment, variant, warehouse_id)


async def seen_on_hand(within: Within, variant_id: int, warehouse_id: int, seen: Seen | UnsetType) -> int | None:
    """How many were there when it was seen so; None: it was not said. Less than none: it looks otherwise by now."""
    if seen is UNSET:
        return None
    now = await level(within.engine, within.merchant_id, within.environment, variant_id, warehouse_id)
    return now.on_hand if seen == seen_level(now) else -1


def seen_level(found: Level) -> str:
    """As it looks to whoever counts it or marks it: what orders are promised is no part of that."""
    return seen_of(found.item_id, found.warehouse_id, found.on_hand, found.low_at)
