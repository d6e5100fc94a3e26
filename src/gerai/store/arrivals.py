"""Money that came into receiving accounts, read without a lock; and which payment or deposit it may be."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME
from gerai.domain.records import Arrival
from gerai.store.conditions import Where, listed, query
from gerai.store.tables import ARRIVALS
from gerai.store.walk import Walk, walked

#: So long after its end a payment or deposit may still be what came: as long as its amount is kept.
_STILL_COMES: Final = "interval '3 days'"
#: ``by``: when it had come at the latest; no order is paid before it is placed.
#: Whose amount it is says so; where payers are asked for the price itself, all who are asked for this one.
_CANDIDATES: Final = f"""
(SELECT DISTINCT ON (p.order_id) p.order_id, p.payment_id, NULL::int8 AS deposit_id, o.number, p.status
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
WHERE p.merchant_id = %(merchant)s AND p.receiving_id = %(account)s
  AND p.amount_sen + p.fee_sen + p.matching_sen = %(amount)s
  AND (p.status = 'processing' OR p.status IN ('cancelled', 'expired') AND p.updated_at > now() - {_STILL_COMES})
  AND (%(by)s::timestamptz IS NULL OR o.created_at <= %(by)s)
  AND NOT EXISTS (SELECT FROM payments came WHERE came.merchant_id = p.merchant_id AND came.order_id = p.order_id
                  AND came.status IN ({listed(CAME)}))
ORDER BY p.order_id, p.status <> 'processing', p.payment_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, d.deposit_id, d.public_id, d.status
FROM deposits d
WHERE d.merchant_id = %(merchant)s AND d.receiving_id = %(account)s AND d.pay_sen = %(amount)s
  AND (d.status = 'pending' OR d.status IN ('cancelled', 'expired') AND d.updated_at > now() - {_STILL_COMES})
  AND (%(by)s::timestamptz IS NULL OR d.created_at <= %(by)s)
ORDER BY d.deposit_id LIMIT %(limit)s)
LIMIT %(limit)s"""

_TOLD: Final = """
SELECT FROM arrivals a WHERE a.merchant_id = %(merchant)s AND a.receiving_id = %(account)s
  AND a.amount_sen = %(amount)s AND a.source = %(source)s"""
_CAME_OTHERWISE: Final = f"""
SELECT EXISTS (
    SELECT FROM payments p
    WHERE p.merchant_id = %(merchant)s AND p.receiving_id = %(account)s
      AND p.amount_sen + p.fee_sen + p.matching_sen = %(amount)s AND p.status IN ({listed(CAME)})
      AND p.completed_at BETWEEN %(since)s AND %(until)s AND NOT EXISTS ({_TOLD} AND a.payment_id = p.payment_id)
) OR EXISTS (
    SELECT FROM deposits d
    WHERE d.merchant_id = %(merchant)s AND d.receiving_id = %(account)s AND d.pay_sen = %(amount)s
      AND d.status IN ('succeeded', 'late', 'refunded')
      AND d.updated_at BETWEEN %(since)s AND %(until)s AND NOT EXISTS ({_TOLD} AND a.deposit_id = d.deposit_id))"""


#: Whoever was asked for exactly this there, whatever became of it, and how that order was paid.
_ASKED_ONCE: Final = f"""
(SELECT o.number, p.status, coalesce((
    SELECT came.method FROM payments came WHERE came.merchant_id = p.merchant_id AND came.order_id = p.order_id
      AND came.status IN ({listed(CAME)}) ORDER BY came.payment_id LIMIT 1), '')
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
WHERE p.merchant_id = %(merchant)s AND p.receiving_id = %(account)s
  AND p.amount_sen + p.fee_sen + p.matching_sen = %(amount)s ORDER BY p.payment_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT d.public_id, d.status, '' FROM deposits d
WHERE d.merchant_id = %(merchant)s AND d.receiving_id = %(account)s AND d.pay_sen = %(amount)s
ORDER BY d.deposit_id DESC LIMIT %(limit)s)
LIMIT %(limit)s"""


_LIST: Final = Walk("arrivals", "arrival_id", f"t.arrival_id, {ARRIVALS.select_list}")


class AskedOnce(NamedTuple):
    """Who was asked for an amount. ``name``: the order's number, or the deposit's code; ``status``: of the payment or
    the deposit; ``paid_by``: the method of the order's money; empty: none came for it, or it is a deposit."""

    name: str
    status: str
    paid_by: str


class Candidate(NamedTuple):
    """What asks for what came: a payment of an order no money came for yet, or a deposit. ``name``: the order's
    number, or the deposit's code; ``status``: of the payment or the deposit."""

    order_id: int | None
    payment_id: int | None
    deposit_id: int | None
    name: str
    status: str


async def candidates(
    connection: AsyncConnection,
    merchant_id: int,
    receiving_id: int,
    amount_sen: int,
    limit: int,
    by: datetime | None = None,
) -> list[Candidate]:
    """The payments and deposits that may be what came, one payment of each order: open ones, and those that ended
    lately. ``by``: only of orders, and only deposits, that were there by then."""
    names = {"merchant": merchant_id, "account": receiving_id, "amount": amount_sen, "limit": limit, "by": by}
    cursor = await connection.execute(query(_CANDIDATES), names)
    return [Candidate(*row) for row in await cursor.fetchall()]


async def asked_once(
    connection: AsyncConnection, merchant_id: int, receiving_id: int, amount_sen: int, limit: int
) -> list[AskedOnce]:
    """The payments and deposits that asked for exactly this in this account, also those that have their money."""
    names = {"merchant": merchant_id, "account": receiving_id, "amount": amount_sen, "limit": limit}
    cursor = await connection.execute(query(_ASKED_ONCE), names)
    return [AskedOnce(*row) for row in await cursor.fetchall()]


async def came_otherwise(
    connection: AsyncConnection,
    merchant_id: int,
    receiving_id: int,
    amount_sen: int,
    source: str,
    since: datetime,
    until: datetime,
) -> bool:
    """Whether a payment or deposit got exactly this amount in this account about then, but not by this source: by
    another one, or by a person's word."""
    names = {
        "merchant": merchant_id, "account": receiving_id, "amount": amount_sen, "source": source, "since": since,
        "until": until,
    }  # fmt: skip
    cursor = await connection.execute(query(_CAME_OTHERWISE), names)
    row = await cursor.fetchone()
    return bool(row and row[0])


async def waiting(
    connection: AsyncConnection, merchant_id: int, limit: int, arrival_id: int | None = None
) -> list[Arrival]:
    """What waits for a person, longest first; or the one with this id, if it does."""
    cursor = await connection.execute(
        query(f"SELECT {ARRIVALS.select_list} FROM arrivals t WHERE t.merchant_id = %s AND t.status = 'waiting' "
               "AND (%s::int8 IS NULL OR t.arrival_id = %s) ORDER BY t.arrival_id LIMIT %s"),
        (merchant_id, arrival_id, arrival_id, limit),
    )  # fmt: skip
    return [ARRIVALS.read(row) for row in await cursor.fetchall()]


async def page(
    connection: AsyncConnection, merchant_id: int, status: str, receiving_id: int, before_id: int, limit: int
) -> tuple[list[Arrival], int | None]:
    """Of this state (empty: any) and account (0: any), newest first, as :func:`walked`."""
    wanted = (
        Where("true")
        .add_if(status == "waiting", "t.status = 'waiting'")
        .add_if(status not in ("", "waiting"), "t.status = %s", status)
        .add_if(receiving_id > 0, "t.receiving_id = %s", receiving_id)
    )
    found, went_to = await walked(connection, _LIST, merchant_id, before_id, wanted, limit)
    return [ARRIVALS.read(row[1:]) for row in found], went_to


async def by_id(connection: AsyncConnection, merchant_id: int, arrival_id: int) -> Arrival | None:
    """It as it stands, whatever was decided about it."""
    cursor = await connection.execute(
        query(f"SELECT {ARRIVALS.select_list} FROM arrivals t WHERE t.merchant_id = %s AND t.arrival_id = %s"),
        (merchant_id, arrival_id),
    )
    row = await cursor.fetchone()
    return None if row is None else ARRIVALS.read(row)


async def kept_under(
    connection: AsyncConnection, merchant_id: int, receiving_id: int, keys: list[str]
) -> list[Arrival]:
    """What is kept under these keys already."""
    cursor = await connection.execute(
        query(f"SELECT {ARRIVALS.select_list} FROM arrivals t "
               "WHERE t.merchant_id = %s AND t.receiving_id = %s AND t.arrival_key = ANY(%s)"),
        (merchant_id, receiving_id, keys),
    )  # fmt: skip
    return [ARRIVALS.read(row) for row in await cursor.fetchall()]
