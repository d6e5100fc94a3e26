"""Services and their prices: a row for each, found again by its code."""

from __future__ import annotations

from gerai.engine.desk.importing import Import
from gerai.engine.desk.service_job import ServiceLine, begin_services
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "services", "catalogue:write", Bilingual("Impor layanan", "Import services"), ServiceLine, "services.list",
    begin_services,
)  # fmt: skip
