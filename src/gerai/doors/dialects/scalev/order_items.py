"""What an order's lines are in the merchant's catalogue: engine lines with their stock, weights and prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.domain.refusals import OutOfStock
from gerai.doors.dialects.scalev.order_details import OPTION, VARIANT, LineDetails
from gerai.doors.dialects.scalev.request import NewOrder, WantedLine
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.products import BundlePart, PriceOption, ProductCatalogue, Store, Variant
from gerai.engine.orders.lines import NewLine
from gerai.engine.shipping.nearest import Warehouse

_ABSENT = "does not exist in this store"


class AskedVariant(NamedTuple):
    """A variant that was asked for, the price option it came with, its share of that price, and the field of the
    request that says how many."""

    variant: Variant
    quantity: int
    option: PriceOption | None
    share_sen: int
    asked_at: str


@dataclass
class Goods:
    """What was asked for, found."""

    variants: list[AskedVariant] = field(default_factory=list[AskedVariant])
    options: list[tuple[PriceOption, int]] = field(default_factory=list[Any])
    weight_bump_g: int = 0

    @property
    def has_parcel(self) -> bool:
        return any(not asked.variant.is_digital for asked in self.variants)

    @property
    def weight_g(self) -> int:
        """Of what goes into the parcel, without boxes."""
        return sum(a.variant.weight_g * a.quantity for a in self.variants if not a.variant.is_digital)

    @property
    def price_sen(self) -> int:
        alone = sum(asked.variant.price_sen * asked.quantity for asked in self.variants if asked.option is None)
        return alone + sum(option.price_sen * quantity for option, quantity in self.options)

    @property
    def cost_sen(self) -> int:
        return sum(asked.variant.cost_sen * asked.quantity for asked in self.variants)


def find_goods(wanted: NewOrder, catalogue: ProductCatalogue, store: Store, form: Fields) -> Goods:
    """Everything asked for, as this store sells it. What it does not sell is noted as a mistake of its line."""
    goods = Goods()
    for line in wanted.variants:
        variant = catalogue.variant(line.reference)
        if variant is None or not catalogue.sells_variant(store, variant):
            form.complain(f"{line.path}.variant_unique_id", _ABSENT)
        else:
            goods.variants.append(AskedVariant(variant, line.quantity, None, 0, f"{line.path}.quantity"))
    for line in wanted.bundles:
        _find_bundle(goods, line, catalogue, store, form)
    if goods.price_sen > MAX_SEN // 100:
        form.complain("ordervariants" if wanted.variants else "orderbundles", "cost too much for one order")
    return goods


def _find_bundle(goods: Goods, line: WantedLine, catalogue: ProductCatalogue, store: Store, form: Fields) -> None:
    option = catalogue.option(line.reference)
    if option is None or not catalogue.sells_option(store, option):
        form.complain(f"{line.path}.bundle_price_option_unique_id", _ABSENT)
        return
    bundle = catalogue.bundles[option.bundle_id]
    shares = share_out(
        option.price_sen * line.quantity,
        [catalogue.variants[part.variant_id].price_sen * part.quantity for part in bundle.parts],
    )
    goods.options.append((option, line.quantity))
    goods.weight_bump_g += bundle.weight_bump_g * line.quantity
    for part, share in zip(bundle.parts, shares, strict=True):
        variant, quantity = _variant(catalogue, part), part.quantity * line.quantity
        goods.variants.append(AskedVariant(variant, quantity, option, share, f"{line.path}.quantity"))


def _variant(catalogue: ProductCatalogue, part: BundlePart) -> Variant:
    return catalogue.variants[part.variant_id]


def share_out(amount_sen: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to ``weights``, in whole sen; the parts add up, the last one takes the rest."""
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    shares = [amount_sen * weight // total for weight in weights]
    if shares:
        shares[-1] += amount_sen - sum(shares)
    return shares


def engine_lines(
    goods: Goods, catalogue: ProductCatalogue, environment: str, warehouse: Warehouse | None
) -> list[NewLine]:
    """Lines for the engine: each bundle once with its price, its parts at no price; each counted item with its stock.

    OutOfStock when a counted item has no stock at the warehouse at all.
    """
    lines = [
        NewLine(OPTION, option.option_id, option.name, quantity, option.price_sen, option.price_sen * quantity)
        for option, quantity in goods.options
    ]
    for asked in goods.variants:
        variant, quantity, option, share, _ = asked
        price = 0 if option is not None else variant.price_sen
        details = LineDetails(
            unique_id=variant.unique_id,
            item_type=variant.item_type,
            sku=variant.sku,
            options=list(variant.options),
            price_sen=variant.price_sen,
            reseller_price_sen=variant.reseller_price_sen,
            cost_sen=variant.cost_sen,
            weight_g=variant.weight_g,
            is_inventory=variant.is_inventory,
            bundle=option.unique_id if option is not None else "",
            share_sen=share,
        )
        lines.append(
            NewLine(
                VARIANT, variant.variant_id, variant.name, quantity, price, price * quantity,
                _stock_id(catalogue, environment, goods, asked, warehouse), msgspec.to_builtins(details),
                asked.asked_at,
            )
        )  # fmt: skip
    return lines


def _stock_id(
    catalogue: ProductCatalogue, environment: str, goods: Goods, asked: AskedVariant, warehouse: Warehouse | None
) -> int | None:
    """The stock row a line reserves: at the parcel's warehouse, for digital goods wherever it is kept."""
    variant = asked.variant
    if not variant.is_inventory:
        return None
    rows = catalogue.stock_rows(environment, variant.variant_id)
    if variant.is_digital:
        found = next(iter(rows.values()), None)
    else:
        found = rows.get(warehouse.warehouse_id) if warehouse is not None else None
    if found is None:
        same = [other for other in goods.variants if other.variant.variant_id == variant.variant_id]
        wanted, fields = sum(other.quantity for other in same), dict.fromkeys(other.asked_at for other in same)
        raise OutOfStock(item=variant.name, wanted=wanted, available=0, fields=tuple(fields))
    return found
