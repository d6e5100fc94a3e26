"""One member: who it is, what is linked to it, and what its wallet has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import members as sql
from gerai.store import wallets


class WhichMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which one."""

    id: Annotated[Id, words("Nomor", "Id")]


class MemberShown(msgspec.Struct, frozen=True):
    """A member. ``links``: outside identities, as ``discord 1262024148939440249``; ``available_sen`` and ``held_sen``:
    of its wallet in the desk's environment, None where it has none; ``details``: what the door keeps of it."""

    id: Annotated[Id, words("Nomor", "Id")]
    door: Annotated[str, words("Konter", "Counter")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    name: Annotated[str, words("Nama", "Name")]
    email: Annotated[str, words("E-mail", "E-mail")]
    mobile: Annotated[str, words("Ponsel", "Mobile")]
    status: Annotated[str, words("Keadaan", "State")]
    discount_bp: Annotated[int, words("Diskon (basis poin)", "Discount (basis points)")]
    links: Annotated[tuple[str, ...], words("Tertaut", "Linked")]
    available_sen: Annotated[int | None, words("Saldo tersedia", "Available")]
    held_sen: Annotated[int | None, words("Saldo tertahan", "Held")]
    details: Annotated[dict[str, Any], words("Rincian", "Details")]
    environment: Annotated[str, words("Lingkungan", "Environment")]
    created_at: Annotated[datetime, words("Sejak", "Since")]
    seen: Seen


async def run(within: Within, wanted: WhichMember) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        member = await sql.one(connection, within.merchant_id, wanted.id)
        if member is None:
            return ViewPage([])
        links = await sql.links(connection, within.merchant_id, wanted.id)
        wallet = await wallets.of_member(connection, within.merchant_id, within.environment, wanted.id)
    shown = MemberShown(
        member.member_id, member.channel, member.public_id, member.name, member.email, member.mobile, member.status,
        member.discount_bp, tuple(f"{kind} {identity}" for kind, identity in links),
        None if wallet is None else wallet.available_sen, None if wallet is None else wallet.debits_pending,
        member.details, member.environment, member.created_at, seen_of(member),
    )  # fmt: skip
    return ViewPage([shown])


VIEW = View("members.show", "members:read", Bilingual("Seorang anggota", "A member"), WhichMember, MemberShown, run)
