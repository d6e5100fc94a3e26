"""Where a seller receives money without anybody between."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ExpectedAmount(msgspec.Struct, frozen=True):
    """An amount that may come into a receiving account until ``expected_until``, and which payment it is then. No two
    payments expect the same."""

    merchant_id: int
    receiving_id: int
    amount_sen: int
    order_id: int
    payment_id: int
    expected_until: datetime


class ReceivingAccount(msgspec.Struct, frozen=True):
    """An account of the seller's own into which payers pay: a bank account, the QRIS code on the counter. ``details``:
    what its method shows payers, as the method once read it. ``created_by``, ``closed_by``: the people who named and
    closed it."""

    merchant_id: int
    receiving_id: int
    method: str
    channel: str
    details: dict[str, str]
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    closed_by: str = ""
