"""Products with their variants: a row for each variant, found again by its SKU."""

from __future__ import annotations

from gerai.engine.desk.goods_job import begin_goods
from gerai.engine.desk.goods_lines import VariantLine
from gerai.engine.desk.importing import Import
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "products", "catalogue:write", Bilingual("Impor produk", "Import products"), VariantLine, "variants.list",
    begin_goods,
)  # fmt: skip
