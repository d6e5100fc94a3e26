"""Find orders. Reads go round the batch: no lock, no command. Ownership is part of every question.

The caller names merchant, environment and channel (and member, where a key belongs to one); what belongs to somebody
else is simply not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg_pool import AsyncConnectionPool

from gerai.domain.records import OrderView
from gerai.store import reads as sql

Reads = AsyncConnectionPool[Any]


@dataclass(frozen=True)
class OrderFilter:
    """What a list asks for; None or empty: anything. ``search`` looks into number, reference and lines' names.
    ``receipt`` is a courier's number, in any case.

    ``details`` must be contained in the order's details. ``before_id``/``after_id`` page by order id.
    """

    merchant_id: int
    environment: str
    channel: str
    member_id: int | None = None
    statuses: tuple[str, ...] = ()
    invoice_statuses: tuple[str, ...] = ()
    shipment_statuses: tuple[str, ...] = ()
    receipt: str = ""
    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    item_id: int | None = None
    search: str = ""
    details: dict[str, Any] | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    before_id: int | None = None
    after_id: int | None = None
    skip: int = 0


class EventEntry(NamedTuple):
    """Something that happened to an order."""

    event_id: int
    order_id: int
    name: str
    facts: dict[str, Any]
    at: datetime


async def by_public_id(
    reads: Reads, merchant_id: int, environment: str, channel: str, public_id: str, member_id: int | None = None
) -> OrderView | None:
    """The order with the door's identifier; with ``member_id``, only that member's."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND t.channel = %s AND t.public_id = %s"
    params: list[Any] = [merchant_id, environment, channel, public_id]
    if member_id is not None:
        where += " AND t.member_id = %s"
        params.append(member_id)
    return await _one(reads, where, params)


async def by_public_ids(
    reads: Reads, merchant_id: int, environment: str, channel: str, public_ids: list[str]
) -> list[OrderView]:
    """Those of the orders that exist, oldest first."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND t.channel = %s AND t.public_id = ANY(%s)"
    params = [merchant_id, environment, channel, public_ids]
    async with reads.connection() as connection:
        found = await sql.orders(connection, where, params, "t.order_id", max(len(public_ids), 1))
        return await sql.views(connection, found)


async def by_id(reads: Reads, merchant_id: int, order_id: int) -> OrderView | None:
    """The order with the engine's id, in whichever environment and channel."""
    return await _one(reads, "WHERE t.merchant_id = %s AND t.order_id = %s", [merchant_id, order_id])


async def by_ids(reads: Reads, merchant_id: int, order_ids: list[int]) -> list[OrderView]:
    """Those of the orders that exist, oldest first, in whichever environment and channel."""
    where = "WHERE t.merchant_id = %s AND t.order_id = ANY(%s)"
    async with reads.connection() as connection:
        found = await sql.orders(connection, where, [merchant_id, order_ids], "t.order_id", max(len(order_ids), 1))
        return await sql.views(connection, found)


async def by_secret(reads: Reads, secret: str) -> OrderView | None:
    """The order a public page's unguessable token opens."""
    return await _one(reads, "WHERE t.secret = %s", [secret])


async def by_link_code(reads: Reads, channel: str, code: str) -> list[OrderView]:
    """Orders of any merchant whose number is this six-letter payment-link code."""
    async with reads.connection() as connection:
        where = "WHERE length(t.number) = 6 AND t.channel = %s AND t.number = %s"
        found = await sql.orders(connection, where, [channel, code], "t.order_id", 10)
        return [view for order in found for view in await sql.views(connection, [order])]


async def listing(reads: Reads, wanted: OrderFilter, limit: int) -> list[OrderView]:
    """A page of orders, newest first (oldest first with ``after_id``, for paging backwards)."""
    where, params = conditions(wanted)
    order_by = "t.order_id" if wanted.after_id is not None else "t.order_id DESC"
    async with reads.connection() as connection:
        return await sql.views(connection, await sql.orders(connection, where, params, order_by, limit, wanted.skip))


async def count(reads: Reads, wanted: OrderFilter, at_most: int = 10_000) -> int:
    """How many orders match, counted no further than ``at_most``."""
    where, params = conditions(wanted)
    async with reads.connection() as connection:
        return await sql.count_orders(connection, where, params, at_most)


async def events(reads: Reads, merchant_id: int, order_ids: list[int], after_id: int = 0) -> list[EventEntry]:
    """What happened to these orders, oldest first, after an event id."""
    async with reads.connection() as connection:
        return [EventEntry(*row) for row in await sql.events(connection, merchant_id, order_ids, after_id)]


def conditions(wanted: OrderFilter) -> tuple[str, list[Any]]:
    """The filter as a WHERE clause over ``orders t`` and its parameters."""
    parts = ["t.merchant_id = %s", "t.environment = %s", "t.channel = %s"]
    params: list[Any] = [wanted.merchant_id, wanted.environment, wanted.channel]
    invoice = "EXISTS (SELECT FROM invoices i WHERE i.merchant_id = t.merchant_id AND i.order_id = t.order_id AND {})"
    shipment = "EXISTS (SELECT FROM shipments s WHERE s.merchant_id = t.merchant_id AND s.order_id = t.order_id AND {})"
    # The few orders with this number first; looking at each order for it would take forever.
    receipt = (
        "t.order_id = ANY(ARRAY(SELECT s.order_id FROM shipments s WHERE s.merchant_id = %s AND s.environment = %s "
        'AND s.receipt <> \'\' AND lower(s.receipt COLLATE "C") = lower(%s COLLATE "C")))'
    )
    line = "EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = t.merchant_id AND l.order_id = t.order_id AND {})"
    asked: list[tuple[bool, str, list[Any]]] = [
        (wanted.member_id is not None, "t.member_id = %s", [wanted.member_id]),
        (bool(wanted.statuses), "t.status = ANY(%s)", [list(wanted.statuses)]),
        (bool(wanted.invoice_statuses), invoice.format("i.status = ANY(%s)"), [list(wanted.invoice_statuses)]),
        (bool(wanted.shipment_statuses), shipment.format("s.status = ANY(%s)"), [list(wanted.shipment_statuses)]),
        (bool(wanted.receipt), receipt, [wanted.merchant_id, wanted.environment, wanted.receipt]),
        (bool(wanted.references), "t.reference = ANY(%s)", [list(wanted.references)]),
        (bool(wanted.numbers), "t.number = ANY(%s)", [list(wanted.numbers)]),
        (wanted.item_id is not None, line.format("l.item_id = %s"), [wanted.item_id]),
        (
            bool(wanted.search),
            "(t.number ILIKE %s OR t.reference ILIKE %s OR " + line.format("l.name ILIKE %s") + ")",
            [f"%{_literal(wanted.search)}%"] * 3,
        ),
        (wanted.details is not None, "t.details @> %s::jsonb", [msgspec.json.encode(wanted.details).decode()]),
        (wanted.created_from is not None, "t.created_at >= %s", [wanted.created_from]),
        (wanted.created_until is not None, "t.created_at < %s", [wanted.created_until]),
        (wanted.before_id is not None, "t.order_id < %s", [wanted.before_id]),
        (wanted.after_id is not None, "t.order_id > %s", [wanted.after_id]),
    ]
    for present, text, values in asked:
        if present:
            parts.append(text)
            params.extend(values)
    return "WHERE " + " AND ".join(parts), params


def _literal(text: str) -> str:
    """A search text in which % and _ stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _one(reads: Reads, where: str, params: list[Any]) -> OrderView | None:
    async with reads.connection() as connection:
        found = await sql.orders(connection, where, params, "t.order_id", 1)
        views = await sql.views(connection, found)
    return views[0] if views else None
