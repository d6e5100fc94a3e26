"""Save how a list is narrowed, under a name."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.saved import (
    PageName,
    QueryText,
    ViewName,
    mine_in,
    owner_now,
    query_of,
    require_mine,
    require_room,
)
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store.lookup_table import add, values_of
from gerai.store.saved_views import SAVED_VIEWS, SavedView


class NewSavedView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``page``: the things that are listed; ``query``: as it stands in the list's address, also with where in the list
    one is, which is not kept; ``shared``: for everybody in the shop."""

    name: Annotated[ViewName, words("Nama tampilan", "Name of the view", "Siap dikirim")]
    page: Annotated[PageName, words("Daftar", "List", "orders")]
    query: Annotated[QueryText, words("Saringan", "Filter", "status=ready")] = ""
    shared: Annotated[bool, words("Untuk seluruh toko", "For the whole shop")] = False


async def run(within: Within, given: NewSavedView) -> Done:
    """Refuses InputInvalid (no such list or filter; fifty are there), and PermissionMissing: sharing takes
    ``orders:act``."""
    query, view_id = query_of(given.page, given.query), within.engine.ids.next()
    view = SavedView(view_id, owner_now(), given.shared, given.page, given.name.strip(), query, real_now())
    require_mine(view, shared=given.shared)
    async with changing(within.engine, within.merchant_id) as connection:
        require_room(await mine_in(connection, within.merchant_id), shared=given.shared)
        await add(connection, SAVED_VIEWS, within.merchant_id, [values_of(view)])
        note(view_id, name=view.name, page=view.page, query=query, shared=view.shared)
    return Done(str(view_id))


ACT = Act(
    "saved_views.add", "orders:read", Bilingual("Simpan tampilan", "Save a view"), NewSavedView, run
)  # fmt: skip
