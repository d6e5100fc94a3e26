"""What gateways took, of orders and of top-ups, as both sides know it: read without a lock, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME, DEPOSIT_CAME
from gerai.store.conditions import listed, query
from gerai.store.payouts import DEPOSIT_CAME_AT, DEPOSIT_STATUS, TAKEN, TAKEN_OF_DEPOSIT


class GatewayPayment(NamedTuple):
    """A payment as both sides know it, or a top-up: that has no ``order_id`` and no ``order_number``, and its own id
    and code. ``came``: its money did; ``taken_sen``: how much its payer paid, or is asked for; ``refunded_sen``: what
    its gateway gave back; ``fee_sen``: what the gateway keeps of it, as it says, else as was booked; None: nothing is
    known of it; ``reference``: the gateway's own id of it."""

    payment_id: int
    order_id: int | None
    payment: str
    order_number: str
    status: str
    came: bool
    taken_sen: int
    refunded_sen: int
    fee_sen: int | None
    came_at: datetime | None
    reference: str


_REFUNDED: Final = """
       coalesce((SELECT sum(t.amount_sen)::bigint FROM refund_tasks t
                 WHERE t.merchant_id = {0}.merchant_id AND t.contract_id = {0}.contract_id AND t.payment_id = {0}.{1}
                   AND t.contract_id IS NOT NULL AND t.status = 'done'), 0)"""
_PAYMENTS: Final = f"""
SELECT p.payment_id, p.order_id, p.public_id, o.number, p.status, p.status IN ({listed(CAME)}), {TAKEN},
       {_REFUNDED.format("p", "payment_id")}, coalesce(a.fee_sen, nullif(p.fee_sen + p.merchant_fee_sen, 0)),
       p.completed_at AS came_at, coalesce(a.reference, '')
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
LEFT JOIN gateway_attempts a ON a.merchant_id = p.merchant_id AND a.payment_id = p.payment_id
WHERE p.merchant_id = %(merchant)s AND p.contract_id = ANY(%(contracts)s)"""
_DEPOSITS: Final = f"""
SELECT d.deposit_id, NULL::bigint, d.public_id, '', CASE WHEN d.held_at IS NULL THEN d.status ELSE {DEPOSIT_STATUS} END,
       {DEPOSIT_CAME_AT} IS NOT NULL OR d.status IN ({listed(DEPOSIT_CAME)}), {TAKEN_OF_DEPOSIT},
       {_REFUNDED.format("d", "deposit_id")},
       coalesce(a.fee_sen, CASE WHEN d.came_sen IS NULL THEN nullif(d.fee_sen, 0) END),
       {DEPOSIT_CAME_AT} AS came_at, coalesce(a.reference, '')
FROM deposits d
LEFT JOIN gateway_attempts a ON a.merchant_id = d.merchant_id AND a.payment_id = d.deposit_id
WHERE d.merchant_id = %(merchant)s AND d.contract_id = ANY(%(contracts)s) AND d.contract_id IS NOT NULL"""
OF_PERIOD: Final = f"""({_PAYMENTS} AND p.contract_id IS NOT NULL AND p.completed_at IS NOT NULL
  AND p.completed_at >= %(since)s AND p.completed_at < %(until)s ORDER BY p.completed_at LIMIT %(limit)s)
UNION ALL
({_DEPOSITS} AND {DEPOSIT_CAME_AT} IS NOT NULL
  AND {DEPOSIT_CAME_AT} >= %(since)s AND {DEPOSIT_CAME_AT} < %(until)s ORDER BY {DEPOSIT_CAME_AT} LIMIT %(limit)s)
ORDER BY came_at LIMIT %(limit)s"""
#: The gateway's own ids are found through an index.
_BY_REFERENCE: Final = """
        (SELECT g.payment_id FROM gateway_attempts g WHERE g.merchant_id = %(merchant)s
           AND g.contract_id = ANY(%(contracts)s) AND g.reference = ANY(%(names)s) AND g.reference <> '')"""
#: By our ids, and by the gateway's own: each through an index.
NAMED: Final = (
    f"{_PAYMENTS} AND p.environment = %(environment)s AND p.public_id = ANY(%(names)s)",
    f"{_PAYMENTS} AND p.payment_id IN {_BY_REFERENCE}",
    f"{_DEPOSITS} AND d.public_id = ANY(%(names)s)",
    f"{_DEPOSITS} AND d.deposit_id IN {_BY_REFERENCE}",
)


async def at_gateway(
    connection: AsyncConnection,
    merchant_id: int,
    contract_ids: Sequence[int],
    since: datetime,
    until: datetime,
    limit: int,
) -> list[GatewayPayment]:
    """These contracts' payments and top-ups whose money came within these times, oldest first."""
    of = {"merchant": merchant_id, "contracts": list(contract_ids)}
    return await _read(connection, OF_PERIOD, **of, since=since, until=until, limit=limit)


async def named(
    connection: AsyncConnection, merchant_id: int, environment: str, contract_ids: Sequence[int], names: Sequence[str]
) -> list[GatewayPayment]:
    """These contracts' payments and top-ups with these ids, ours or the gateway's."""
    of = {"merchant": merchant_id, "environment": environment}
    of |= {"contracts": list(contract_ids), "names": list(names)}
    found = {one.payment_id: one for text in NAMED for one in await _read(connection, text, **of)}
    return list(found.values())


async def _read(connection: AsyncConnection, text: str, **names: Any) -> list[GatewayPayment]:
    cursor = await connection.execute(query(text), names)
    return [GatewayPayment(*row) for row in await cursor.fetchall()]
