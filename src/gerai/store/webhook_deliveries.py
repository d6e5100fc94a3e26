"""The statements behind webhook deliveries: what is due, what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from psycopg import AsyncConnection

from gerai.domain.webhooks import Delivery, SentAttempt
from gerai.store.conditions import query
from gerai.store.due import CLOCK

DELIVERY_COLUMNS: Final = ", ".join(f"t.{name}" for name in Delivery.__struct_fields__)

#: How long a message that is not acknowledged keeps the order's later ones waiting; and, however old it is, until its
#: first retry. Long enough for a receiver that is restarted, whatever the schedule.
HOLDS_BACK_FOR: Final = timedelta(minutes=2)
#: How long a message waits for earlier ones in all: a receiver that refuses many for good must still hear of the
#: payment on the same day.
_WAITS_AT_MOST: Final = timedelta(minutes=30)


def _another_first(delivery: str, clock: str) -> str:
    """The condition that a pending message of the same order at the same endpoint goes before this one: it was never
    attempted, is due itself, is under way, or is young enough to be waited for.

    What is due goes by the merchant's clock, leases by the database's: a frozen test clock must not keep a lease for
    ever."""
    return f"""EXISTS (
        SELECT FROM webhook_deliveries e
        WHERE e.merchant_id = {delivery}.merchant_id AND e.endpoint_id = {delivery}.endpoint_id
          AND e.order_id = {delivery}.order_id AND e.status = 'pending'
          AND (e.event_id, e.part) < ({delivery}.event_id, {delivery}.part)
          AND (e.tries = 0 OR e.next_attempt_at <= {clock} OR e.leased_until > now()
               OR (e.holds_back AND {delivery}.due_since > {clock} - interval '{_seconds(_WAITS_AT_MOST)}'
                   AND (e.tries = 1 OR e.due_since > {clock} - interval '{_seconds(HOLDS_BACK_FOR)}'))))"""


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} seconds"


#: A delivery ``d`` to the endpoint ``t`` that somebody may take now.
_SENDABLE: Final = f"""d.merchant_id = t.merchant_id AND d.endpoint_id = t.endpoint_id AND d.status = 'pending'
      AND d.next_attempt_at <= clock.now AND (d.leased_until IS NULL OR d.leased_until < now())
      AND NOT {_another_first("d", "clock.now")}"""

#: What may be sent to an endpoint that answers. Endpoint by endpoint: one with a long backlog cannot fill the page and
#: starve the others, and neither can several: each merchant's first message comes before the second of any, and so do
#: those of its endpoints. The clock is read once for each, not for every pair of messages.
_DUE: Final = f"""
SELECT y.merchant_id, y.delivery_id, y.endpoint_id FROM (
SELECT x.*, row_number() OVER (PARTITION BY x.endpoint_id ORDER BY x.next_attempt_at) AS of_endpoint
FROM webhook_endpoints t JOIN merchants m USING (merchant_id)
CROSS JOIN LATERAL (SELECT {CLOCK} AS now OFFSET 0) clock
CROSS JOIN LATERAL (
    SELECT d.merchant_id, d.delivery_id, d.endpoint_id, d.next_attempt_at FROM webhook_deliveries d
    WHERE {_SENDABLE}
    ORDER BY d.next_attempt_at LIMIT %s) x
WHERE t.status = 'active' AND (t.paused_until IS NULL OR t.paused_until <= now())
  AND t.endpoint_id <> ALL(%s::int8[])) y
ORDER BY row_number() OVER (PARTITION BY y.merchant_id ORDER BY y.of_endpoint, y.next_attempt_at), y.next_attempt_at
LIMIT %s"""

#: One look per endpoint, whatever its backlog.
_OLDEST_DUE: Final = f"""
SELECT t.environment, CASE WHEN t.failures > 0 THEN 'failing' ELSE 'answering' END, count(*),
       extract(epoch FROM max(clock.now - x.next_attempt_at))::float8
FROM webhook_endpoints t JOIN merchants m USING (merchant_id)
CROSS JOIN LATERAL (SELECT {CLOCK} AS now OFFSET 0) clock
CROSS JOIN LATERAL (
    SELECT d.next_attempt_at FROM webhook_deliveries d WHERE {_SENDABLE} ORDER BY d.next_attempt_at LIMIT 1) x
WHERE t.status = 'active' AND (t.paused_until IS NULL OR t.paused_until <= now())
GROUP BY 1, 2 ORDER BY 1, 2"""

#: Decided again: since it was found to be due, another worker may have sent it, or have begun with one that goes first.
_CLAIM: Final = f"""
UPDATE webhook_deliveries t SET leased_until = now() + %s * interval '1 second' FROM merchants m
WHERE t.merchant_id = %s AND t.delivery_id = %s AND m.merchant_id = t.merchant_id AND t.status = 'pending'
  AND t.next_attempt_at <= {CLOCK} AND (t.leased_until IS NULL OR t.leased_until < now())
  AND NOT {_another_first("t", CLOCK)}
RETURNING {DELIVERY_COLUMNS}"""


#: Bounded: a year of rows at once would be one very long transaction. An endpoint is past the events whose deliveries
#: go, or they would be made a second time when such an order moves again.
_FORGET: Final = """
WITH gone AS (
    DELETE FROM webhook_deliveries WHERE ctid IN
        (SELECT ctid FROM webhook_deliveries
         WHERE status <> 'pending' AND finished_at < now() - %s * interval '1 day' LIMIT %s)
    RETURNING merchant_id, endpoint_id, event_id),
past AS (
    UPDATE webhook_endpoints e SET after_event_id = g.last
    FROM (SELECT merchant_id, endpoint_id, max(event_id) AS last FROM gone GROUP BY 1, 2) g
    WHERE e.merchant_id = g.merchant_id AND e.endpoint_id = g.endpoint_id AND e.after_event_id < g.last)
SELECT count(*) FROM gone"""


async def fanned_out_events(
    connection: AsyncConnection, merchant_id: int, endpoint_id: int, order_id: int
) -> dict[int, int]:
    """The order's events of which this endpoint has a delivery already, each with the highest sequence number of its
    messages."""
    cursor = await connection.execute(
        # By the order's events: the deliveries of all orders of a shop have no index by order.
        "SELECT d.event_id, max(d.sequence) FROM webhook_deliveries d WHERE d.merchant_id = %s AND d.endpoint_id = %s "
        "AND d.event_id = ANY(ARRAY(SELECT e.event_id FROM events e WHERE e.merchant_id = %s AND e.order_id = %s)) "
        "GROUP BY d.event_id",
        (merchant_id, endpoint_id, merchant_id, order_id),
    )
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def add_deliveries(connection: AsyncConnection, new: Sequence[Delivery]) -> int:
    """Insert those that are not there yet; returns how many."""
    names = Delivery.__struct_fields__
    text = (
        f"INSERT INTO webhook_deliveries ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "
        "ON CONFLICT DO NOTHING"
    )
    added = 0
    # Two workers may fan the same order out: the unique key decides, and only what is new is counted.
    async with connection.pipeline():
        cursors = [await connection.execute(query(text), tuple(getattr(row, name) for name in names)) for row in new]
    for cursor in cursors:
        added += cursor.rowcount
    return added


async def due(
    connection: AsyncConnection, of_each: int, limit: int, without: Sequence[int] = ()
) -> list[tuple[int, int, int]]:
    """(merchant_id, delivery_id, endpoint_id) of what may be sent now, at most ``of_each`` of an endpoint, and of none
    of those ``without``."""
    cursor = await connection.execute(query(_DUE), (of_each, list(without), limit))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def oldest_due(connection: AsyncConnection) -> list[tuple[str, str, int, float]]:
    """(environment, ``answering`` or ``failing``, endpoints, seconds): how long the oldest message that may be sent now
    has waited, of endpoints that are not paused."""
    cursor = await connection.execute(query(_OLDEST_DUE))
    return [(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()]


async def claim(connection: AsyncConnection, merchant_id: int, delivery_id: int, lease_s: float) -> Delivery | None:
    """Take one delivery that is due for ``lease_s``; None when somebody else has it, or it is not its turn any more."""
    cursor = await connection.execute(query(_CLAIM), (lease_s, merchant_id, delivery_id))
    row = await cursor.fetchone()
    return None if row is None else Delivery(*row)


async def add_attempt(connection: AsyncConnection, new: SentAttempt) -> None:
    """Write an attempt into the log."""
    names = SentAttempt.__struct_fields__
    text = (
        f"INSERT INTO webhook_attempts ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "
        "ON CONFLICT DO NOTHING"
    )
    await connection.execute(query(text), tuple(getattr(new, name) for name in names))


async def after_attempt(connection: AsyncConnection, done: Delivery, next_in_line_at: datetime) -> None:
    """Store what an attempt made of a delivery. Of the order's later messages at that endpoint, those that were not
    tried yet are due from ``next_in_line_at`` on, or once they have waited long enough."""
    await connection.execute(
        "UPDATE webhook_deliveries SET status = %s, attempts = %s, tries = %s, next_attempt_at = %s, finished_at = %s, "
        "holds_back = %s, leased_until = NULL WHERE merchant_id = %s AND delivery_id = %s",
        (done.status, done.attempts, done.tries, done.next_attempt_at, done.finished_at, done.holds_back,
         done.merchant_id, done.delivery_id),
    )  # fmt: skip
    await connection.execute(
        # Only untried ones: what was tried already follows its own schedule.
        "UPDATE webhook_deliveries SET next_attempt_at = least(%s, due_since + %s) "
        "WHERE merchant_id = %s AND endpoint_id = %s "
        "AND order_id = %s AND status = 'pending' AND tries = 0 AND (event_id, part) > (%s, %s)",
        (next_in_line_at, _WAITS_AT_MOST, done.merchant_id, done.endpoint_id, done.order_id, done.event_id, done.part),
    )


async def drop_pending(connection: AsyncConnection, merchant_id: int, endpoint_id: int, at: datetime) -> None:
    """What was still on its way to an endpoint goes nowhere."""
    await connection.execute(
        "UPDATE webhook_deliveries SET status = 'dropped', finished_at = %s, leased_until = NULL "
        "WHERE merchant_id = %s AND endpoint_id = %s AND status = 'pending'",
        (at, merchant_id, endpoint_id),
    )


async def forget(connection: AsyncConnection, older_than_days: int, limit: int) -> int:
    """Delete finished deliveries, with their log, that nobody will ask for any more; returns how many."""
    cursor = await connection.execute(query(_FORGET), (older_than_days, limit))
    row = await cursor.fetchone()
    return row[0] if row else 0
