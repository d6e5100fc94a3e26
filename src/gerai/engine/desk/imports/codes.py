"""Licence codes: a row for each."""

from __future__ import annotations

from gerai.engine.desk.codes_job import CodeLine, begin_codes
from gerai.engine.desk.importing import Import
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "codes", "catalogue:write", Bilingual("Impor kode lisensi", "Import licence codes"), CodeLine, "codes.list",
    begin_codes, here=True,
)  # fmt: skip
