"""How long an order that people move waits for its money. On the working copy."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from gerai.domain.payment_status import payment_status
from gerai.domain.records import OrderView
from gerai.engine.command import Context
from gerai.engine.state import State

#: How (status, payment status) stand while an order waits for its money.
_WAITS = ("pending", "unpaid")


def renew_expiry(state: State, context: Context, before: OrderView, open_for: timedelta | None) -> None:
    """Set when the order expires, after a person has changed it from what it was ``before``.

    One that begins to wait for its money does so for the whole of ``open_for`` (None: for ever), however long ago it
    was placed. One that is set aside as a draft, or in conflict, is in a person's hands and does not expire. Nothing
    where neither status nor payment has changed, where nobody is invoiced, or once the order has gone on or ended.
    """
    order = state.order(before.order.merchant_id, before.order.order_id)
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    was = (before.order.status, payment_status(before.order, before.invoice))
    stands = (order.status, payment_status(order, invoice))
    if stands == was or order.funding != "invoice" or order.status not in ("draft", "pending"):
        return
    expires_at: datetime | None = None
    if stands == _WAITS and open_for is not None:
        expires_at = context.now + open_for
    if expires_at == order.expires_at:
        return
    state.orders.update(msgspec.structs.replace(order, expires_at=expires_at))
    if invoice is not None and invoice.status == "pending":
        state.invoices.update(msgspec.structs.replace(invoice, due_at=expires_at))
