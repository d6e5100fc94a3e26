"""One store."""

from __future__ import annotations

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.stores import StoreRow, row_of
from gerai.kit.bilingual import Bilingual


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    catalogue = catalogue_of(within)
    return ViewPage([row_of(found_in(catalogue.stores, "store", wanted.id), catalogue)])


VIEW = View("stores.show", "catalogue:read", Bilingual("Satu toko", "One store"), ById, StoreRow, run)
