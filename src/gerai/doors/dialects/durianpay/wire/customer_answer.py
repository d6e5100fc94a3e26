"""The customer object, as ``expand=customer`` shows it (contract §6.5)."""

from __future__ import annotations

import msgspec

from gerai.domain.records import Member
from gerai.doors.dialects.durianpay.wire.facts import name_part
from gerai.doors.dialects.durianpay.wire.formats import timestamp


class CustomerAnswer(msgspec.Struct, frozen=True):
    """Strings are empty where nothing is known."""

    id: str
    customer_ref_id: str
    email: str
    mobile: str
    given_name: str
    middle_name: str
    sur_name: str
    address_line_1: str
    address_line_2: str
    city: str
    region: str
    country: str
    postal_code: str
    created_at: str


def customer_answer(member: Member | None, address: dict[str, str] | None) -> CustomerAnswer:
    """``address`` is the one the order came with."""
    place = address or {}
    return CustomerAnswer(
        id="" if member is None else member.public_id,
        customer_ref_id="" if member is None else member.reference,
        email="" if member is None else member.email,
        mobile="" if member is None else member.mobile,
        given_name=name_part(member, "given_name"),
        middle_name=name_part(member, "middle_name"),
        sur_name=name_part(member, "sur_name"),
        address_line_1=place.get("address_line_1", ""),
        address_line_2=place.get("address_line_2", ""),
        city=place.get("city", ""),
        region=place.get("region", ""),
        country=place.get("country", ""),
        postal_code=place.get("postal_code", ""),
        created_at=timestamp(None if member is None else member.created_at),
    )
