"""Who orders: the customer that a contact names, found or entered."""

from __future__ import annotations

from gerai.domain.records import Member
from gerai.engine.command import Contact, Context
from gerai.engine.state import State


def customer_of(state: State, context: Context, owner: tuple[int, str, str], contact: Contact | None) -> Member | None:
    """The customer of this (merchant_id, environment, channel); a new one where nobody has this contact. None when it
    names nobody."""
    if contact is None or not contact.names_a_member:
        return None
    merchant_id, environment, channel = owner
    found = state.find_member(merchant_id, environment, channel, contact)
    if found is not None:
        return found
    return state.members.insert(
        Member(
            merchant_id=merchant_id,
            member_id=context.next_id(),
            environment=environment,
            channel=channel,
            public_id=contact.public_id,
            name=contact.name,
            email=contact.email,
            mobile=contact.mobile,
            reference=contact.reference,
            details=contact.details,
            created_at=context.now,
            updated_at=context.now,
        )
    )
