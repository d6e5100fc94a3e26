"""This contract's keys: what they look like and what they may do."""

from __future__ import annotations

from typing import Final

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


def compose_key() -> tuple[str, str]:
    """A new key ``<short id>.<secret>`` and its visible part, the short id. The secret has 238 bits."""
    short_id = base62(10)
    return f"{short_id}.{base62(40)}", short_id
