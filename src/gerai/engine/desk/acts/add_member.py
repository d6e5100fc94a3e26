"""Add a member to a door that has members."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Code, Name, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import (
    DiscountBp,
    Door,
    Email,
    Mobile,
    read_email,
    read_mobile,
    require_door_with_members,
)
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import add_member
from gerai.kit.bilingual import Bilingual


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``public_id``: as the door will know it; none: one is made. ``discount_bp``: 250 is 2.5 %."""

    door: Annotated[Door, words("Konter", "Counter", "konter"), refers("member_doors")]
    name: Annotated[Name, words("Nama", "Name", "Ani")]
    email: Annotated[Email, words("E-mail", "E-mail", "ani@example.com")] = ""
    mobile: Annotated[Mobile, words("Ponsel", "Mobile", "0812-3456-7890")] = ""
    discount_bp: Annotated[DiscountBp, words("Diskon (basis poin)", "Discount (basis points)", 250)] = 0
    public_id: Annotated[Code | None, words("Tanda pengenal", "Identifier", "ani")] = None


async def run(within: Within, given: NewMember) -> Done:
    """It has a wallet in both environments. Refuses InputInvalid: a door without members, what is no e-mail or mobile
    number, and what is another member's."""
    require_door_with_members(within.house, given.door)
    public_id = given.public_id or f"member-{within.engine.ids.next()}"
    member_id, _ = await add_member(
        within.engine, within.merchant_id, given.door, public_id, given.name,
        email=read_email(given.email), mobile=read_mobile(given.mobile), discount_bp=given.discount_bp,
        environment=within.environment,
    )  # fmt: skip
    return Done(str(member_id), details={"public_id": public_id})


ACT = Act("members.add", "members:write", Bilingual("Tambah anggota", "Add a member"), NewMember, run)
