"""The shops that whoever asks may see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.directory_entries import MerchantFacts
from gerai.kit.bilingual import Bilingual


class MerchantFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them, a page at a time."""

    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 200


class ShopRow(msgspec.Struct, frozen=True):
    """A shop. ``simulated``: it moves play money only; ``closed_at``: since when it takes no orders."""

    code: Annotated[str, words("Kode", "Code")]
    name: Annotated[str, words("Nama", "Name")]
    id: Annotated[Id, words("Nomor", "Id")]
    simulated: Annotated[bool, words("Hanya uang mainan", "Simulated")]
    closed_at: Annotated[datetime | None, words("Ditutup", "Closed")]


def row_of(merchant: MerchantFacts) -> ShopRow:
    """A merchant as it is listed."""
    return ShopRow(merchant.code, merchant.name, merchant.merchant_id, merchant.simulated, merchant.closed_at)


def seen_from(within: Within) -> list[MerchantFacts]:
    """Those that whoever looks may see, by id."""
    return [one for one in within.engine.directory.merchants() if within.sees(one.merchant_id)]


async def run(within: Within, wanted: MerchantFilter) -> ViewPage:
    """By id, closed ones too."""
    behind = int(wanted.after or 0)
    found = [row_of(one) for one in seen_from(within) if one.merchant_id > behind]
    return paged(found[: wanted.limit + 1], wanted.limit)


VIEW = View(
    "merchants.list", "settings:read", Bilingual("Semua toko", "Merchants"), MerchantFilter, ShopRow, run, outside=True
)
