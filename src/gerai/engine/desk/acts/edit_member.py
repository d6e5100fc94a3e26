"""Change a member."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.records import Member
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Edit, Name, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import (
    DiscountBp,
    Email,
    MemberStatus,
    Mobile,
    member_to_change,
    read_email,
    read_mobile,
)
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import members as sql


class MemberEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``status``: keys of a blocked member do nothing, its money stays its own."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    email: Annotated[Email | UnsetType, words("E-mail", "E-mail")] = UNSET
    mobile: Annotated[Mobile | UnsetType, words("Ponsel", "Mobile")] = UNSET
    discount_bp: Annotated[DiscountBp | UnsetType, words("Diskon (basis poin)", "Discount (basis points)")] = UNSET
    status: Annotated[MemberStatus | UnsetType, words("Keadaan", "State")] = UNSET


async def run(within: Within, given: MemberEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: what is no e-mail or mobile number, or another member's."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = await member_to_change(connection, within, given.id)
        if given.seen not in (UNSET, seen_of(there)):
            raise ChangedMeanwhile("member", str(given.id))
        new, changes = changed_member(there, given)
        taken = await sql.change(connection, there, msgspec.structs.replace(new, updated_at=real_now()))
        if taken == "seen":
            raise ChangedMeanwhile("member", str(given.id))
        if taken:
            raise InputInvalid({taken: [f"{getattr(new, taken)} is another member's"]})
        note(given.id, **changes)
    return Done(str(given.id))


def changed_member(there: Member, given: MemberEdit) -> tuple[Member, dict[str, Any]]:
    """The member as it shall be, and what that changes. Refuses InputInvalid: what is no e-mail or mobile number; what
    it has already is not asked again."""
    email = given.email if given.email in (UNSET, there.email) else read_email(given.email)
    mobile = given.mobile if given.mobile in (UNSET, there.mobile) else read_mobile(given.mobile)
    return edited(there, msgspec.structs.replace(given, email=email, mobile=mobile))


ACT = Act("members.edit", "members:write", Bilingual("Ubah anggota", "Change a member"), MemberEdit, run)
