"""A row of a file of goods: a variant, and what its product is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, Name, PriceSen, words
from gerai.engine.desk.goods import Images, ItemType, Labels, Options, Sku, StoreIds, WeightG, Wording

#: An empty cell says nothing of it.
_Filled = Annotated[Wording, Meta(min_length=1)]


class VariantLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row. ``sku`` names the variant, and ``id`` does where it has none; what is not given stays, or has its default.
    A SKU that nothing has is a new variant: of the product that is called so, else of a new one.

    ``name``, ``public_name``, ``item_type``, ``visible``, ``differ_in``, ``labels`` and ``images`` are the product's.
    ``stores``: those that offer a new product; not given: the shop's only one.
    """

    sku: Annotated[Sku | UnsetType, words("SKU", "SKU", "KP-M")] = UNSET
    id: Annotated[Id | UnsetType, words("Nomor", "Id")] = UNSET
    name: Annotated[Name | UnsetType, words("Nama produk", "Name of the product", "Kaos Polos")] = UNSET
    options: Annotated[Options | UnsetType, words("Pilihan", "Options", ("M",))] = UNSET
    price_sen: Annotated[PriceSen | UnsetType, words("Harga", "Price", 150_000_00)] = UNSET
    reseller_price_sen: Annotated[PriceSen | UnsetType, words("Harga reseller", "Reseller price", 135_000_00)] = UNSET
    cost_sen: Annotated[PriceSen | UnsetType, words("Modal", "Cost", 90_000_00)] = UNSET
    weight_g: Annotated[WeightG | UnsetType, words("Berat (gram)", "Weight (grams)", 250)] = UNSET
    counted: Annotated[bool | UnsetType, words("Stok dihitung", "Stock is counted", True)] = UNSET
    active: Annotated[bool | UnsetType, words("Dijual", "Sold", True)] = UNSET
    variant_name: Annotated[_Filled | UnsetType, words("Nama varian", "Name of the variant")] = UNSET
    public_name: Annotated[_Filled | UnsetType, words("Nama di toko", "Name in the store")] = UNSET
    item_type: Annotated[ItemType | UnsetType, words("Jenis", "Kind", "physical")] = UNSET
    visible: Annotated[bool | UnsetType, words("Ditampilkan", "Shown", True)] = UNSET
    differ_in: Annotated[Options | UnsetType, words("Pembeda varian", "What variants differ in", ("Ukuran",))] = UNSET
    labels: Annotated[Labels | UnsetType, words("Label", "Labels")] = UNSET
    images: Annotated[Images | UnsetType, words("Gambar produk", "Pictures of the product")] = UNSET
    variant_images: Annotated[Images | UnsetType, words("Gambar varian", "Pictures of the variant")] = UNSET
    stores: Annotated[StoreIds | UnsetType, words("Nomor toko", "Ids of stores")] = UNSET


_FACTS: Final = {
    name: name for name in ("sku", "price_sen", "reseller_price_sen", "cost_sen", "weight_g", "counted", "active")
}
#: What the acts call the columns: {an act's field: the column}.
OF_VARIANT: Final = {"name": "variant_name", "options": "options", "images": "variant_images"} | _FACTS
OF_PRODUCT: Final = {"options": "differ_in"} | {n: n for n in ("name", "public_name", "labels", "images")}
OF_NEW: Final = OF_PRODUCT | _FACTS | {"first_options": "options"} | {n: n for n in ("item_type", "visible", "stores")}


def given_of(line: VariantLine, fields: Mapping[str, str]) -> dict[str, Any]:
    """What a row gives for the fields of an act."""
    found = {field: getattr(line, column) for field, column in fields.items()}
    return {field: value for field, value in found.items() if value is not UNSET}


def by_column(refusal: InputInvalid, fields: Mapping[str, str]) -> InputInvalid:
    """What an act refuses, under the names of the columns."""
    return InputInvalid({fields.get(name, name): texts for name, texts in refusal.fields.items()})
