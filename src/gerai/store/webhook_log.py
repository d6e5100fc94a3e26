"""The log of webhook deliveries as a person looks at it, and what is sent again from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

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
#: The queue's own function, as for the jobs of a batch (``loads.DEFER_JOBS``).
_DEFER: Final = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
    ROW(%s, %s, 0, %s, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1])"""


async def replay(connection: AsyncConnection, merchant_id: int, delivery_ids: list[int], at: datetime) -> list[int]:
    """Make those that are finished pending again, where the endpoint is active; their ids, ascending."""
    cursor = await connection.execute(query(_REPLAY), (at, at, merchant_id, delivery_ids))
    return sorted(row[0] for row in await cursor.fetchall())


async def defer(connection: AsyncConnection, queue: str, task: str, lock: str, arguments: dict[str, Any]) -> None:
    """Hand a job to the queue, with the transaction; those of one ``lock`` run one after the other."""
    await connection.execute(query(_DEFER), (queue, task, lock, Jsonb(arguments)))


#: Endpoint by endpoint and state by state, each on the index of exactly that.
_LISTED: Final = """
SELECT {columns} FROM webhook_endpoints p CROSS JOIN unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL
    (SELECT * FROM webhook_deliveries t {where} AND t.endpoint_id = p.endpoint_id AND t.status = s.status
     ORDER BY t.happened_at {way}, t.delivery_id {way} LIMIT %s) t
WHERE p.merchant_id = %s{endpoints}
ORDER BY t.happened_at {way}, t.delivery_id {way} LIMIT %s"""
_STATUSES: Final = ("pending", "delivered", "failed", "dropped")
#: By the order's events, as long as the list of an endpoint's deliveries may be.
_OF_ORDER: Final = f"""
SELECT p.url, {DELIVERY_COLUMNS} FROM webhook_endpoints p CROSS JOIN LATERAL
    (SELECT * FROM webhook_deliveries d WHERE d.merchant_id = p.merchant_id AND d.endpoint_id = p.endpoint_id
       AND d.event_id = ANY(ARRAY(SELECT e.event_id FROM events e WHERE e.merchant_id = %(merchant)s
                                  AND e.order_id = %(order)s)) OFFSET 0) t
WHERE p.merchant_id = %(merchant)s
ORDER BY t.happened_at DESC, t.delivery_id DESC LIMIT %(limit)s"""
#: As the list is read: endpoint by endpoint and state by state, on the index alone.
_LATELY: Final = """
SELECT p.endpoint_id, x.status, count(*) FROM unnest(%s::int8[]) AS p(endpoint_id) CROSS JOIN LATERAL (
    SELECT t.status FROM unnest(%s::text[]) AS s(status) CROSS JOIN LATERAL (
        SELECT d.status, d.happened_at, d.delivery_id FROM webhook_deliveries d
        WHERE d.merchant_id = %s AND d.endpoint_id = p.endpoint_id AND d.status = s.status
        ORDER BY d.happened_at DESC, d.delivery_id DESC LIMIT %s) t
    ORDER BY t.happened_at DESC, t.delivery_id DESC LIMIT %s) x
GROUP BY 1, 2"""


async def deliveries(
    connection: AsyncConnection, merchant_id: int, wanted: DeliveryFilter, limit: int
) -> list[Delivery]:
    """A merchant's deliveries, of the newest events first."""
    return await _listed(connection, merchant_id, wanted, limit, "DESC")


async def finished(
    connection: AsyncConnection,
    merchant_id: int,
    wanted: DeliveryFilter,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Delivery]:
    """Those that are not pending, of the oldest events first, after one of them: when it happened, and its id."""
    return await _listed(connection, merchant_id, wanted, limit, "ASC", after, _STATUSES[1:])


async def of_order(
    connection: AsyncConnection, merchant_id: int, order_id: int, limit: int
) -> list[tuple[str, Delivery]]:
    """An order's deliveries to all endpoints, with the address of each, of the newest events first."""
    values = {"merchant": merchant_id, "order": order_id, "limit": limit}
    cursor = await connection.execute(query(_OF_ORDER), values)
    return [(url, Delivery(*columns)) for url, *columns in await cursor.fetchall()]


async def delivery(connection: AsyncConnection, merchant_id: int, delivery_id: int) -> Delivery | None:
    """One delivery."""
    text = f"SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries t WHERE t.merchant_id = %s AND t.delivery_id = %s"
    row = await (await connection.execute(query(text), (merchant_id, delivery_id))).fetchone()
    return None if row is None else Delivery(*row)


async def how_many_lately(
    connection: AsyncConnection, merchant_id: int, endpoint_ids: list[int], newest: int
) -> dict[int, dict[str, int]]:
    """Of each of these endpoints, how many of its newest deliveries are in each state."""
    cursor = await connection.execute(
        query(_LATELY), (endpoint_ids, list(_STATUSES), merchant_id, newest, newest)
    )  # fmt: skip
    found: dict[int, dict[str, int]] = {endpoint_id: {} for endpoint_id in endpoint_ids}
    for endpoint_id, status, many in await cursor.fetchall():
        found[endpoint_id][status] = many
    return found


async def last_attempts(
    connection: AsyncConnection, merchant_id: int, delivery_ids: list[int]
) -> dict[int, SentAttempt]:
    """The newest attempt at each of these deliveries; one that was never tried is missing."""
    names = ", ".join(f"t.{name}" for name in SentAttempt.__struct_fields__)
    cursor = await connection.execute(
        query(f"SELECT DISTINCT ON (t.delivery_id) {names} FROM webhook_attempts t "
               "WHERE t.merchant_id = %s AND t.delivery_id = ANY(%s) ORDER BY t.delivery_id, t.number DESC"),
        (merchant_id, delivery_ids),
    )  # fmt: skip
    found = [SentAttempt(*row) for row in await cursor.fetchall()]
    return {one.delivery_id: one for one in found}


async def _listed(
    connection: AsyncConnection,
    merchant_id: int,
    wanted: DeliveryFilter,
    limit: int,
    way: str,
    after: tuple[datetime, int] | None = None,
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
    if wanted.before is not None:
        where.add("(t.happened_at, t.delivery_id) < (%s, %s)", *wanted.before)
    if after is not None:
        where.add("(t.happened_at, t.delivery_id) > (%s, %s)", *after)
    asked = {"p.endpoint_id": wanted.endpoint_id, "p.environment": wanted.environment or None}
    of = {column: value for column, value in asked.items() if value is not None}
    endpoints = "".join(f" AND {column} = %s" for column in of)
    text = _LISTED.format(columns=DELIVERY_COLUMNS, where=where.text, way=way, endpoints=endpoints)
    cursor = await connection.execute(query(text), (statuses, *where.params, limit, merchant_id, *of.values(), limit))
    return [Delivery(*row) for row in await cursor.fetchall()]


async def attempts(connection: AsyncConnection, merchant_id: int, delivery_id: int) -> list[SentAttempt]:
    """The log of one delivery, oldest first."""
    names = ", ".join(SentAttempt.__struct_fields__)
    cursor = await connection.execute(
        query(f"SELECT {names} FROM webhook_attempts WHERE merchant_id = %s AND delivery_id = %s ORDER BY number"),
        (merchant_id, delivery_id),
    )
    return [SentAttempt(*row) for row in await cursor.fetchall()]
