"""The customer object, as ``expand=customer`` shows it (contract §6.5)."""

from __future__ import annotations

import msgspec

from gerai.domain.records import OrderContact, OrderView
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


def customer_answer(view: OrderView) -> CustomerAnswer:
    """The customer of an order as the order's own request described them."""
    member, contact = view.member, view.order.contact
    place = contact.address
    return CustomerAnswer(
        id=customer_id(view),
        customer_ref_id=contact.reference,
        email=contact.email,
        mobile=contact.mobile,
        given_name=name_part(contact, "given_name"),
        middle_name=name_part(contact, "middle_name"),
        sur_name=name_part(contact, "sur_name"),
        address_line_1=place.get("address_line_1", ""),
        address_line_2=place.get("address_line_2", ""),
        city=place.get("city", ""),
        region=place.get("region", ""),
        country=place.get("country", ""),
        postal_code=place.get("postal_code", ""),
        created_at=timestamp(None if member is None else member.created_at),
    )


def customer_id(view: OrderView) -> str:
    """``cus_…`` of whom an order belongs to; empty when nobody is known."""
    return "" if view.member is None else view.member.public_id


def name_part(contact: OrderContact, part: str) -> str:
    """``given_name``, ``middle_name``, ``sur_name``, or an empty string."""
    return str(contact.details.get(part, ""))
