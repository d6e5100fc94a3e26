"""A merchant's orders of all doors: pages of them, the newest, those of a name, those that a text finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from psycopg import AsyncConnection

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import Order
from gerai.domain.states import ORDER
from gerai.store import members
from gerai.store.conditions import Where, in_one_case, query
from gerai.store.order_faces import FACES
from gerai.store.order_filter import bounded, conditions
from gerai.store.orders import by_filter
from gerai.store.tables import ORDERS

#: As many as have one name, at most: a number that is drawn is random.
_NAMED_AT_MOST: Final = 10
_NEWEST: Final = "t.created_at DESC, t.order_id DESC"
_BY_PUBLIC_ID: Final = f"""{FACES}
SELECT {ORDERS.select_list} FROM faces f CROSS JOIN LATERAL
    (SELECT * FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.environment = f.environment
       AND o.channel = f.channel AND o.public_id = %(name)s OFFSET 0) t
LIMIT %(limit)s"""
_OF_MERCHANT: Final = f"""{FACES}
SELECT {ORDERS.select_list}
FROM faces f CROSS JOIN unnest(%(statuses)s::text[]) AS s(status) CROSS JOIN LATERAL
    (SELECT * FROM orders t WHERE t.merchant_id = %(merchant_id)s AND t.environment = f.environment
       AND t.channel = f.channel AND t.status = s.status ORDER BY {_NEWEST} LIMIT %(limit)s) t
WHERE f.environment = ANY(%(environments)s)
ORDER BY {_NEWEST} LIMIT %(limit)s"""
#: The places of the page's orders from the index of members alone, in its order, however many they have in one state.
_OF_MEMBER: Final = f"""
SELECT {ORDERS.select_list} FROM
    (SELECT m.created_at, m.order_id FROM unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL
        (SELECT t.created_at, t.order_id FROM orders t {{where}} AND t.status = s.status ORDER BY {_NEWEST} LIMIT %s) m
     ORDER BY m.created_at DESC, m.order_id DESC LIMIT %s) m
CROSS JOIN LATERAL (SELECT * FROM orders o WHERE o.merchant_id = %s AND o.order_id = m.order_id OFFSET 0) t
ORDER BY {_NEWEST}"""
#: Few orders, of which each condition is asked one by one.
_OF_DOOR_BY_PUBLIC_ID: Final = f"""
SELECT {ORDERS.select_list} FROM
    (SELECT * FROM orders o WHERE o.merchant_id = %s AND o.environment = %s AND o.channel = %s AND o.public_id = %s
     OFFSET 0) t {{where}}"""
#: Of each state no more entries of its index are read than are counted.
_COUNTED: Final = f"""{FACES}
SELECT s.status, (SELECT count(*) FROM (
    SELECT FROM faces f CROSS JOIN LATERAL
        (SELECT FROM orders t WHERE t.merchant_id = %(merchant_id)s AND t.environment = f.environment
           AND t.channel = f.channel AND t.status = s.status ORDER BY {_NEWEST} LIMIT %(at_most)s) t
    WHERE f.environment = %(environment)s AND (%(door)s::text = '' OR f.channel = %(door)s) LIMIT %(at_most)s) c)
FROM unnest(%(statuses)s::text[]) AS s(status)"""
#: In the order of the receipts that are asked for, each found by its index.
_BY_RECEIPT: Final = """
SELECT r.place, s.order_id FROM unnest(%(receipts)s::text[]) WITH ORDINALITY AS r(receipt, place) CROSS JOIN LATERAL
    (SELECT s.order_id FROM shipments s WHERE s.merchant_id = %(merchant_id)s AND s.environment = %(environment)s
       AND s.receipt <> '' AND lower(s.receipt COLLATE "C") = r.receipt OFFSET 0) s
ORDER BY r.place, s.order_id"""


async def by_name(connection: AsyncConnection, merchant_id: int, name: str) -> list[Order]:
    """Those with this number or identifier, in whichever environment and channel, newest first."""
    numbered = await _everywhere(connection, merchant_id, OrderFilter(numbers=(name,)), _NAMED_AT_MOST)
    values = {"merchant_id": merchant_id, "name": name, "limit": _NAMED_AT_MOST}
    cursor = await connection.execute(query(_BY_PUBLIC_ID), values)
    return _newest_of([*numbered, *map(ORDERS.read, await cursor.fetchall())], _NAMED_AT_MOST)


async def search(
    connection: AsyncConnection, merchant_id: int, environments: list[str], text: str, limit: int
) -> list[Order]:
    """A merchant's orders of all channels that a text finds (``gerai.domain.search``), newest first."""
    found = await _everywhere(connection, merchant_id, OrderFilter(search=text), limit, environments)
    return _newest_of(found, limit)


async def page(
    connection: AsyncConnection,
    merchant_id: int,
    environment: str,
    wanted: OrderFilter,
    limit: int,
    *,
    door: str = "",
    member_id: int | None = None,
) -> list[Order]:
    """A page of one environment's orders of all channels (``door``: of one), newest first. What is searched for is
    found by the door's identifier, too, where that is all of it."""
    if member_id is not None:
        member = await members.one(connection, merchant_id, member_id)
        # A member is of one channel, and so are their orders.
        if member is None or door not in ("", member.channel):
            return []
        if not wanted.search:
            return await _of_member(connection, (merchant_id, environment, member_id), wanted, limit)
        door = member.channel
    found: list[Order] = []
    for place, channel in await _faces(connection, merchant_id):
        if place == environment and door in ("", channel):
            scope = Scope(merchant_id, environment, channel, member_id)
            found += await by_filter(connection, scope, wanted, limit)
            if wanted.search:
                found += await _of_door_by_public_id(connection, scope, wanted)
    return _newest_of(found, limit)


async def _of_member(
    connection: AsyncConnection, member: tuple[int, str, int], wanted: OrderFilter, limit: int
) -> list[Order]:
    where = Where("t.merchant_id = %s AND t.environment = %s AND t.member_id = %s", *member)
    where, statuses = bounded(where, member[0], wanted), list(wanted.statuses) or sorted(ORDER.states)
    values = (statuses, *where.params, limit, limit, member[0])
    cursor = await connection.execute(query(_OF_MEMBER.format(where=where.text)), values)
    return [ORDERS.read(row) for row in await cursor.fetchall()]


async def _of_door_by_public_id(connection: AsyncConnection, scope: Scope, wanted: OrderFilter) -> list[Order]:
    statuses = list(wanted.statuses)
    where = conditions(scope, replace(wanted, search="")).add_if(bool(statuses), "t.status = ANY(%s)", statuses)
    named = (scope.merchant_id, scope.environment, scope.channel, wanted.search.strip())
    text = _OF_DOOR_BY_PUBLIC_ID.format(where=where.text)
    cursor = await connection.execute(query(text), (*named, *where.params))
    return [ORDERS.read(row) for row in await cursor.fetchall()]


async def counts(
    connection: AsyncConnection, merchant_id: int, environment: str, statuses: list[str], at_most: int, door: str = ""
) -> dict[str, int]:
    """How many orders of all channels (``door``: of one) are in each of these states, counted no further than
    ``at_most`` each."""
    values = {"merchant_id": merchant_id, "environment": environment, "statuses": statuses, "at_most": at_most}
    cursor = await connection.execute(query(_COUNTED), {**values, "door": door})
    return dict(await cursor.fetchall())


async def _faces(connection: AsyncConnection, merchant_id: int) -> list[tuple[str, str]]:
    """The environments and channels the merchant has orders of."""
    cursor = await connection.execute(query(f"{FACES} SELECT * FROM faces"), {"merchant_id": merchant_id})
    return list(await cursor.fetchall())


async def _everywhere(
    connection: AsyncConnection,
    merchant_id: int,
    wanted: OrderFilter,
    limit: int,
    environments: list[str] | None = None,
) -> list[Order]:
    """A page of each environment and channel."""
    found: list[Order] = []
    for environment, channel in await _faces(connection, merchant_id):
        if environments is None or environment in environments:
            found += await by_filter(connection, Scope(merchant_id, environment, channel), wanted, limit)
    return found


def _newest_of(found: list[Order], limit: int) -> list[Order]:
    once = {order.order_id: order for order in found}
    return sorted(once.values(), key=lambda order: (order.created_at, order.order_id), reverse=True)[:limit]


async def of_merchant(
    connection: AsyncConnection, merchant_id: int, environments: list[str], statuses: list[str], limit: int
) -> list[Order]:
    """A merchant's orders of all channels, newest first."""
    values = {"merchant_id": merchant_id, "environments": environments, "statuses": statuses, "limit": limit}
    cursor = await connection.execute(query(_OF_MERCHANT), values)
    return [ORDERS.read(row) for row in await cursor.fetchall()]


async def by_receipts(
    connection: AsyncConnection, merchant_id: int, environment: str, receipts: list[str]
) -> list[tuple[int, int]]:
    """The place of each receipt that a parcel has (from 1 on), in any case of ASCII letters, and the parcel's order."""
    values = {"merchant_id": merchant_id, "environment": environment, "receipts": in_one_case(receipts)}
    cursor = await connection.execute(query(_BY_RECEIPT), values)
    return list(await cursor.fetchall())
