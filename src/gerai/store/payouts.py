"""What gateways and acquirers took and have not passed on, and what they paid out, read without a lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME
from gerai.domain.records import Payout
from gerai.domain.settlement import USUAL_RULE, SettleRule
from gerai.store.conditions import listed, query
from gerai.store.gateways import read_ways
from gerai.store.tables import PAYOUTS


class UnsettledPayment(NamedTuple):
    """A payment whose money is with its gateway, or with the acquirer of an own account; or a top-up: that has no
    ``order_id`` and no ``order_number``, and its own id and code. ``contract_id``: of the contract, or of the account.
    ``status``: how it stands; ``late``: somebody is to decide about it, ``refunded``: it goes back, or went.
    ``taken_sen``: what its payer paid; ``known_fee_sen``: what is kept of it, as its gateway says, else as was booked
    when it came."""

    contract_id: int
    order_id: int | None
    payment_id: int
    payment: str
    order_number: str
    status: str
    method: str
    channel: str
    taken_sen: int
    known_fee_sen: int
    came_at: datetime


class UnsettledRefund(NamedTuple):
    """A refund that a gateway sent, and has not taken off a payout yet; of a top-up, where it has no ``order_id``."""

    contract_id: int
    order_id: int | None
    payment_id: int
    task_id: int
    payment: str
    amount_sen: int
    sent_at: datetime


TAKEN: Final = "p.amount_sen + p.fee_sen + p.matching_sen"
TAKEN_OF_DEPOSIT: Final = "coalesce(d.came_sen, d.pay_sen)"
#: When a deposit's money came; NULL: it did not, or not into the books.
DEPOSIT_CAME_AT: Final = "coalesce(d.held_at, d.completed_at)"
#: A deposit whose money waits is decided about, whatever became of the deposit itself.
DEPOSIT_STATUS: Final = "CASE WHEN d.status IN ('succeeded', 'refunded') THEN d.status ELSE 'late' END"
_CAME: Final = f"p.status IN ({listed(CAME)})"


class _Holder(NamedTuple):
    """A table of those with whom money waits: the column of a payment that names one, what it keeps of when a way's
    money is expected, and of which rows it is one."""

    table: str
    own_id: str
    named_by: str
    rules: str
    holds: str


_CONTRACTS: Final = _Holder("gateway_contracts", "contract_id", "contract_id", "c.ways", "c.environment = {0}")
_ACCOUNTS: Final = _Holder(
    "receiving_accounts", "receiving_id", "acquired_by", "c.settles", "c.settles IS NOT NULL AND {0} = 'production'"
)
_HOLDERS: Final = (_CONTRACTS, _ACCOUNTS)


def _payments_of(who: _Holder) -> str:
    """Holder by holder, through a partial index of exactly its rows."""
    return f"""
FROM {who.table} c CROSS JOIN LATERAL
     (SELECT * FROM payments p WHERE p.merchant_id = c.merchant_id AND p.{who.named_by} = c.{who.own_id}
        AND p.{who.named_by} IS NOT NULL AND p.payout_id IS NULL AND {_CAME}
      ORDER BY p.completed_at LIMIT %(limit)s) p"""


def _deposits_of(who: _Holder) -> str:
    return f"""
FROM {who.table} c CROSS JOIN LATERAL
     (SELECT * FROM deposits d WHERE d.merchant_id = c.merchant_id AND d.{who.named_by} = c.{who.own_id}
        AND d.{who.named_by} IS NOT NULL AND d.payout_id IS NULL AND {DEPOSIT_CAME_AT} IS NOT NULL
      ORDER BY {DEPOSIT_CAME_AT} LIMIT %(limit)s) d"""


def _unsettled_with(who: _Holder) -> str:
    mine = f"WHERE c.merchant_id = %(merchant)s AND {who.holds.format('%(environment)s')}"
    return f"""
SELECT c.{who.own_id}, p.order_id, p.payment_id, p.public_id, o.number, p.status, p.method, p.channel_code, {TAKEN},
       coalesce(a.fee_sen, p.fee_sen + p.merchant_fee_sen), coalesce(p.completed_at, p.updated_at) AS came_at
{_payments_of(who)}
JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
LEFT JOIN gateway_attempts a ON a.merchant_id = p.merchant_id AND a.payment_id = p.payment_id
{mine}
UNION ALL
SELECT c.{who.own_id}, NULL::bigint, d.deposit_id, d.public_id, '', {DEPOSIT_STATUS}, d.method, d.channel_code,
       {TAKEN_OF_DEPOSIT}, coalesce(a.fee_sen, CASE WHEN d.came_sen IS NULL THEN d.fee_sen ELSE 0 END),
       {DEPOSIT_CAME_AT}
{_deposits_of(who)}
LEFT JOIN gateway_attempts a ON a.merchant_id = d.merchant_id AND a.payment_id = d.deposit_id
{mine}"""


UNSETTLED: Final = f"""
{" UNION ALL ".join(map(_unsettled_with, _HOLDERS))}
ORDER BY came_at, payment_id LIMIT %(limit)s"""

UNSETTLED_REFUNDS: Final = """
SELECT t.contract_id, t.order_id, t.payment_id, t.task_id, coalesce(p.public_id, d.public_id), t.amount_sen,
       coalesce(t.ended_at, t.updated_at)
FROM gateway_contracts c CROSS JOIN LATERAL
     (SELECT * FROM refund_tasks t WHERE t.merchant_id = c.merchant_id AND t.contract_id = c.contract_id
        AND t.contract_id IS NOT NULL AND t.payout_id IS NULL ORDER BY t.task_id LIMIT %(limit)s) t
LEFT JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
LEFT JOIN deposits d ON d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id AND t.order_id IS NULL
WHERE c.merchant_id = %(merchant)s AND c.environment = %(environment)s
ORDER BY t.task_id LIMIT %(limit)s"""


def _oldest_with(who: _Holder) -> str:
    real = who.holds.format("'production'")
    return f"""
SELECT p.method, p.channel_code, coalesce(p.completed_at, p.updated_at) AS came_at, {who.rules}
{_payments_of(who)}
WHERE {real}
UNION ALL
SELECT d.method, d.channel_code, {DEPOSIT_CAME_AT}, {who.rules} {_deposits_of(who)}
WHERE {real}"""


#: The oldest of each with whom real money waits.
OLDEST: Final = f"""
{" UNION ALL ".join(map(_oldest_with, _HOLDERS))}
ORDER BY came_at LIMIT %(limit)s"""

_PAYOUTS: Final = f"SELECT {PAYOUTS.select_list} FROM payouts t WHERE t.merchant_id = %(merchant)s"
PAID_OUT: Final = f"""{_PAYOUTS} AND t.environment = %(environment)s
  AND t.paid_at >= %(since)s AND t.paid_at < %(until)s ORDER BY t.paid_at DESC, t.payout_id DESC LIMIT %(limit)s"""
_PAGE: Final = f"""{_PAYOUTS} AND t.environment = %(environment)s
  AND (%(paid_at)s::timestamptz IS NULL OR (t.paid_at, t.payout_id) < (%(paid_at)s, %(payout)s::int8))
ORDER BY t.paid_at DESC, t.payout_id DESC LIMIT %(limit)s"""
ONE: Final = f"{_PAYOUTS} AND t.contract_id = %(contract)s AND t.reference = %(reference)s"


async def unsettled(
    connection: AsyncConnection, merchant_id: int, environment: str, limit: int
) -> list[UnsettledPayment]:
    """What gateways have not passed on, of orders and of top-ups, oldest first."""
    found = await _rows(connection, UNSETTLED, merchant=merchant_id, environment=environment, limit=limit)
    return [UnsettledPayment(*row) for row in found]


async def unsettled_refunds(
    connection: AsyncConnection, merchant_id: int, environment: str, limit: int
) -> list[UnsettledRefund]:
    """What gateways sent back and have not taken off yet, oldest first."""
    found = await _rows(connection, UNSETTLED_REFUNDS, merchant=merchant_id, environment=environment, limit=limit)
    return [UnsettledRefund(*row) for row in found]


async def oldest_unsettled(connection: AsyncConnection, limit: int) -> list[tuple[datetime, SettleRule]]:
    """(when it came, by which rule it is expected) of real money that waits longest, of all merchants."""
    found = await _rows(connection, OLDEST, limit=limit)
    return [(came_at, _rule_of(method, channel, rules)) for method, channel, came_at, rules in found]


async def paid_out(
    connection: AsyncConnection, merchant_id: int, environment: str, since: datetime, until: datetime, limit: int
) -> list[Payout]:
    """What gateways paid out within these times: of too many the newest, oldest first."""
    names = {"merchant": merchant_id, "environment": environment, "since": since, "until": until, "limit": limit}
    return [PAYOUTS.read(row) for row in reversed(await _rows(connection, PAID_OUT, **names))]


async def page(
    connection: AsyncConnection, merchant_id: int, environment: str, before: tuple[datetime, int] | None, limit: int
) -> list[Payout]:
    """What gateways paid out, newest first, behind one of this moment and id."""
    paid_at, payout_id = before or (None, None)
    names = {
        "merchant": merchant_id, "environment": environment, "paid_at": paid_at, "payout": payout_id, "limit": limit,
    }  # fmt: skip
    return [PAYOUTS.read(row) for row in await _rows(connection, _PAGE, **names)]


async def by_id(connection: AsyncConnection, merchant_id: int, payout_id: int) -> Payout | None:
    """The payout with this id."""
    found = await _rows(connection, f"{_PAYOUTS} AND t.payout_id = %(payout)s", merchant=merchant_id, payout=payout_id)
    return PAYOUTS.read(found[0]) if found else None


async def payout(connection: AsyncConnection, merchant_id: int, contract_id: int, reference: str) -> Payout | None:
    """The payout with this reference."""
    found = await _rows(connection, ONE, merchant=merchant_id, contract=contract_id, reference=reference)
    return PAYOUTS.read(found[0]) if found else None


def _rule_of(method: str, channel: str, rules: Any) -> SettleRule:
    """By which rule money that came so is expected: an account's own, or that of the way of its contract."""
    if not isinstance(rules, list):
        return msgspec.convert(rules, SettleRule)
    mine = [one.settles for one in read_ways(rules) if (one.method, one.channel) == (method, channel)]
    return mine[0] if mine else USUAL_RULE


async def _rows(connection: AsyncConnection, text: str, **names: Any) -> list[Any]:
    cursor = await connection.execute(query(text), names)
    return await cursor.fetchall()
