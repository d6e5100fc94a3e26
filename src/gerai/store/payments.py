"""Payments, read without a lock. The order's channel and member decide who may see one."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection

from gerai.domain.filters import PaymentFilter, Scope
from gerai.domain.records import Payment
from gerai.store import merchant_orders
from gerai.store.conditions import Where, in_scope, query
from gerai.store.tables import PAYMENTS

_NAMED_AT_MOST: Final = 50
#: The few with this code first: the newest payment that has it may be the oldest of all.
_WITH_CODE: Final = (
    "t.payment_id = ANY(ARRAY(SELECT p.payment_id FROM payments p WHERE p.merchant_id = %s AND p.environment = %s "
    "AND p.instructions ->> 'code' = %s AND p.instructions ->> 'code' <> ''))"
)
_FROM: Final = "payments t JOIN orders o USING (merchant_id, order_id)"


async def by_filter(connection: AsyncConnection, scope: Scope, wanted: PaymentFilter, limit: int) -> list[Payment]:
    """A page, newest first."""
    newest = "t.created_at DESC, t.payment_id DESC"
    return await _select(connection, _conditions(scope, wanted), newest, limit, wanted.skip)


async def count(connection: AsyncConnection, scope: Scope, wanted: PaymentFilter, at_most: int) -> int:
    """How many payments match, counted no further than ``at_most``."""
    where = _conditions(scope, wanted)
    # In their order, for the index: without it all orders are read to join them.
    text = f"SELECT count(*) FROM (SELECT FROM {_FROM} {where.text} ORDER BY t.created_at DESC LIMIT %s) AS counted"
    cursor = await connection.execute(query(text), (*where.params, at_most))
    row = await cursor.fetchone()
    return row[0] if row else 0


async def by_public_id(connection: AsyncConnection, scope: Scope, public_id: str) -> list[Payment]:
    """The payment with the door's identifier; none or one."""
    return await _select(connection, _scoped(scope).add("t.public_id = %s", public_id), "t.payment_id DESC", 1)


async def by_code(connection: AsyncConnection, scope: Scope, code: str) -> list[Payment]:
    """The newest payment whose instructions show this code; none or one."""
    where = _scoped(scope).add(_WITH_CODE, scope.merchant_id, scope.environment, code)
    return await _select(connection, where, "t.payment_id DESC", 1)


async def by_own_name(connection: AsyncConnection, merchant_id: int, name: str) -> list[Payment]:
    """The payments of both environments with this identifier."""
    where = Where("t.merchant_id = %s AND t.public_id = %s", merchant_id, name)
    return await _select(connection, where, "t.payment_id", _NAMED_AT_MOST)


async def by_name_of_order(connection: AsyncConnection, merchant_id: int, name: str) -> list[Payment]:
    """The payments of the orders with this number or identifier, in both environments."""
    named = [order.order_id for order in await merchant_orders.by_name(connection, merchant_id, name)]
    where = Where("t.merchant_id = %s AND t.order_id = ANY(%s)", merchant_id, named)
    return await _select(connection, where, "t.payment_id", _NAMED_AT_MOST)


async def _select(connection: AsyncConnection, where: Where, order_by: str, limit: int, skip: int = 0) -> list[Payment]:
    text = f"SELECT {PAYMENTS.select_list} FROM {_FROM} {where.text} ORDER BY {order_by} LIMIT %s OFFSET %s"
    cursor = await connection.execute(query(text), (*where.params, limit, skip))
    return [PAYMENTS.read(row) for row in await cursor.fetchall()]


def _scoped(scope: Scope) -> Where:
    return in_scope(scope, "o.channel", "o.member_id")


def _conditions(scope: Scope, wanted: PaymentFilter) -> Where:
    return (
        _scoped(scope)
        .add_if(wanted.created_from is not None, "t.created_at >= %s", wanted.created_from)
        .add_if(wanted.created_until is not None, "t.created_at < %s", wanted.created_until)
    )
