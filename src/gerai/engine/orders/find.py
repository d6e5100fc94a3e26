"""Find orders, and what happened to them. Reads go round the batch: no lock, no command.

A :class:`Scope` names whose orders: what belongs to somebody else is not found. Methods that take a merchant's id
instead serve whoever has the order's own id already.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import NotFound
from gerai.store import events, merchant_orders, order_views, orders
from gerai.store.connection import Connection
from gerai.store.pool import Pool


class EventEntry(NamedTuple):
    """Something that happened to an order."""

    event_id: int
    order_id: int
    name: str
    facts: dict[str, Any]
    at: datetime


async def order_now(connection: Connection, merchant_id: int, order_id: int | None) -> OrderView:
    """The order as it is now. NotFound when there is none."""
    found = [] if order_id is None else await order_views.by_ids(connection, merchant_id, [order_id])
    if not found:
        raise NotFound("order", str(order_id))
    return found[0]


class OrderReads:
    """Orders with everything around them (``engine.orders``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def by_public_id(self, scope: Scope, public_id: str) -> OrderView | None:
        """The order with the door's identifier."""
        return next(iter(await self.by_public_ids(scope, [public_id])), None)

    async def by_public_ids(self, scope: Scope, public_ids: list[str]) -> list[OrderView]:
        """Those of the orders that exist, oldest first."""
        async with self._pool.connection() as connection:
            return await order_views.by_public_ids(connection, scope, public_ids)

    async def by_id(self, merchant_id: int, order_id: int) -> OrderView | None:
        """The order with the engine's id, in whichever environment and channel."""
        return next(iter(await self.by_ids(merchant_id, [order_id])), None)

    async def by_ids(self, merchant_id: int, order_ids: list[int]) -> list[OrderView]:
        """Those of the orders that exist, oldest first, in whichever environment and channel."""
        async with self._pool.connection() as connection:
            return await order_views.by_ids(connection, merchant_id, order_ids)

    async def as_now(self, order: Order) -> OrderView:
        """An order read before, as it is now (an order is never deleted)."""
        async with self._pool.connection() as connection:
            return await order_now(connection, order.merchant_id, order.order_id)

    async def named(self, merchant_id: int, name: str) -> list[OrderView]:
        """What a person may mean by ``name``: orders with this number or identifier, newest first."""
        async with self._pool.connection() as connection:
            return await order_views.views(connection, await merchant_orders.by_name(connection, merchant_id, name))

    async def of_merchant(
        self, merchant_id: int, environments: list[str], statuses: list[str], limit: int
    ) -> list[OrderView]:
        """A merchant's orders of all channels, newest first."""
        async with self._pool.connection() as connection:
            found = await merchant_orders.of_merchant(connection, merchant_id, environments, statuses, limit)
            return await order_views.views(connection, found)

    async def search(self, merchant_id: int, environments: list[str], text: str, limit: int) -> list[OrderView]:
        """A merchant's orders of all channels that a text finds (``gerai.domain.search``), newest first. A blank text
        finds none: a list that is not narrowed would be taken for what was found."""
        if not text.strip():
            return []
        async with self._pool.connection() as connection:
            return await order_views.views(
                connection, await merchant_orders.search(connection, merchant_id, environments, text, limit)
            )

    async def by_receipts(self, merchant_id: int, environment: str, receipts: list[str]) -> list[list[OrderView]]:
        """Of each of these couriers' numbers, in any case, the orders of all channels whose parcel has it."""
        async with self._pool.connection() as connection:
            found = await merchant_orders.by_receipts(connection, merchant_id, environment, receipts)
            views = await order_views.by_ids(connection, merchant_id, sorted({order_id for _, order_id in found}))
        by_id = {view.order.order_id: view for view in views}
        named: list[list[OrderView]] = [[] for _ in receipts]
        for place, order_id in found:
            named[place - 1].append(by_id[order_id])
        return named

    async def by_secret(self, secret: str) -> OrderView | None:
        """The order a public page's unguessable token opens."""
        async with self._pool.connection() as connection:
            found = await order_views.by_secret(connection, secret)
        return found[0] if found else None

    async def by_link_code(self, channel: str, code: str) -> list[OrderView]:
        """Orders of any merchant whose number is this six-letter payment-link code, oldest first."""
        async with self._pool.connection() as connection:
            return await order_views.views(connection, await orders.by_link_code(connection, channel, code))

    async def page(self, scope: Scope, wanted: OrderFilter, limit: int) -> list[OrderView]:
        """A page of orders, newest first (oldest first with ``after_id``, for paging backwards)."""
        async with self._pool.connection() as connection:
            return await order_views.views(connection, await orders.by_filter(connection, scope, wanted, limit))

    async def count(self, scope: Scope, wanted: OrderFilter, at_most: int = 10_000) -> int:
        """How many orders match, counted no further than ``at_most``."""
        async with self._pool.connection() as connection:
            return await orders.count(connection, scope, wanted, at_most)


class EventReads:
    """What happened to orders (``engine.events``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_orders(self, merchant_id: int, order_ids: list[int], after_id: int = 0) -> list[EventEntry]:
        """What happened to these orders, oldest first, after an event id."""
        async with self._pool.connection() as connection:
            return [EventEntry(*row) for row in await events.of_orders(connection, merchant_id, order_ids, after_id)]
