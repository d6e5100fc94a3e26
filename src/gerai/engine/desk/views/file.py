"""One digital file of a variant."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.files import FileRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import variant_files as sql


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await sql.one(connection, within.merchant_id, wanted.id)
    return ViewPage([] if found is None else [row_of(within, found)])


VIEW = View("files.show", "catalogue:read", Bilingual("Sebuah berkas digital", "A digital file"), ById, FileRow, run)
