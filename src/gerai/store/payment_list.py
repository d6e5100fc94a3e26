"""Payments of all doors as the desk lists them: newest first, with the order of each; and one with all that is known of
it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.records import Payment
from gerai.store.conditions import Where, query
from gerai.store.tables import PAYMENTS

#: So many are looked through for one page that leaves some out: no index knows a state's or a door's payments by time.
LOOKED_THROUGH: Final = 5_000
_AT_MOST: Final = 50
_NEWEST: Final = "t.created_at DESC, t.payment_id DESC"
#: Each row's order is looked up by its key, so that the page's limit ends the walk.
_LISTED: Final = f"""
SELECT o.number, o.channel, {PAYMENTS.select_list} FROM payments t CROSS JOIN LATERAL
    (SELECT o.number, o.channel FROM orders o
     WHERE o.merchant_id = t.merchant_id AND o.order_id = t.order_id OFFSET 0) o"""
_BY_CODE: Final = (
    "SELECT payment_id FROM payments WHERE merchant_id = %s AND environment = %s AND instructions ->> 'code' = %s "
    "AND instructions ->> 'code' <> '' LIMIT %s"
)


class ListedPayment(NamedTuple):
    """A payment with its order's number and door."""

    order_number: str
    door: str
    payment: Payment


class Wanted(NamedTuple):
    """Which payments: everything empty, all. ``since`` and ``until``: when they were begun."""

    status: str = ""
    method: str = ""
    door: str = ""
    since: datetime | None = None
    until: datetime | None = None


Place = tuple[datetime, int]


async def page(
    connection: AsyncConnection, merchant_id: int, environment: str, wanted: Wanted, before: Place | None, limit: int
) -> tuple[list[ListedPayment], Place | None]:
    """At most so many, newest first; and behind which to go on, None: there are no more. Where some are left out, a
    page may be short, or empty, and others follow."""
    where = _where(merchant_id, environment, wanted, before)
    # What waits for a decision has an index of its own, and is never much.
    waits = wanted.status == "late"
    chosen = bool(wanted.status or wanted.method or wanted.door)
    last = None if waits else await _nth(connection, where, LOOKED_THROUGH if chosen else limit)
    where.add_if(last is not None, "(t.created_at, t.payment_id) >= (%s, %s)", *(last or ()))
    where.add_if(waits, "t.status = 'late'").add_if(not waits and bool(wanted.status), "t.status = %s", wanted.status)
    where.add_if(bool(wanted.method), "t.method = %s", wanted.method)
    where.add_if(bool(wanted.door), "o.channel = %s", wanted.door)
    cursor = await connection.execute(
        query(f"{_LISTED} {where.text} ORDER BY {_NEWEST} LIMIT %s"), (*where.params, limit)
    )
    found = [_listed(row) for row in await cursor.fetchall()]
    if len(found) == limit:
        return found, (found[-1].payment.created_at, found[-1].payment.payment_id)
    return found, last


async def by_ids(connection: AsyncConnection, merchant_id: int, payment_ids: list[int]) -> list[ListedPayment]:
    """Those that there are, newest first, in whichever environment."""
    where = Where("t.merchant_id = %s AND t.payment_id = ANY(%s)", merchant_id, payment_ids)
    cursor = await connection.execute(
        query(f"{_LISTED} {where.text} ORDER BY {_NEWEST} LIMIT %s"), (*where.params, _AT_MOST)
    )
    return [_listed(row) for row in await cursor.fetchall()]


async def with_code(connection: AsyncConnection, merchant_id: int, environment: str, code: str) -> list[int]:
    """The ids of payments whose instructions show this code (a VA number)."""
    cursor = await connection.execute(_BY_CODE, (merchant_id, environment, code, _AT_MOST))
    return [row[0] for row in await cursor.fetchall()]


def _where(merchant_id: int, environment: str, wanted: Wanted, before: Place | None) -> Where:
    return (
        Where("t.merchant_id = %s AND t.environment = %s", merchant_id, environment)
        .add_if(wanted.since is not None, "t.created_at >= %s", wanted.since)
        .add_if(wanted.until is not None, "t.created_at < %s", wanted.until)
        .add_if(before is not None, "(t.created_at, t.payment_id) < (%s, %s)", *(before or ()))
    )


async def _nth(connection: AsyncConnection, where: Where, number: int) -> Place | None:
    """Where the payment of this number stands; None: there are not so many."""
    cursor = await connection.execute(
        query(f"SELECT t.created_at, t.payment_id FROM payments t {where.text} ORDER BY {_NEWEST} OFFSET %s LIMIT 1"),
        (*where.params, number - 1),
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1])


def _listed(row: tuple[object, ...]) -> ListedPayment:
    number, door, *values = row
    return ListedPayment(str(number), str(door), PAYMENTS.read(values))
