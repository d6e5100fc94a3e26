"""The sums of reports, counted anew from the orders they are of, and how far they are right (decision 0031)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import query
from gerai.store.order_faces import FACES
from gerai.store.report_statements import COUNT_HOURS, COUNT_ITEMS, JAKARTA
from gerai.store.report_tops import TODAY, ItemKey

#: Orders of other times, as a test clock allows, are in no report: no report can be asked for their days. Days of
#: Jakarta, whose clocks agree with the hours of UTC since long before.
_REPORTED_FROM: Final = "timestamptz '2000-01-01 00:00:00+07'"
_REPORTED_UNTIL: Final = "timestamptz '2200-01-02 00:00:00+07'"
#: Before every order: a rebuild begins here.
_BEGINNING: Final = "timestamptz '0001-01-02 00:00:00+00'"

#: A sequence that nothing was drawn from names the number that comes first.
_LAST_EVENT: Final = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM events_event_id_seq"
_WRITERS: Final = """
SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'RowExclusiveLock'"""
_BEHIND: Final = f"""
SELECT m.merchant_id FROM merchants m LEFT JOIN report_places p ON p.merchant_id = m.merchant_id
WHERE p.merchant_id IS NULL OR p.refill_from IS NOT NULL OR p.rebuild_asked_at IS NOT NULL
   OR p.listed_event_id IS DISTINCT FROM p.event_id OR EXISTS
    (SELECT FROM events e WHERE e.merchant_id = m.merchant_id AND e.event_id > p.event_id AND e.event_id <= %s)
   OR EXISTS (SELECT FROM ({TODAY}) x WHERE NOT x.listed)
ORDER BY m.merchant_id"""
_BEGIN: Final = f"""
INSERT INTO report_places (merchant_id, event_id, refill_from) VALUES (%s, %s, {_BEGINNING}) ON CONFLICT DO NOTHING"""
_PLACE: Final = f"""
SELECT event_id, CASE WHEN rebuild_asked_at IS NULL THEN refill_from ELSE {_BEGINNING} END, listed_event_id,
    rebuild_asked_at FROM report_places WHERE merchant_id = %s"""
#: Anything, and the merchant's id: a turn to count its orders.
_TRY_TURN: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('gerai reports', %s))"
#: Whoever asked meanwhile, in the short time before this is committed, asked for another one.
_MOVE: Final = """
UPDATE report_places SET event_id = %(event_id)s, refill_from = %(refill_from)s, listed_event_id = %(listed_id)s,
    rebuild_asked_at = nullif(rebuild_asked_at, %(asked_at)s::timestamptz)
WHERE merchant_id = %(merchant_id)s"""
#: The clock, not the transaction's beginning: two never ask at one moment.
_ASK: Final = "UPDATE report_places SET rebuild_asked_at = clock_timestamp() WHERE merchant_id = %s"

#: An event of no order (a top-up's), or of one that is in no report, has no hour, and is passed over.
_TOUCHED: Final = f"""
WITH told AS (
    SELECT e.event_id, e.order_id FROM events e WHERE e.merchant_id = %(merchant_id)s AND e.event_id > %(after_id)s
      AND e.event_id <= %(until_id)s ORDER BY e.event_id LIMIT %(limit)s)
SELECT o.environment, o.channel, date_trunc('hour', o.created_at, 'UTC') AS hour, max(t.event_id), count(*)
FROM told t LEFT JOIN LATERAL
    (SELECT o.environment, o.channel, o.created_at FROM orders o
     WHERE o.merchant_id = %(merchant_id)s AND o.order_id = t.order_id LIMIT 1) o
    ON o.created_at >= {_REPORTED_FROM} AND o.created_at < {_REPORTED_UNTIL}
GROUP BY 1, 2, 3 ORDER BY 3, 1, 2"""

#: The first day in Jakarta, from a time on, that has an order, with the doors that have some on it or later.
_NEXT_DAY: Final = f"""{FACES}
SELECT f.environment, f.channel, (n.created_at AT TIME ZONE {JAKARTA})::date
FROM faces f CROSS JOIN LATERAL
    (SELECT o.created_at FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.environment = f.environment
       AND o.channel = f.channel AND o.created_at >= greatest(%(since)s, {_REPORTED_FROM})
       AND o.created_at < {_REPORTED_UNTIL} ORDER BY o.created_at LIMIT 1) n"""

_FORGET_ALL_HOURS: Final = """
DELETE FROM report_hours WHERE merchant_id = %(merchant_id)s AND hour >= %(since)s
AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)"""
_FORGET_ALL_ITEMS: Final = f"""
DELETE FROM report_items WHERE merchant_id = %(merchant_id)s
AND day >= (%(since)s::timestamptz AT TIME ZONE {JAKARTA})::date
AND (%(until)s::timestamptz IS NULL OR day < (%(until)s::timestamptz AT TIME ZONE {JAKARTA})::date)"""


class CountedTo(NamedTuple):
    """How far a merchant's sums are right: up to this event; of what is made from ``refill_from`` on they are still to
    be counted (None: of nothing). ``listed_id``: up to which event the lists of what sells best are right (None: they
    are to be made). ``asked_at``: when somebody wanted all of it counted anew, which begins with this piece."""

    event_id: int
    refill_from: datetime | None
    listed_id: int | None = None
    asked_at: datetime | None = None


class Hour(NamedTuple):
    """An hour of one door in which orders were made that something happened to since."""

    environment: str
    channel: str
    hour: datetime


class Touched(NamedTuple):
    """Hours of orders that events tell of, the last of these events, and how many were read."""

    hours: list[Hour]
    last_id: int
    events: int


class DoorHours(NamedTuple):
    """A time of one door: ``since`` until before ``until``."""

    environment: str
    channel: str
    since: datetime
    until: datetime


async def last_event(connection: AsyncConnection) -> int:
    """The last number that was drawn for an event; its event, or one before it, may not be committed yet."""
    cursor = await connection.execute(_LAST_EVENT)
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def event_writers(connection: AsyncConnection) -> set[str]:
    """Open transactions that have written events or are about to: each holds the table's lock from before it draws a
    number until what it wrote is to be seen."""
    cursor = await connection.execute(_WRITERS)
    return {row[0] for row in await cursor.fetchall()}


async def merchants_behind(connection: AsyncConnection, until_id: int) -> list[int]:
    """Merchants whose sums lack something of these events, or of their past."""
    cursor = await connection.execute(query(_BEHIND), (until_id,))
    return [row[0] for row in await cursor.fetchall()]


async def take(connection: AsyncConnection, merchant_id: int, until_id: int) -> CountedTo | None:
    """The merchant's place, for this transaction alone until it ends; a new one has everything to do. None: somebody
    else has it."""
    cursor = await connection.execute(_TRY_TURN, (merchant_id,))
    if await cursor.fetchone() != (True,):
        return None
    await connection.execute(_BEGIN, (merchant_id, until_id))
    # A statement of its own: it sees what whoever had it before has committed.
    cursor = await connection.execute(_PLACE, (merchant_id,))
    row = await cursor.fetchone()
    return None if row is None else CountedTo(*row)


async def move(connection: AsyncConnection, merchant_id: int, place: CountedTo) -> None:
    """The sums are right so far; what was asked for at ``asked_at`` has begun."""
    await connection.execute(query(_MOVE), {"merchant_id": merchant_id, **place._asdict()})


async def ask_rebuild(connection: AsyncConnection, merchant_id: int) -> None:
    """Everything is to be counted anew (of a merchant that never was it is anyway); what was counted stays until then.
    Waits for no piece under way: only for the
    moment in which one moves the place."""
    await connection.execute(query(_ASK), (merchant_id,))


async def touched(connection: AsyncConnection, merchant_id: int, after_id: int, until_id: int, limit: int) -> Touched:
    """What the next events of a merchant are about."""
    values = {"merchant_id": merchant_id, "after_id": after_id, "until_id": until_id, "limit": limit}
    cursor = await connection.execute(query(_TOUCHED), values)
    rows = await cursor.fetchall()
    hours = [Hour(*row[:3]) for row in rows if row[2] is not None]
    return Touched(hours, max((row[3] for row in rows), default=after_id), sum(row[4] for row in rows))


async def next_day(
    connection: AsyncConnection, merchant_id: int, since: datetime
) -> tuple[date, list[tuple[str, str]]] | None:
    """The first day in Jakarta with orders made at ``since`` or later, and the environments and channels that have
    some on it. None: there are none."""
    cursor = await connection.execute(query(_NEXT_DAY), {"merchant_id": merchant_id, "since": since})
    rows = await cursor.fetchall()
    if not rows:
        return None
    first = min(row[2] for row in rows)
    return first, [(row[0], row[1]) for row in rows if row[2] == first]


async def count_hours(connection: AsyncConnection, merchant_id: int, span: DoorHours) -> None:
    """Count whole hours of a door anew; what is right already is not written again."""
    values = {"merchant_id": merchant_id, **span._asdict()}
    await connection.execute(query(COUNT_HOURS), values)


async def count_items(connection: AsyncConnection, merchant_id: int, span: DoorHours) -> set[ItemKey]:
    """Count what a door sold on whole days of Jakarta anew; what is right already is not written again. Returns the
    items whose sums changed."""
    values = {"merchant_id": merchant_id, **span._asdict()}
    cursor = await connection.execute(query(COUNT_ITEMS), values)
    return {ItemKey(*row) for row in await cursor.fetchall()}


async def forget(connection: AsyncConnection, merchant_id: int, since: datetime, until: datetime | None) -> None:
    """Take away the sums of whole days, of every door; None: all later ones."""
    values = {"merchant_id": merchant_id, "since": since, "until": until}
    await connection.execute(query(_FORGET_ALL_HOURS), values)
    await connection.execute(query(_FORGET_ALL_ITEMS), values)
