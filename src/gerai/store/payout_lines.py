"""What a payout was made of, read without a lock."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import query
from gerai.store.payouts import DEPOSIT_CAME_AT, DEPOSIT_STATUS, TAKEN, TAKEN_OF_DEPOSIT


class PayoutLine(NamedTuple):
    """A payment of a payout, or a top-up, as ``payouts.UnsettledPayment`` has it."""

    payment_id: int
    payment: str
    order_id: int | None
    order_number: str
    status: str
    method: str
    channel: str
    taken_sen: int
    known_fee_sen: int
    came_at: datetime


#: Top-ups are among them by their own ids: nothing else has them.
LINES: Final = f"""
SELECT p.payment_id AS id, p.public_id, p.order_id, o.number, p.status, p.method, p.channel_code, {TAKEN},
       coalesce(a.fee_sen, p.fee_sen + p.merchant_fee_sen), coalesce(p.completed_at, p.updated_at)
FROM (SELECT * FROM payments p WHERE p.merchant_id = %(merchant)s AND p.payout_id = %(payout)s
        AND p.payment_id > %(after)s ORDER BY p.payment_id LIMIT %(limit)s) p
JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
LEFT JOIN gateway_attempts a ON a.merchant_id = p.merchant_id AND a.payment_id = p.payment_id
UNION ALL
SELECT d.deposit_id, d.public_id, NULL::bigint, '', {DEPOSIT_STATUS}, d.method, d.channel_code, {TAKEN_OF_DEPOSIT},
       coalesce(a.fee_sen, CASE WHEN d.came_sen IS NULL THEN d.fee_sen ELSE 0 END), {DEPOSIT_CAME_AT}
FROM (SELECT * FROM deposits d WHERE d.merchant_id = %(merchant)s AND d.payout_id = %(payout)s
        AND d.deposit_id > %(after)s ORDER BY d.deposit_id LIMIT %(limit)s) d
LEFT JOIN gateway_attempts a ON a.merchant_id = d.merchant_id AND a.payment_id = d.deposit_id
ORDER BY id LIMIT %(limit)s"""


async def lines(
    connection: AsyncConnection, merchant_id: int, payout_id: int, after: int, limit: int
) -> list[PayoutLine]:
    """What a payout was made of, by id, those after this one."""
    names = {"merchant": merchant_id, "payout": payout_id, "after": after, "limit": limit}
    cursor = await connection.execute(query(LINES), names)
    return [PayoutLine(*row) for row in await cursor.fetchall()]
