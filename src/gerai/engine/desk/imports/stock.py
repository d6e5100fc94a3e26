"""Counts of stock: a row for each variant in a warehouse."""

from __future__ import annotations

from gerai.engine.desk.importing import Import
from gerai.engine.desk.stock_job import StockLine, begin_stock
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "stock", "catalogue:write", Bilingual("Impor hitungan stok", "Import counts of stock"), StockLine, "stock.list",
    begin_stock, reasoned=True, here=True,
)  # fmt: skip
