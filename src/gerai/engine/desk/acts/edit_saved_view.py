"""Rename a saved view, or share it."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType

from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.saved import ViewName, mine_in, require_mine, require_room
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import change, values_of
from gerai.store.saved_views import SAVED_VIEWS


class SavedViewEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays."""

    name: Annotated[ViewName | UnsetType, words("Nama tampilan", "Name of the view", "Siap dikirim")] = UNSET
    shared: Annotated[bool | UnsetType, words("Untuk seluruh toko", "For the whole shop")] = UNSET


async def run(within: Within, given: SavedViewEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, PermissionMissing (what is or becomes the shop's takes orders:act), and
    InputInvalid: fifty are there."""
    async with changing(within.engine, within.merchant_id) as connection:
        known = await mine_in(connection, within.merchant_id)
        there = found_in(known, "saved view", given.id, given.seen)
        new, changes = edited(there, given)
        require_mine(there, shared=new.shared)
        require_room(known, shared=new.shared, but=given.id)
        await change(connection, SAVED_VIEWS, within.merchant_id, values_of(new))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act(
    "saved_views.edit", "orders:read", Bilingual("Ubah tampilan", "Change a saved view"), SavedViewEdit, run
)  # fmt: skip
