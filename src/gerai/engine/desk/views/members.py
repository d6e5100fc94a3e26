"""Who buys through a door that has members, and the customers that orders brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.domain.records import Member
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door, MemberStatus
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.kit.phones import canonical_phone
from gerai.store import members as sql


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
    made."""

    id: Annotated[Id, words("Nomor", "Id")]
    door: Annotated[str, words("Konter", "Counter")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    name: Annotated[str, words("Nama", "Name")]
    email: Annotated[str, words("E-mail", "E-mail")]
    mobile: Annotated[str, words("Ponsel", "Mobile")]
    status: Annotated[str, words("Keadaan", "State")]
    discount_bp: Annotated[int, words("Diskon (basis poin)", "Discount (basis points)")]
    environment: Annotated[str, words("Lingkungan", "Environment")]
    created_at: Annotated[datetime, words("Sejak", "Since")]


def row_of(member: Member) -> MemberRow:
    """A member as it is listed."""
    return MemberRow(
        member.member_id, member.channel, member.public_id, member.name, member.email, member.mobile, member.status,
        member.discount_bp, member.environment, member.created_at,
    )  # fmt: skip


async def run(within: Within, wanted: MemberFilter) -> ViewPage:
    """By id. With a door or a state, a page may have few rows, or none, and others follow."""
    if text := wanted.text.strip():
        return ViewPage([row_of(member) for member in await _known_as(within, wanted, text)])
    of = (within.merchant_id, int(wanted.after or 0), wanted.door, wanted.status, wanted.limit)
    async with within.engine.connection() as connection:
        found, next_id = await sql.page(connection, *of)
    return ViewPage([row_of(member) for member in found], "" if next_id is None else str(next_id))


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
