"""What gateways took and have not passed on, and what they paid out, read without a lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME
from gerai.domain.records import OfferedWay, Payout
from gerai.store.conditions import listed, query
from gerai.store.gateways import read_ways
from gerai.store.tables import PAYOUTS


class UnsettledPayment(NamedTuple):
    """A payment whose money is with its gateway. ``known_fee_sen``: what the gateway keeps of it, as it says, else as
    was booked when it came."""

    contract_id: int
    order_id: int
    payment_id: int
    payment: str
    order_number: str
    method: str
    channel: str
    asked_sen: int
    known_fee_sen: int
    came_at: datetime


class UnsettledRefund(NamedTuple):
    """A refund that a gateway sent, and has not taken off a payout yet."""

    contract_id: int
    order_id: int
    task_id: int
    payment: str
    amount_sen: int
    sent_at: datetime


class GatewayPayment(NamedTuple):
    """A payment as both sides know it. ``refunded_sen``: what its gateway gave back; ``fee_sen``: as above,
    None: nothing is known of it; ``reference``: the gateway's own id of it."""

    payment_id: int
    payment: str
    order_number: str
    status: str
    asked_sen: int
    refunded_sen: int
    fee_sen: int | None
    came_at: datetime | None
    reference: str


_CAME: Final = f"p.status IN ({listed(CAME)})"
_FEE: Final = "coalesce(a.fee_sen, p.fee_sen + p.merchant_fee_sen)"
_ASKED: Final = "p.amount_sen + p.fee_sen + p.matching_sen"
_ATTEMPT: Final = "LEFT JOIN gateway_attempts a ON a.merchant_id = p.merchant_id AND a.payment_id = p.payment_id"
_ORDER: Final = "JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id"

#: Contract by contract, each through a partial index of exactly its rows.
UNSETTLED: Final = f"""
SELECT p.contract_id, p.order_id, p.payment_id, p.public_id, o.number, p.method, p.channel_code,
       {_ASKED}, {_FEE}, coalesce(p.completed_at, p.updated_at)
FROM gateway_contracts c CROSS JOIN LATERAL
     (SELECT * FROM payments p WHERE p.merchant_id = c.merchant_id AND p.contract_id = c.contract_id
        AND p.contract_id IS NOT NULL AND p.payout_id IS NULL AND {_CAME}
      ORDER BY p.completed_at LIMIT %(limit)s) p
{_ORDER} {_ATTEMPT}
WHERE c.merchant_id = %(merchant)s AND c.environment = %(environment)s
ORDER BY 10, p.payment_id LIMIT %(limit)s"""

UNSETTLED_REFUNDS: Final = """
SELECT t.contract_id, t.order_id, t.task_id, p.public_id, t.amount_sen, coalesce(t.ended_at, t.updated_at)
FROM gateway_contracts c CROSS JOIN LATERAL
     (SELECT * FROM refund_tasks t WHERE t.merchant_id = c.merchant_id AND t.contract_id = c.contract_id
        AND t.contract_id IS NOT NULL AND t.payout_id IS NULL ORDER BY t.task_id LIMIT %(limit)s) t
JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
WHERE c.merchant_id = %(merchant)s AND c.environment = %(environment)s
ORDER BY t.task_id LIMIT %(limit)s"""

#: The oldest of each contract with which real money comes.
OLDEST: Final = f"""
SELECT p.method, p.channel_code, coalesce(p.completed_at, p.updated_at) AS came_at, c.ways
FROM gateway_contracts c CROSS JOIN LATERAL
     (SELECT p.method, p.channel_code, p.completed_at, p.updated_at FROM payments p
      WHERE p.merchant_id = c.merchant_id AND p.contract_id = c.contract_id
        AND p.contract_id IS NOT NULL AND p.payout_id IS NULL AND {_CAME}
      ORDER BY p.completed_at LIMIT %(limit)s) p
WHERE c.environment = 'production'
ORDER BY 3 LIMIT %(limit)s"""

_AT_GATEWAY: Final = f"""
SELECT p.payment_id, p.public_id, o.number, p.status, {_ASKED},
       coalesce((SELECT sum(t.amount_sen)::bigint FROM refund_tasks t
                 WHERE t.merchant_id = p.merchant_id AND t.contract_id = p.contract_id AND t.payment_id = p.payment_id
                   AND t.contract_id IS NOT NULL AND t.status = 'done'), 0),
       coalesce(a.fee_sen, nullif(p.fee_sen + p.merchant_fee_sen, 0)), p.completed_at, coalesce(a.reference, '')
FROM payments p {_ORDER} {_ATTEMPT}
WHERE p.merchant_id = %(merchant)s AND p.contract_id = ANY(%(contracts)s)"""
OF_PERIOD: Final = f"""{_AT_GATEWAY} AND p.contract_id IS NOT NULL AND p.completed_at IS NOT NULL
  AND p.completed_at >= %(since)s AND p.completed_at < %(until)s ORDER BY p.completed_at LIMIT %(limit)s"""
#: By our ids, and by the gateway's own: each through an index.
NAMED: Final = (
    f"{_AT_GATEWAY} AND p.environment = %(environment)s AND p.public_id = ANY(%(names)s)",
    f"""{_AT_GATEWAY} AND p.payment_id IN
        (SELECT g.payment_id FROM gateway_attempts g WHERE g.merchant_id = %(merchant)s
           AND g.contract_id = ANY(%(contracts)s) AND g.reference = ANY(%(names)s) AND g.reference <> '')""",
)
_PAYOUTS: Final = f"SELECT {PAYOUTS.select_list} FROM payouts t WHERE t.merchant_id = %(merchant)s"
PAID_OUT: Final = f"""{_PAYOUTS} AND t.environment = %(environment)s
  AND t.paid_at >= %(since)s AND t.paid_at < %(until)s ORDER BY t.paid_at DESC, t.payout_id DESC LIMIT %(limit)s"""
ONE: Final = f"{_PAYOUTS} AND t.contract_id = %(contract)s AND t.reference = %(reference)s"


async def unsettled(
    connection: AsyncConnection, merchant_id: int, environment: str, limit: int
) -> list[UnsettledPayment]:
    """What gateways have not passed on, oldest first."""
    found = await _rows(connection, UNSETTLED, merchant=merchant_id, environment=environment, limit=limit)
    return [UnsettledPayment(*row) for row in found]


async def unsettled_refunds(
    connection: AsyncConnection, merchant_id: int, environment: str, limit: int
) -> list[UnsettledRefund]:
    """What gateways sent back and have not taken off yet, oldest first."""
    found = await _rows(connection, UNSETTLED_REFUNDS, merchant=merchant_id, environment=environment, limit=limit)
    return [UnsettledRefund(*row) for row in found]


async def oldest_unsettled(
    connection: AsyncConnection, limit: int
) -> list[tuple[str, str, datetime, tuple[OfferedWay, ...]]]:
    """(method, channel, when it came, what its contract offers) of real money that waits longest, of all merchants."""
    found = await _rows(connection, OLDEST, limit=limit)
    return [(method, channel, came_at, read_ways(ways)) for method, channel, came_at, ways in found]


async def at_gateway(
    connection: AsyncConnection,
    merchant_id: int,
    contract_ids: Sequence[int],
    since: datetime,
    until: datetime,
    limit: int,
) -> list[GatewayPayment]:
    """These contracts' payments whose money came within these times, oldest first."""
    of = {"merchant": merchant_id, "contracts": list(contract_ids)}
    names = of | {"since": since, "until": until, "limit": limit}
    return [GatewayPayment(*row) for row in await _rows(connection, OF_PERIOD, **names)]


async def named(
    connection: AsyncConnection, merchant_id: int, environment: str, contract_ids: Sequence[int], names: Sequence[str]
) -> list[GatewayPayment]:
    """These contracts' payments with these ids, ours or the gateway's."""
    of = {"merchant": merchant_id, "environment": environment}
    of |= {"contracts": list(contract_ids), "names": list(names)}
    found = {row[0]: GatewayPayment(*row) for text in NAMED for row in await _rows(connection, text, **of)}
    return list(found.values())


async def paid_out(
    connection: AsyncConnection, merchant_id: int, environment: str, since: datetime, until: datetime, limit: int
) -> list[Payout]:
    """What gateways paid out within these times: of too many the newest, oldest first."""
    names = {"merchant": merchant_id, "environment": environment, "since": since, "until": until, "limit": limit}
    return [PAYOUTS.read(row) for row in reversed(await _rows(connection, PAID_OUT, **names))]


async def payout(connection: AsyncConnection, merchant_id: int, contract_id: int, reference: str) -> Payout | None:
    """The payout with this reference."""
    found = await _rows(connection, ONE, merchant=merchant_id, contract=contract_id, reference=reference)
    return PAYOUTS.read(found[0]) if found else None


async def _rows(connection: AsyncConnection, text: str, **names: Any) -> list[Any]:
    cursor = await connection.execute(query(text), names)
    return await cursor.fetchall()
