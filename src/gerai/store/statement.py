"""A merchant's accounts over a time: what they held before, what went out and in, what they held after."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import query

#: All wallets together are one account here. Holds are promises; what became of them is a transfer of its own.
_STATEMENT: Final = """
SELECT a.kind,
    coalesce(sum(CASE m.side WHEN 'c' THEN m.before_sen ELSE -m.before_sen END), 0)::int8,
    coalesce(sum(m.within_sen) FILTER (WHERE m.side = 'd'), 0)::int8,
    coalesce(sum(m.within_sen) FILTER (WHERE m.side = 'c'), 0)::int8
FROM accounts a LEFT JOIN (
    SELECT s.side, s.account_id,
        sum(t.amount_sen) FILTER (WHERE t.created_at < %(since)s) AS before_sen,
        sum(t.amount_sen) FILTER (WHERE t.created_at >= %(since)s) AS within_sen
    FROM transfers t CROSS JOIN LATERAL
        (VALUES ('d', t.debit_account_id), ('c', t.credit_account_id)) AS s(side, account_id)
    WHERE t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s AND t.phase IN ('single', 'post')
      AND t.created_at < %(until)s
    GROUP BY 1, 2) m ON m.account_id = a.account_id
WHERE a.merchant_id = %(merchant_id)s AND a.environment = %(environment)s
GROUP BY a.kind ORDER BY a.kind"""
#: Open refunds and late money have partial indexes, and the books' checks hold them equal to the accounts.
_OWED: Final = """
SELECT 'wallets', count(*), coalesce(sum(a.credits_posted - a.debits_posted), 0)::int8,
    coalesce(sum(a.debits_pending), 0)::int8
FROM accounts a WHERE a.merchant_id = %(merchant_id)s AND a.environment = %(environment)s AND a.kind = 'wallet'
    AND a.credits_posted <> a.debits_posted
UNION ALL
SELECT 'refunds_owed', count(*), coalesce(sum(k.amount_sen), 0)::int8, 0
FROM refund_tasks k WHERE k.merchant_id = %(merchant_id)s AND k.environment = %(environment)s AND k.ended_at IS NULL
UNION ALL
SELECT 'suspense', count(*), coalesce(sum(l.amount_sen), 0)::int8, 0
FROM (SELECT p.environment, p.amount_sen FROM payments p WHERE p.merchant_id = %(merchant_id)s AND p.status = 'late'
      UNION ALL
      SELECT d.environment, coalesce(d.came_sen, d.pay_sen - d.fee_sen) FROM deposits d
      WHERE d.merchant_id = %(merchant_id)s AND d.status = 'late' AND d.held_at IS NOT NULL) l
WHERE l.environment = %(environment)s"""
#: Anything, and the merchant's id: a turn to read all of its transfers.
_TURN: Final = "SELECT pg_try_advisory_lock(hashtextextended('gerai books', %s))"
_TURN_ENDS: Final = "SELECT pg_advisory_unlock(hashtextextended('gerai books', %s))"


class Movement(NamedTuple):
    """One account. ``opening_sen`` is credits less debits before the time; below nothing for what the shop has
    somewhere (a bank, a gateway)."""

    kind: str
    opening_sen: int
    debits_sen: int
    credits_sen: int


class Owed(NamedTuple):
    """What the shop owes to ``owed_to`` others of one kind; ``held_sen`` of it is reserved for orders."""

    kind: str
    owed_to: int
    amount_sen: int
    held_sen: int


async def movements(
    connection: AsyncConnection, merchant_id: int, environment: str, since: datetime, until: datetime
) -> list[Movement]:
    """Every kind of account, by its name: debits and credits from ``since`` until before ``until``. Reads all transfers
    of the merchant."""
    values = {"merchant_id": merchant_id, "environment": environment, "since": since, "until": until}
    cursor = await connection.execute(query(_STATEMENT), values)
    return [Movement(*row) for row in await cursor.fetchall()]


async def owed(connection: AsyncConnection, merchant_id: int, environment: str) -> list[Owed]:
    """What is owed now: members' wallets, refunds to be sent, money that came late."""
    cursor = await connection.execute(query(_OWED), {"merchant_id": merchant_id, "environment": environment})
    return [Owed(*row) for row in await cursor.fetchall()]


async def take_turn(connection: AsyncConnection, merchant_id: int) -> bool:
    """Whether nobody else reads all of this merchant's books now; then it is this session's turn, until
    :func:`end_turn` or its end."""
    cursor = await connection.execute(_TURN, (merchant_id,))
    row = await cursor.fetchone()
    return row is not None and row[0]


async def end_turn(connection: AsyncConnection, merchant_id: int) -> None:
    """Let others read them."""
    await connection.execute(_TURN_ENDS, (merchant_id,))
