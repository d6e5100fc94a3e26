"""Shapes of stores, products and bundles (contract §3 to §5). Prices are plain numbers here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.doors.dialects.scalev.request import MAX_QUANTITY
from gerai.engine.catalogue.products import Bundle, PriceOption, Product, ProductCatalogue, Store, Variant

#: How many of a variant can be sold, by variant id; variants that are not counted are missing.
Available = Mapping[int, int]


def number(sen: int) -> int | float:
    """Sen as a JSON number of rupiah: 200000, and 200000.5 where there are sen. For showing only."""
    rupiah, rest = divmod(sen, SEN_PER_RUPIAH)
    return rupiah if rest == 0 else sen / SEN_PER_RUPIAH


def store(shown: Store, business_id: int) -> dict[str, Any]:
    """A store as lists show it (§3), seed era."""
    return {
        "id": shown.store_id,
        "unique_id": shown.unique_id,
        "uuid": str(shown.uuid),
        "name": shown.name,
        "business_id": business_id,
        "logo": shown.logo or None,
        "is_active": shown.is_active,
        "is_public": shown.is_public,
        "custom_domain": _domain(shown),
        "payment_methods": list(shown.payment_methods),
        "sub_payment_methods": list(shown.sub_payment_methods),
    }


def _domain(shown: Store) -> dict[str, Any] | None:
    if not shown.domain:
        return None
    return {"id": shown.store_id, "full_url": shown.domain, "is_verified": shown.domain_verified}


def whole_store(shown: Store, business: dict[str, Any]) -> dict[str, Any]:
    """One store with its settings."""
    settings = shown.settings
    return {
        **store(shown, business["id"]),
        "business": business,
        "is_unique_code": settings.unique_code_max > 0,
        "max_unique_code_amount": settings.unique_code_max,
        "digital_only_complete_type": settings.digital_completion,
        "is_auto_expire": settings.open_for is not None,
        "auto_expire_days": -(-settings.expire_after_h // 24),
        "min_name_length": settings.min_name_length,
        "min_address_length": settings.min_address_length,
    }


def _item_type_name(item_type: str) -> str:
    return item_type.capitalize()


def _three(values: tuple[str, ...], name: str) -> dict[str, Any]:
    """``option1_…`` to ``option3_…``."""
    return {f"option{i + 1}_{name}": values[i] if i < len(values) else None for i in range(3)}


def product(shown: Product, catalogue: ProductCatalogue, available: Available) -> dict[str, Any]:
    """A product with its variants (§5.1)."""
    variants = [v for v in catalogue.variants_of_product.get(shown.product_id, ()) if v.is_active]
    return {
        "id": shown.product_id,
        "name": shown.name,
        "display": shown.public_name or shown.name,
        "is_visible": shown.is_visible,
        "public_name": shown.public_name,
        "uuid": str(shown.uuid),
        "images": list(shown.images),
        "item_type": shown.item_type,
        "item_type_name": _item_type_name(shown.item_type),
        "labels": [{"name": label} for label in shown.labels],
        **_three(shown.options, "name"),
        "variant_count": len(variants),
        "variants": [_variant(v, shown, available) for v in variants],
    }


def _variant(shown: Variant, of: Product, available: Available) -> dict[str, Any]:
    return {
        "id": shown.variant_id,
        "unique_id": shown.unique_id,
        "uuid": str(shown.uuid),
        "name": shown.name,
        "fullname": shown.name,
        "product_name": of.name,
        "sku": shown.sku or None,
        "price": number(shown.price_sen),
        "reseller_price": number(shown.reseller_price_sen),
        "weight": shown.weight_g,
        "available_qty": available.get(shown.variant_id, 0) if shown.is_inventory else MAX_QUANTITY,
        "images": list(shown.images),
        "item_type": shown.item_type,
        "is_checked": True,
        "is_editable": True,
        "metadata": shown.metadata,
        **_three(shown.options, "value"),
        **_three((), "color"),
        **_three((), "icon_url"),
    }


def bundle(
    shown: Bundle, options: list[PriceOption], catalogue: ProductCatalogue, available: Available
) -> dict[str, Any]:
    """A bundle with its lines and the price options this store sells it at (§5.2)."""
    return {
        "id": shown.bundle_id,
        "name": shown.name,
        "display": shown.public_name or shown.name,
        "public_name": shown.public_name,
        "custom_id": shown.custom_id or None,
        "images": list(shown.images),
        "is_bundle_sharing": shown.is_sharing,
        "available_qty": bundle_available(shown, catalogue, available),
        "weight_bump": shown.weight_bump_g,
        "bundlelines": [
            {
                "id": part.part_id,
                "quantity": part.quantity,
                "variant": _part(catalogue.variants[part.variant_id], catalogue),
            }
            for part in shown.parts
        ],
        "bundle_price_options": [price_option(option) for option in options],
    }


def bundle_available(shown: Bundle, catalogue: ProductCatalogue, available: Available) -> int:
    """How many whole bundles the counted parts allow; as many as a line may ask for when nothing in it is counted."""
    counted = [part for part in shown.parts if catalogue.variants[part.variant_id].is_inventory]
    return min((available.get(part.variant_id, 0) // part.quantity for part in counted), default=MAX_QUANTITY)


def _part(shown: Variant, catalogue: ProductCatalogue) -> dict[str, Any]:
    of = catalogue.products[shown.product_id]
    return {
        "id": shown.variant_id,
        "unique_id": shown.unique_id,
        "name": shown.name,
        "price": number(shown.price_sen),
        "sku": shown.sku or None,
        "weight": shown.weight_g,
        "item_type": shown.item_type,
        **_three(shown.options, "value"),
        "product_id": of.product_id,
        "product_name": of.name,
        "product": {"id": of.product_id, "name": of.name, "item_type": of.item_type},
        "images": list(shown.images),
        "metadata": shown.metadata,
        "description": None,
        "rich_description": None,
    }


def price_option(shown: PriceOption) -> dict[str, Any]:
    return {
        "id": shown.option_id,
        "unique_id": shown.unique_id,
        "name": shown.name,
        "price": number(shown.price_sen),
        "price_bt": number(shown.price_sen),
        "slug": shown.slug,
        "is_visible": shown.is_visible,
        "is_owned_by_store": True,
    }


def listed_price_option(shown: PriceOption, stores: list[dict[str, Any]]) -> dict[str, Any]:
    """An option as its own list shows it (§5.2, last lines)."""
    return {
        "id": shown.option_id,
        "bundle_id": shown.bundle_id,
        "name": shown.name,
        "price": number(shown.price_sen),
        "price_bt": number(shown.price_sen),
        "slug": shown.slug,
        "unique_id": shown.unique_id,
        "stores": stores,
    }
