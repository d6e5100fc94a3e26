"""How a command names a customer."""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.records import Member, OrderContact


class Contact(msgspec.Struct, frozen=True):
    """How to find a member, or what to create one from. Found by ``find_public_id``, else by e-mail if there is one,
    else by mobile: an e-mail that nobody has is somebody new, also with a known mobile.

    ``public_id`` is the identifier a new member gets; without ``find_public_id``, e-mail and mobile there is none.
    ``mobile`` is in the one form that is compared (E.164), ``mobile_as_sent`` what the order shows. ``details`` belong
    to the door.
    """

    public_id: str
    find_public_id: str = ""
    email: str = ""
    mobile: str = ""
    name: str = ""
    reference: str = ""
    details: dict[str, Any] = {}
    mobile_as_sent: str = ""
    address: dict[str, str] = {}

    @property
    def names_a_member(self) -> bool:
        return bool(self.find_public_id or self.email or self.mobile)

    def snapshot(self, member: Member | None) -> OrderContact:
        """What the order shows from now on: what was sent with it. Only a customer named by identifier stands for what
        is known of ``member``, where nothing else was sent."""
        sent = OrderContact(
            self.name, self.email, self.mobile_as_sent or self.mobile, self.reference, self.details, self.address
        )
        if member is None or not self.find_public_id:
            return sent
        return OrderContact(
            name=sent.name or member.name,
            email=sent.email or member.email,
            mobile=sent.mobile or member.mobile,
            reference=sent.reference or member.reference,
            details=sent.details if sent.name else member.details,
            address=sent.address,
        )
