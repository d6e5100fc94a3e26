"""Reads that take no lock. Lists are keyset-paged: ``before``/``after`` an id, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, LiteralString, Protocol, cast

from psycopg import AsyncConnection, AsyncCursor, sql

from gerai.domain.records import (
    Account,
    Deposit,
    Member,
    Order,
    OrderView,
    Payment,
    Transfer,
)
from gerai.store.table import Table
from gerai.store.tables import (
    ACCOUNTS,
    DEPOSITS,
    FULFILMENTS,
    INVOICES,
    LINES,
    MEMBERS,
    ORDERS,
    PAYMENTS,
    SHIPMENTS,
    TRANSFERS,
)


class KeyLike(Protocol):
    """Structurally an Idempotency; the store does not import the engine."""

    @property
    def owner(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def key(self) -> str: ...


def _query(text: str) -> sql.SQL:
    """Our own constant text; values always travel as parameters."""
    return sql.SQL(cast("LiteralString", text))


async def idempotency(
    connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike
) -> tuple[bytes, bytes] | None:
    """Fingerprint and stored answer."""
    cursor = await connection.execute(
        "SELECT fingerprint, answer FROM idempotency_keys WHERE merchant_id = %s AND environment = %s AND owner = %s "
        "AND operation = %s AND key = %s",
        (merchant_id, environment, key.owner, key.operation, key.key),
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1])


async def orders(
    connection: AsyncConnection, where: str, params: Sequence[Any], order_by: str, limit: int, skip: int = 0
) -> list[Order]:
    """Orders by a condition of ours over ``t``."""
    cursor = await connection.execute(
        _query(f"SELECT {ORDERS.select_list} FROM orders t {where} ORDER BY {order_by} LIMIT %s OFFSET %s"),
        (*params, limit, skip),
    )
    return [ORDERS.read(row) for row in await cursor.fetchall()]


async def count_orders(connection: AsyncConnection, where: str, params: Sequence[Any], at_most: int) -> int:
    """How many orders match, counted no further than ``at_most``."""
    text = f"SELECT count(*) FROM (SELECT FROM orders t {where} LIMIT %s) AS counted"
    cursor = await connection.execute(_query(text), (*params, at_most))
    row = await cursor.fetchone()
    return row[0] if row else 0


_MEMBERS_BY_ID: Final = (
    f"SELECT {MEMBERS.select_list} FROM members t WHERE t.merchant_id = %s AND t.member_id = ANY(%s)"
)
_OF_ORDERS: Final = "SELECT {columns} FROM {table} t WHERE t.merchant_id = %s AND t.order_id = ANY(%s) ORDER BY {order}"


async def _ask_of_orders(
    connection: AsyncConnection, table: Table[Any], order_by: str, merchant_id: int, ids: list[int]
) -> AsyncCursor[Any]:
    text = _OF_ORDERS.format(columns=table.select_list, table=table.name, order=order_by)
    return await connection.execute(_query(text), (merchant_id, ids))


async def _grouped(cursor: AsyncCursor[Any], table: Table[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in await cursor.fetchall():
        record = table.read(row)
        grouped.setdefault(record.order_id, []).append(record)
    return grouped


#: What stands around an order, and how its rows are ordered.
_AROUND: Final = (
    (LINES, "t.order_id, t.line_no"), (INVOICES, "t.order_id"), (PAYMENTS, "t.order_id, t.payment_id"),
    (FULFILMENTS, "t.order_id"), (SHIPMENTS, "t.order_id"),
)  # fmt: skip


async def views(connection: AsyncConnection, found: list[Order]) -> list[OrderView]:
    """The orders of one merchant with everything around them, in the given order: six statements in one round trip."""
    if not found:
        return []
    merchant_id, ids = found[0].merchant_id, [order.order_id for order in found]
    member_ids = [order.member_id for order in found if order.member_id is not None]
    async with connection.pipeline():
        asked = [await _ask_of_orders(connection, table, by, merchant_id, ids) for table, by in _AROUND]
        people = await connection.execute(_query(_MEMBERS_BY_ID), (merchant_id, member_ids))
    lines, invoices, payments, fulfilments, shipments = [
        await _grouped(cursor, table) for cursor, (table, _) in zip(asked, _AROUND, strict=True)
    ]
    members = {row[1]: Member(*row) for row in await people.fetchall()}
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


async def payments(
    connection: AsyncConnection, where: str, params: Sequence[Any], order_by: str, limit: int, skip: int = 0
) -> list[Payment]:
    """Payments by a condition of ours over ``t`` (joined with their orders as ``o``)."""
    cursor = await connection.execute(
        _query(
            f"SELECT {PAYMENTS.select_list} FROM payments t JOIN orders o USING (merchant_id, order_id) "
            f"{where} ORDER BY {order_by} LIMIT %s OFFSET %s"
        ),
        (*params, limit, skip),
    )
    return [Payment(*row) for row in await cursor.fetchall()]


async def count_payments(connection: AsyncConnection, where: str, params: Sequence[Any], at_most: int) -> int:
    """How many payments match, counted no further than ``at_most``."""
    joined = "payments t JOIN orders o USING (merchant_id, order_id)"
    text = f"SELECT count(*) FROM (SELECT FROM {joined} {where} LIMIT %s) AS counted"
    cursor = await connection.execute(_query(text), (*params, at_most))
    row = await cursor.fetchone()
    return row[0] if row else 0


async def deposits(connection: AsyncConnection, where: str, params: Sequence[Any], limit: int) -> list[Deposit]:
    """Deposits by a condition of ours over ``t``, newest first."""
    cursor = await connection.execute(
        _query(f"SELECT {DEPOSITS.select_list} FROM deposits t {where} ORDER BY t.deposit_id DESC LIMIT %s"),
        (*params, limit),
    )
    return [Deposit(*row) for row in await cursor.fetchall()]


async def account(connection: AsyncConnection, merchant_id: int, account_id: int) -> Account | None:
    cursor = await connection.execute(
        _query(f"SELECT {ACCOUNTS.select_list} FROM accounts t WHERE t.merchant_id = %s AND t.account_id = %s"),
        (merchant_id, account_id),
    )
    row = await cursor.fetchone()
    return None if row is None else Account(*row)


async def statement(
    connection: AsyncConnection, merchant_id: int, account_id: int, before_id: int | None, limit: int
) -> list[Transfer]:
    """A wallet's transfers, newest first, in two index scans.

    Newest by id, which is only roughly by time where several processes write: each draws ids from blocks of its own.
    By (created_at, transfer_id) it would be exact but for the clocks of machines, for a larger index under every wallet
    order. No contract shows a statement; the door that does brings that index.
    """
    one = (
        "(SELECT {columns} FROM transfers t WHERE t.merchant_id = %s AND t.{side}_account_id = %s "
        "AND t.{side}_available_after IS NOT NULL AND t.transfer_id < %s ORDER BY t.transfer_id DESC LIMIT %s)"
    )
    debited = one.format(columns=TRANSFERS.select_list, side="debit")
    credited = one.format(columns=TRANSFERS.select_list, side="credit")
    mine = (merchant_id, account_id, before_id or 2**62, limit)
    text = f"{debited} UNION ALL {credited} ORDER BY transfer_id DESC LIMIT %s"
    cursor = await connection.execute(_query(text), (*mine, *mine, limit))
    return [Transfer(*row) for row in await cursor.fetchall()]


async def transfers_of_order(connection: AsyncConnection, merchant_id: int, order_id: int) -> list[Transfer]:
    """Every transfer an order caused, oldest first."""
    cursor = await connection.execute(
        _query(
            f"SELECT {TRANSFERS.select_list} FROM transfers t WHERE t.merchant_id = %s AND t.order_id = %s "
            "ORDER BY t.created_at, t.transfer_id"
        ),
        (merchant_id, order_id),
    )
    return [Transfer(*row) for row in await cursor.fetchall()]


async def events(
    connection: AsyncConnection, merchant_id: int, order_ids: list[int], after_id: int = 0
) -> list[tuple[int, int, str, dict[str, Any], Any]]:
    """(event_id, order_id, name, facts, created_at), oldest first."""
    cursor = await connection.execute(
        "SELECT event_id, order_id, name, facts, created_at FROM events WHERE merchant_id = %s AND order_id = ANY(%s) "
        "AND event_id > %s ORDER BY event_id",
        (merchant_id, order_ids, after_id),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await cursor.fetchall()]
