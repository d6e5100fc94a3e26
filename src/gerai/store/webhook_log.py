"""The log of webhook deliveries as a person looks at it, and what is sent again from it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import AsyncConnection

from gerai.domain.filters import DeliveryFilter
from gerai.domain.webhooks import Delivery, SentAttempt
from gerai.store.conditions import Where, query
from gerai.store.webhook_deliveries import DELIVERY_COLUMNS

#: One statement's share of a replay: a moment, however long the range is.
REPLAYED_AT_ONCE: Final = 1000
_REPLAY: Final = """
UPDATE webhook_deliveries t SET status = 'pending', tries = 0, next_attempt_at = %s, due_since = %s, holds_back = true,
    leased_until = NULL, finished_at = NULL
FROM webhook_endpoints e
WHERE t.merchant_id = %s AND t.delivery_id = ANY(%s) AND t.status <> 'pending'
  AND e.merchant_id = t.merchant_id AND e.endpoint_id = t.endpoint_id AND e.status = 'active'
RETURNING t.delivery_id"""


async def replay(connection: AsyncConnection, merchant_id: int, delivery_ids: list[int], at: datetime) -> list[int]:
    """Make those that are finished pending again, where the endpoint is active; their ids, ascending."""
    cursor = await connection.execute(query(_REPLAY), (at, at, merchant_id, delivery_ids))
    return sorted(row[0] for row in await cursor.fetchall())


#: Endpoint by endpoint and state by state, each on the index of exactly that.
_LISTED: Final = """
SELECT {columns} FROM webhook_endpoints p CROSS JOIN unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL
    (SELECT * FROM webhook_deliveries t {where} AND t.endpoint_id = p.endpoint_id AND t.status = s.status
     ORDER BY t.happened_at {way}, t.delivery_id {way} LIMIT %s) t
WHERE p.merchant_id = %s{endpoint}
ORDER BY t.happened_at {way}, t.delivery_id {way} LIMIT %s"""
_STATUSES: Final = ("pending", "delivered", "failed", "dropped")


async def deliveries(
    connection: AsyncConnection, merchant_id: int, wanted: DeliveryFilter, limit: int
) -> list[Delivery]:
    """A merchant's deliveries, of the newest events first."""
    return await _listed(connection, merchant_id, wanted, limit, "DESC")


async def finished(
    connection: AsyncConnection, merchant_id: int, wanted: DeliveryFilter, after: Delivery | None, limit: int
) -> list[Delivery]:
    """Those that are not pending, of the oldest events first, after one of them."""
    return await _listed(connection, merchant_id, wanted, limit, "ASC", after, _STATUSES[1:])


#: By the order's events, as long as the list of an endpoint's deliveries may be.
_OF_ORDER: Final = f"""
SELECT p.url, {DELIVERY_COLUMNS} FROM webhook_endpoints p CROSS JOIN LATERAL
    (SELECT * FROM webhook_deliveries d WHERE d.merchant_id = p.merchant_id AND d.endpoint_id = p.endpoint_id
       AND d.event_id = ANY(ARRAY(SELECT e.event_id FROM events e WHERE e.merchant_id = %(merchant)s
                                  AND e.order_id = %(order)s)) OFFSET 0) t
WHERE p.merchant_id = %(merchant)s
ORDER BY t.event_id, t.part, t.endpoint_id LIMIT %(limit)s"""


async def of_order(
    connection: AsyncConnection, merchant_id: int, order_id: int, limit: int
) -> list[tuple[str, Delivery]]:
    """An order's deliveries to all endpoints, with the address of each, what happened first first."""
    values = {"merchant": merchant_id, "order": order_id, "limit": limit}
    cursor = await connection.execute(query(_OF_ORDER), values)
    return [(url, Delivery(*columns)) for url, *columns in await cursor.fetchall()]


async def delivery(connection: AsyncConnection, merchant_id: int, delivery_id: int) -> Delivery | None:
    """One delivery."""
    text = f"SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries t WHERE t.merchant_id = %s AND t.delivery_id = %s"
    row = await (await connection.execute(query(text), (merchant_id, delivery_id))).fetchone()
    return None if row is None else Delivery(*row)


async def _listed(
    connection: AsyncConnection,
    merchant_id: int,
    wanted: DeliveryFilter,
    limit: int,
    way: str,
    after: Delivery | None = None,
    among: tuple[str, ...] = _STATUSES,
) -> list[Delivery]:
    statuses = [
        status
        for status in among
        if wanted.status in ("", status) and not (wanted.undelivered and status == "delivered")
    ]
    where = (
        Where("t.merchant_id = %s", merchant_id)
        .add_if(wanted.happened_from is not None, "t.happened_at >= %s", wanted.happened_from)
        .add_if(wanted.happened_until is not None, "t.happened_at < %s", wanted.happened_until)
    )
    if after is not None:
        where.add("(t.happened_at, t.delivery_id) > (%s, %s)", after.happened_at, after.delivery_id)
    of_one = wanted.endpoint_id is not None
    text = _LISTED.format(
        columns=DELIVERY_COLUMNS, where=where.text, way=way, endpoint=" AND p.endpoint_id = %s" if of_one else ""
    )
    endpoint = (wanted.endpoint_id,) if of_one else ()
    cursor = await connection.execute(query(text), (statuses, *where.params, limit, merchant_id, *endpoint, limit))
    return [Delivery(*row) for row in await cursor.fetchall()]


async def attempts(connection: AsyncConnection, merchant_id: int, delivery_id: int) -> list[SentAttempt]:
    """The log of one delivery, oldest first."""
    names = ", ".join(SentAttempt.__struct_fields__)
    cursor = await connection.execute(
        query(f"SELECT {names} FROM webhook_attempts WHERE merchant_id = %s AND delivery_id = %s ORDER BY number"),
        (merchant_id, delivery_id),
    )
    return [SentAttempt(*row) for row in await cursor.fetchall()]
