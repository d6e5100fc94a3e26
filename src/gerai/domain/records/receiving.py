"""Where a seller receives money without anybody between."""

from __future__ import annotations

from datetime import datetime

import msgspec


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
