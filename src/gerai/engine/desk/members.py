"""What views and acts of members share: their fields, and what is refused of them."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from msgspec import Meta

from gerai.domain.records import Member
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.desk.house import House, Within
from gerai.kit.phones import canonical_phone
from gerai.store import members as sql
from gerai.store.connection import Connection

Email = Annotated[str, Meta(max_length=254)]
Mobile = Annotated[str, Meta(max_length=40)]
DiscountBp = Annotated[int, Meta(ge=0, le=10_000)]
Door = Annotated[str, Meta(max_length=40)]
MemberStatus = Literal["active", "blocked"]
LinkKind = Literal["discord"]
ExternalId = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def require_door_with_members(house: House, door: str) -> None:
    """Refuses InputInvalid: no door, or one whose keys belong to no member."""
    known = [name for name, keys in house.doors.items() if keys.needs_member]
    if door not in known:
        raise InputInvalid({"door": [f"{door} has no members; one of {', '.join(sorted(known))}"]})


def read_email(text: str) -> str:
    """An e-mail address as it is kept; empty: none. Refuses InputInvalid."""
    text = text.strip()
    if text and not _EMAIL.fullmatch(text):
        raise InputInvalid({"email": [f"{text} is no e-mail address"]})
    return text


def read_mobile(text: str) -> str:
    """A number in the one form that is compared (``+6281234567890``); empty: none. Refuses InputInvalid."""
    try:
        return canonical_phone(text) if text.strip() else ""
    except ValueError:
        raise InputInvalid({"mobile": [f"{text} is no telephone number"]}) from None


async def member_to_change(connection: Connection, within: Within, member_id: int) -> Member:
    """The member as it stands. Refuses NotFound: there is none, or it was made in the other environment."""
    found = await sql.one(connection, within.merchant_id, member_id)
    if found is None or found.environment != within.environment:
        raise NotFound("member", str(member_id))
    return found
