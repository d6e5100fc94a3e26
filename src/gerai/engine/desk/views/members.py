"""Who buys through a door that has members, and the customers that orders brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.domain.records import Account, Member
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door, MemberStatus
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.kit.phones import canonical_phone
from gerai.store import members as sql
from gerai.store import wallets
from gerai.store.connection import Connection


class MemberFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``text``: an identifier, an e-mail or a mobile number, whole."""

    door: Annotated[Door, words("Konter", "Counter")] = ""
    status: Annotated[MemberStatus | Literal[""], words("Keadaan", "State")] = ""
    text: Annotated[
        Annotated[str, Meta(max_length=254)],
        words("Tanda pengenal, e-mail atau ponsel", "Identifier, e-mail or mobile"),
    ] = ""
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class MemberRow(msgspec.Struct, frozen=True):
    """One member. ``public_id``: as the door knows it; ``discount_bp``: 250 is 2.5 %; ``environment``: where it was
    made; ``available_sen``: what its wallet in the desk's environment has to spend, None where it has none."""

    id: Annotated[Id, words("Nomor", "Id")]
    door: Annotated[str, words("Konter", "Counter")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    name: Annotated[str, words("Nama", "Name")]
    email: Annotated[str, words("E-mail", "E-mail")]
    mobile: Annotated[str, words("Ponsel", "Mobile")]
    status: Annotated[str, words("Keadaan", "State")]
    discount_bp: Annotated[int, words("Diskon", "Discount")]
    environment: Annotated[str, words("Lingkungan", "Environment")]
    available_sen: Annotated[int | None, words("Saldo tersedia", "Available")]
    created_at: Annotated[datetime, words("Sejak", "Since")]


def row_of(member: Member, wallet: Account | None) -> MemberRow:
    """A member as it is listed, with its wallet in the desk's environment."""
    return MemberRow(
        member.member_id, member.channel, member.public_id, member.name, member.email, member.mobile, member.status,
        member.discount_bp, member.environment, None if wallet is None else wallet.available_sen, member.created_at,
    )  # fmt: skip


async def run(within: Within, wanted: MemberFilter) -> ViewPage:
    """By id. With a door or a state, a page may have few rows, or none, and others follow."""
    if text := wanted.text.strip():
        known = await _known_as(within, wanted, text)
        async with within.engine.connection() as connection:
            return ViewPage(await _rows(connection, within, known))
    of = (within.merchant_id, int(wanted.after or 0), wanted.door, wanted.status, wanted.limit)
    async with within.engine.connection() as connection:
        found, next_id = await sql.page(connection, *of)
        rows = await _rows(connection, within, found)
    return ViewPage(rows, "" if next_id is None else str(next_id))


async def _rows(connection: Connection, within: Within, members: Sequence[Member]) -> list[MemberRow]:
    ids = [member.member_id for member in members]
    owned = await wallets.of_each_member(connection, within.merchant_id, within.environment, ids)
    return [row_of(member, owned.get(member.member_id)) for member in members]


async def _known_as(within: Within, wanted: MemberFilter, text: str) -> list[Member]:
    try:
        mobile = canonical_phone(text)
    except ValueError:
        mobile = ""
    doors = [wanted.door] if wanted.door else [*within.house.doors]
    async with within.engine.connection() as connection:
        found = await sql.known_as(connection, within.merchant_id, doors, text, mobile, wanted.limit)
    return [member for member in found if wanted.status in ("", member.status)]


VIEW = View(
    "members.list", "members:read", Bilingual("Anggota", "Members"), MemberFilter, MemberRow, run, personal=True
)
