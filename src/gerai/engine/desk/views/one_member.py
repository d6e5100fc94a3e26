"""One member: who it is, what is linked to it, and what its wallet has."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import ById, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.members import MemberRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import members as sql
from gerai.store import wallets


class MemberShown(MemberRow, frozen=True, kw_only=True):
    """A member. ``links``: outside identities, as ``discord 1262024148939440249``; ``held_sen``: of its wallet
    in the desk's environment, None where it has none; ``details``: what the door keeps of it."""

    links: Annotated[tuple[str, ...], words("Tertaut", "Linked")]
    held_sen: Annotated[int | None, words("Saldo tertahan", "Held")]
    details: Annotated[dict[str, Any], words("Rincian", "Details")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        member = await sql.one(connection, within.merchant_id, wanted.id)
        if member is None:
            return ViewPage([])
        links = await sql.links(connection, within.merchant_id, wanted.id)
        wallet = await wallets.of_member(connection, within.merchant_id, within.environment, wanted.id)
    shown = MemberShown(
        *msgspec.structs.astuple(row_of(member, wallet)),
        links=tuple(f"{kind} {identity}" for kind, identity in links),
        held_sen=None if wallet is None else wallet.debits_pending,
        details=member.details,
        seen=seen_of(member),
    )
    return ViewPage([shown])


VIEW = View("members.show", "members:read", Bilingual("Seorang anggota", "A member"), ById, MemberShown, run)
