"""Shipping rates: a row for each, found again by courier service, origin and destination."""

from __future__ import annotations

from gerai.engine.desk.importing import Import
from gerai.engine.desk.rate_job import RateLine, begin_rates
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "rates", "catalogue:write", Bilingual("Impor tarif kirim", "Import shipping rates"), RateLine, "rates.list",
    begin_rates,
)  # fmt: skip
