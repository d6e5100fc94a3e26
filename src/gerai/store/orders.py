"""Orders, read without a lock: by what names them, by a filter."""

from __future__ import annotations

from typing import Any, Final

from psycopg import AsyncConnection

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import Order
from gerai.domain.states import ORDER
from gerai.store import order_search
from gerai.store.conditions import Where, in_scope, query
from gerai.store.order_filter import conditions
from gerai.store.tables import ORDERS

#: More orders than this never have the same payment-link code: their number is random.
_LINKED_AT_MOST: Final = 10

#: State by state, each newest first on the index of exactly that, and then the newest of all: one walk through a long
#: list would pass over everything in other states.
_BY_STATE: Final = (
    "SELECT {columns} FROM unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL "
    "(SELECT * FROM orders t {where} AND t.status = s.status ORDER BY {order} LIMIT %s) t "
    "ORDER BY {order} LIMIT %s OFFSET %s"
)
_STATUS: Final = "t.status = ANY(%s)"
#: Of no index: by a channel's, all its orders would be walked through for those of one member.
_NOT_BY_CHANNEL: Final = "(t.channel || '')"
#: By when they were made. Ids are drawn in blocks by each process, so they tell the time only roughly.
_NEWEST: Final = "t.created_at DESC, t.order_id DESC"
_OLDEST: Final = "t.created_at, t.order_id"


async def by_filter(connection: AsyncConnection, scope: Scope, wanted: OrderFilter, limit: int) -> list[Order]:
    """A page, newest first; oldest first with ``after_id``, for paging backwards."""
    order_by = _OLDEST if wanted.after_id is not None else _NEWEST
    where = conditions(scope, wanted)
    statuses = list(wanted.statuses)
    if (terms := order_search.asked_of_terms(scope, wanted)) is not None:
        return await order_search.page(connection, scope, wanted, terms, limit)
    # What names a few orders has an index of its own.
    if wanted.receipt or wanted.payment_public_id:
        where.add_if(bool(statuses), _STATUS, statuses)
        return await _select(connection, where, order_by, limit, wanted.skip)
    listed = order_search.listed_by(scope, wanted)
    # The terms of payments know the state, too.
    if listed and (wanted.payment_status or not await _few(connection, scope, statuses)):
        return await order_search.list_page(connection, scope, wanted, listed, limit)
    # A member's orders have one index, with their state in it.
    if scope.member_id is not None:
        where, statuses = conditions(scope, wanted, _NOT_BY_CHANNEL), statuses or sorted(ORDER.states)
    if not statuses:
        return await _select(connection, where, order_by, limit, wanted.skip)
    text = _BY_STATE.format(columns=ORDERS.select_list, where=where.text, order=order_by)
    furthest = limit + wanted.skip
    cursor = await connection.execute(query(text), (statuses, *where.params, furthest, limit, wanted.skip))
    return [ORDERS.read(row) for row in await cursor.fetchall()]


#: Fewer orders than this in the states that are asked for are looked at one by one.
_FEW: Final = 1000
#: In an order, so that the index of that order is read: the table from its beginning can look quicker, and may hold
#: none of them.
_COUNT: Final = f"SELECT count(*) FROM (SELECT FROM orders t {{where}} ORDER BY {_NEWEST} LIMIT %s) t"
_COUNT_BY_STATE: Final = (
    "SELECT count(*) FROM unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL "
    f"(SELECT FROM orders t {{where}} AND t.status = s.status ORDER BY {_NEWEST} LIMIT %s) t"
)


async def _few(connection: AsyncConnection, scope: Scope, statuses: list[str]) -> bool:
    """Whether only few orders are in these states."""
    return bool(statuses) and await _count_by_state(connection, in_scope(scope), statuses, _FEW) < _FEW


async def count(connection: AsyncConnection, scope: Scope, wanted: OrderFilter, at_most: int) -> int:
    """How many orders match, counted no further than ``at_most``: an exact count of a large shop would read all of its
    orders."""
    where, statuses = conditions(scope, wanted), list(wanted.statuses)
    terms = order_search.asked_of_terms(scope, wanted) or order_search.listed_by(scope, wanted)
    if terms or wanted.receipt or wanted.payment_public_id:
        return len(await by_filter(connection, scope, wanted, at_most))
    if scope.member_id is not None and not statuses:
        statuses = sorted(ORDER.states)
    if statuses:
        return await _count_by_state(connection, where, statuses, at_most)
    return await _counted(connection, _COUNT.format(where=where.text), *where.params, at_most)


async def _count_by_state(connection: AsyncConnection, where: Where, statuses: list[str], at_most: int) -> int:
    text = _COUNT_BY_STATE.format(where=where.text)
    return min(await _counted(connection, text, statuses, *where.params, at_most), at_most)


async def _counted(connection: AsyncConnection, text: str, *params: Any) -> int:
    cursor = await connection.execute(query(text), params)
    row = await cursor.fetchone()
    return row[0] if row else 0


async def by_link_code(connection: AsyncConnection, channel: str, code: str) -> list[Order]:
    """Orders of any merchant whose number is this six-letter code, oldest first."""
    where = Where("t.channel = %s AND t.number = %s AND length(t.number) = 6", channel, code)
    return await _select(connection, where, "t.order_id", _LINKED_AT_MOST)


async def _select(connection: AsyncConnection, where: Where, order_by: str, limit: int, skip: int = 0) -> list[Order]:
    text = f"SELECT {ORDERS.select_list} FROM orders t {where.text} ORDER BY {order_by} LIMIT %s OFFSET %s"
    cursor = await connection.execute(query(text), (*where.params, limit, skip))
    return [ORDERS.read(row) for row in await cursor.fetchall()]
