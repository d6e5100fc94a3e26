"""Money that waits for a person: payments that came late or of another amount, what was paid for orders that ended
undelivered, and refunds that are to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.records import ASKED_SEN


class WaitingRow(NamedTuple):
    """``why``: ``late``, ``other amount`` (than was asked for), the state the order ended in, or ``to send``: a refund.
    ``wallet``: the member has one. What is to be sent of a top-up has no order; its id and code stand for a payment's.
    """

    environment: str
    payment_id: int
    payment: str
    method: str
    order_id: int | None
    order_number: str
    channel: str
    why: str
    amount_sen: int
    since: datetime
    wallet: bool


_COLUMNS: Final = "p.environment, p.payment_id, p.public_id, p.method, o.order_id, o.number, o.channel"

#: Each part stands on a partial index of exactly its rows. The planner takes such rows for many and would read all
#: payments for them; OFFSET 0 has each looked up by its order.
WAITING: Final = f"""
SELECT {_COLUMNS}, CASE WHEN p.failure ->> '{ASKED_SEN}' IS NULL THEN 'late' ELSE 'other amount' END AS why,
       p.amount_sen, coalesce(p.completed_at, p.updated_at) AS since, o.account_id IS NOT NULL
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
WHERE p.merchant_id = %(merchant_id)s AND p.status = 'late'
UNION ALL
SELECT {_COLUMNS}, o.status, p.amount_sen - p.refunded_sen, o.updated_at, o.account_id IS NOT NULL
FROM orders o CROSS JOIN LATERAL
     (SELECT * FROM payments x WHERE x.merchant_id = o.merchant_id AND x.order_id = o.order_id
        AND x.status = 'completed' AND x.amount_sen > x.refunded_sen OFFSET 0) p
WHERE o.merchant_id = %(merchant_id)s AND o.status IN ('cancelled', 'failed', 'returned')
  AND o.charged_sen > o.refunded_sen
UNION ALL
SELECT {_COLUMNS}, 'to send', r.amount_sen, r.created_at, false
FROM refund_tasks r JOIN orders o ON o.merchant_id = r.merchant_id AND o.order_id = r.order_id
     JOIN payments p ON p.merchant_id = r.merchant_id AND p.payment_id = r.payment_id
WHERE r.merchant_id = %(merchant_id)s AND r.ended_at IS NULL AND (r.status = 'open' OR r.fault <> '')
UNION ALL
SELECT d.environment, d.deposit_id, d.public_id, d.method, NULL::bigint, '', d.channel, 'to send', r.amount_sen,
       r.created_at, false
FROM refund_tasks r JOIN deposits d ON d.merchant_id = r.merchant_id AND d.deposit_id = r.payment_id
WHERE r.merchant_id = %(merchant_id)s AND r.ended_at IS NULL AND (r.status = 'open' OR r.fault <> '')
  AND r.order_id IS NULL
ORDER BY since, payment_id LIMIT %(limit)s"""


async def waiting(connection: AsyncConnection, merchant_id: int, limit: int) -> list[WaitingRow]:
    """What waits longest comes first."""
    cursor = await connection.execute(WAITING, {"merchant_id": merchant_id, "limit": limit})
    return [WaitingRow(*row) for row in await cursor.fetchall()]
