"""Whose units are licence codes, and how many codes there are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import CodePool
from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import codes as sql


class CodePoolFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``low``: only those that have a low mark and no more codes than that."""

    low: Annotated[bool, words("Hanya yang menipis", "Only what is low", True)] = False
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class CodePoolRow(msgspec.Struct, frozen=True):
    """One variant (``id``). ``free``: nobody's yet; ``given``: those of orders; ``withdrawn``: taken back unused;
    ``low``: no more are free than ``low_at``."""

    id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    name: Annotated[str, words("Nama", "Name")]
    sku: Annotated[str, words("SKU", "SKU")]
    free: Annotated[int, words("Tersedia", "Free")]
    given: Annotated[int, words("Sudah diberikan", "Given")]
    withdrawn: Annotated[int, words("Ditarik", "Withdrawn")]
    low_at: Annotated[int | None, words("Tanda menipis", "Low mark")]
    low: Annotated[bool, words("Menipis", "Low")]
    updated_at: Annotated[datetime, words("Terakhir berubah", "Last changed")]


def row_of(pool: CodePool, catalogue: ProductCatalogue) -> CodePoolRow:
    """A pool as it is listed."""
    variant = catalogue.variants.get(pool.variant_id)
    name, sku = ("", "") if variant is None else (variant.name, variant.sku)
    return CodePoolRow(
        pool.variant_id, name, sku, pool.free, pool.given, pool.withdrawn, pool.low_at,
        pool.low_at is not None and pool.free <= pool.low_at, pool.updated_at,
    )  # fmt: skip


async def run(within: Within, wanted: CodePoolFilter) -> ViewPage:
    """By variant."""
    of = (within.merchant_id, within.environment, int(wanted.after or 0), wanted.limit + 1)
    async with within.engine.connection() as connection:
        found = await sql.pools_page(connection, *of, low=wanted.low)
    catalogue = catalogue_of(within)
    return paged([row_of(pool, catalogue) for pool in found], wanted.limit)


VIEW = View(
    "code_pools.list", "catalogue:read", Bilingual("Persediaan kode", "Stock of codes"), CodePoolFilter, CodePoolRow,
    run,
)  # fmt: skip
