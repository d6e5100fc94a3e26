"""Who was asked to join a shop and has not come yet."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import invites as sql


class InviteFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that can still be used."""


class InviteRow(msgspec.Struct, frozen=True):
    """An invitation. ``created_by``: who invites."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Untuk", "For")]
    role: Annotated[str, words("Peran", "Role")]
    created_by: Annotated[str, words("Oleh", "By")]
    expires_at: Annotated[datetime, words("Berlaku sampai", "Good until")]


async def run(within: Within, wanted: InviteFilter) -> ViewPage:
    """By age."""
    async with within.engine.connection() as connection:
        found = await sql.open_ones(connection, within.merchant_id, real_now())
    return ViewPage([InviteRow(i.invite_id, i.name, i.role, i.created_by, i.expires_at) for i in found])


VIEW = View("invites.list", "people:manage", Bilingual("Undangan", "Invitations"), InviteFilter, InviteRow, run)
