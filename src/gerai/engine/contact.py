"""How a command names a customer."""

from __future__ import annotations

from typing import Any

import msgspec


class Contact(msgspec.Struct, frozen=True):
    """How to find a member, or what to create one from. Found by ``find_public_id``, else by e-mail, else by mobile;
    ``public_id`` is the identifier a new member gets."""

    public_id: str
    find_public_id: str = ""
    email: str = ""
    mobile: str = ""
    name: str = ""
    reference: str = ""
    details: dict[str, Any] = {}
