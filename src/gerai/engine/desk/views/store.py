"""One store."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.goods import catalogue_of, found_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.stores import StoreRow, row_of
from gerai.kit.bilingual import Bilingual


class WantedStore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which one."""

    id: Annotated[Id, words("Nomor", "Id")]


async def run(within: Within, wanted: WantedStore) -> ViewPage:
    """Refuses NotFound."""
    catalogue = catalogue_of(within)
    return ViewPage([row_of(found_in(catalogue.stores, "store", wanted.id), catalogue)])


VIEW = View("stores.show", "catalogue:read", Bilingual("Satu toko", "One store"), WantedStore, StoreRow, run)
