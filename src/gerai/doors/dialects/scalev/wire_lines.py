"""Shapes of order lines, and the quantity maps beside them (contract §10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec

from gerai.domain.records import OrderLine, OrderView
from gerai.doors.dialects.scalev.formats import timestamp
from gerai.doors.dialects.scalev.order_details import OPTION, VARIANT, LineDetails
from gerai.doors.dialects.scalev.wire_catalogue import number


def line_details(line: OrderLine) -> LineDetails:
    return msgspec.convert(line.details, LineDetails)


def line_uuid(line: OrderLine) -> str:
    """Stable: the same line always has the same id."""
    return str(uuid5(NAMESPACE_OID, f"{line.merchant_id}/{line.order_id}/{line.line_no}"))


def order_lines(view: OrderView) -> list[dict[str, Any]]:
    """Every variant, those inside bundles too, each with its part of the price."""
    at = timestamp(view.order.created_at)
    return [_line(line, at) for line in view.lines if line.item_kind == VARIANT]


def _line(line: OrderLine, at: str) -> dict[str, Any]:
    facts = line_details(line)
    price = number(facts.share_sen if facts.bundle else line.total_sen)
    unit, reseller, cost = number(facts.price_sen), number(facts.reseller_price_sen), number(facts.cost_sen)
    all_reseller, all_cost = (
        number(facts.reseller_price_sen * line.quantity),
        number(facts.cost_sen * line.quantity),
    )
    options = [facts.options[i] if i < len(facts.options) else None for i in range(3)]
    return {
        "id": line_uuid(line),
        "quantity": line.quantity,
        "variant": line.item_id,
        "product_name": line.name,
        "item_type": facts.item_type,
        "pricing_type": "one_time",
        "currency": "IDR",
        "variant_sku": facts.sku or None,
        "variant_option1_value": options[0],
        "variant_option2_value": options[1],
        "variant_option3_value": options[2],
        "variant_price": unit,
        "variant_price_bt": unit,
        "variant_reseller_price": reseller,
        "variant_reseller_price_bt": reseller,
        "variant_cogs": cost,
        "variant_cogs_bt": cost,
        "product_price": price,
        "product_price_bt": price,
        "reseller_product_price": all_reseller,
        "reseller_product_price_bt": all_reseller,
        "discount": 0,
        "discount_bt": 0,
        "discount_rate": 0,
        "discount_code_discount": 0,
        "discount_code_discount_bt": 0,
        "cogs": all_cost,
        "cogs_bt": all_cost,
        "tax_rate": 0,
        "weight": facts.weight_g * line.quantity,
        "is_inventory": facts.is_inventory,
        "product_business": None,
        "interval": None,
        "interval_count": None,
        "inserted_at": at,
    }


def quantity_maps(view: OrderView) -> dict[str, Any]:
    """``variants`` (ordered alone), ``bundle_price_options``, and ``final_variants`` (bundles unpacked)."""
    variants = [line for line in view.lines if line.item_kind == VARIANT]
    return {
        "variants": _by_name(line for line in variants if not line_details(line).bundle),
        "bundle_price_options": _by_name(line for line in view.lines if line.item_kind == OPTION),
        "final_variants": _by_name(variants),
        "total_quantity": sum(line.quantity for line in variants),
    }


def _by_name(lines: Iterable[OrderLine]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for line in lines:
        found[line.name] = found.get(line.name, 0) + line.quantity
    return found or None
