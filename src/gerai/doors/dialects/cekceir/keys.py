"""This contract's keys: what they look like and what they may do."""

from __future__ import annotations

from typing import Final

from gerai.domain.records import Environment
from gerai.doors.http.describe import KeyForm, KeyScheme
from gerai.kit.ids import base62

#: Every permission a key of this door can have (contract section 2).
PERMISSIONS: Final[tuple[str, ...]] = (
    "deposit.create",
    "deposit.provider.list",
    "deposit.read",
    "order.create",
    "order.list",
    "order.read",
    "service.list",
    "service.read_detail",
    "transaction.read",
    "transfer.create",
    "transfer.read",
    "user.me.read",
    "wallet.balance.read",
    "wallet.ledger.read",
)

#: Those that routes of today ask for. A key may have the others already; nothing can be done with them yet, so they are
#: not shown.
SERVED: Final = frozenset(
    {
        "deposit.create",
        "deposit.provider.list",
        "deposit.read",
        "order.create",
        "order.list",
        "order.read",
        "service.list",
        "service.read_detail",
        "user.me.read",
        "wallet.balance.read",
    }
)


def make_key(_: Environment) -> KeyForm:
    """A fresh key ``<short id>.<secret>``; the short id stays readable, the secret has 238 bits."""
    # Readable in lists and logs, so it must not be part of what is secret.
    short_id = base62(10)
    return KeyForm(f"{short_id}.{base62(40)}", short_id, PERMISSIONS)


KEYS: Final = KeyScheme(make_key, needs_member=True)
