"""Orders by what names them, and any orders with everything around them, read without a lock.

What every door does most: so it goes the batch's way to the database (``store/pipeline.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from psycopg import AsyncConnection

from gerai.domain.filters import Scope
from gerai.domain.records import Order, OrderView
from gerai.store.arrays import Parameter, pack
from gerai.store.loads import (
    FULFILMENTS_BY_ORDER,
    INVOICES_BY_ORDER,
    LINES_BY_ORDER,
    PAYMENTS_BY_ORDER,
    SHIPMENTS_BY_ORDER,
)
from gerai.store.pipeline import rows_of, run
from gerai.store.table import Table
from gerai.store.tables import FULFILMENTS, INVOICES, LINES, MEMBERS, ORDERS, PAYMENTS, SHIPMENTS

_IN_SCOPE: Final = "t.merchant_id = %b AND t.environment = %b AND t.channel = %b AND t.public_id = ANY(%b::text[])"
_ORDERS: Final = f"SELECT {ORDERS.select_list} FROM orders t WHERE"
ORDERS_BY_PUBLIC_ID: Final = f"{_ORDERS} {_IN_SCOPE} ORDER BY t.order_id".encode()
MEMBERS_ORDERS_BY_PUBLIC_ID: Final = f"{_ORDERS} {_IN_SCOPE} AND t.member_id = %b ORDER BY t.order_id".encode()
ORDERS_BY_ID: Final = f"{_ORDERS} t.merchant_id = %b AND t.order_id = ANY(%b::int8[]) ORDER BY t.order_id".encode()
ORDER_BY_SECRET: Final = f"{_ORDERS} t.secret = %b".encode()
MEMBERS_BY_ID: Final = f"""
SELECT {MEMBERS.select_list} FROM members t
WHERE t.merchant_id = %b AND t.member_id = ANY(%b::int8[])""".encode()

#: What belongs to orders, each by the merchant's id and the orders' ids; members by their own.
_AROUND: Final[tuple[tuple[bytes, Table[Any]], ...]] = (
    (LINES_BY_ORDER, LINES),
    (INVOICES_BY_ORDER, INVOICES),
    (PAYMENTS_BY_ORDER, PAYMENTS),
    (FULFILMENTS_BY_ORDER, FULFILMENTS),
    (SHIPMENTS_BY_ORDER, SHIPMENTS),
)


async def by_public_ids(connection: AsyncConnection, scope: Scope, public_ids: list[str]) -> list[OrderView]:
    """Those that exist, oldest first."""
    params = (scope.merchant_id, scope.environment, scope.channel, pack("text", public_ids))
    if scope.member_id is None:
        return await _named(connection, ORDERS_BY_PUBLIC_ID, *params)
    return await _named(connection, MEMBERS_ORDERS_BY_PUBLIC_ID, *params, scope.member_id)


async def by_ids(connection: AsyncConnection, merchant_id: int, order_ids: list[int]) -> list[OrderView]:
    """Those that exist, oldest first, in whichever environment and channel."""
    return await _named(connection, ORDERS_BY_ID, merchant_id, pack("int8", order_ids))


async def by_secret(connection: AsyncConnection, secret: str) -> list[OrderView]:
    """The order of any merchant this token opens; none or one."""
    return await _named(connection, ORDER_BY_SECRET, secret)


async def _named(connection: AsyncConnection, sql: bytes, *params: Parameter) -> list[OrderView]:
    [result] = await run(connection, [(sql, params)])
    return await views(connection, list(map(ORDERS.read, rows_of(connection, result))))


async def views(connection: AsyncConnection, found: list[Order]) -> list[OrderView]:
    """The orders with everything around them, in the given order: one round trip per merchant."""
    by_merchant: dict[int, list[Order]] = {}
    for order in found:
        by_merchant.setdefault(order.merchant_id, []).append(order)
    made = [view for of_one in by_merchant.values() for view in await _views(connection, of_one)]
    if len(by_merchant) < 2:
        return made
    by_order = {(view.order.merchant_id, view.order.order_id): view for view in made}
    return [by_order[order.merchant_id, order.order_id] for order in found]


async def _views(connection: AsyncConnection, found: list[Order]) -> list[OrderView]:
    of_orders = (found[0].merchant_id, pack("int8", [order.order_id for order in found]))
    member_ids = [order.member_id for order in found if order.member_id is not None]
    statements: list[tuple[bytes, tuple[Parameter, ...]]] = [(sql, of_orders) for sql, _ in _AROUND]
    if member_ids:
        statements.append((MEMBERS_BY_ID, (found[0].merchant_id, pack("int8", member_ids))))
    results = await run(connection, statements)
    lines, invoices, payments, fulfilments, shipments = (
        _by_order(map(table.read, rows_of(connection, result)))
        for (_, table), result in zip(_AROUND, results, strict=False)
    )
    people = map(MEMBERS.read, rows_of(connection, results[-1])) if member_ids else ()
    members = {member.member_id: member for member in people}
    return [
        OrderView(
            order=order,
            lines=tuple(lines.get(order.order_id, ())),
            invoice=next(iter(invoices.get(order.order_id, ())), None),
            payments=tuple(payments.get(order.order_id, ())),
            fulfilment=next(iter(fulfilments.get(order.order_id, ())), None),
            member=members.get(order.member_id) if order.member_id is not None else None,
            shipment=next(iter(shipments.get(order.order_id, ())), None),
        )
        for order in found
    ]


def _by_order(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.order_id, []).append(row)
    return grouped
