"""Keeps the sums of reports right: what happened since is read from the events, and the hours it is about are counted
anew from their orders (decision 0031).

An hour that is counted twice is the same, so neither a worker that dies nor two at once can count anything twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import busy_instead_of, database_answers
from gerai.kit.clock import JAKARTA, jakarta
from gerai.store import check as sql_check
from gerai.store import report_counting as sql
from gerai.store import report_tops
from gerai.store.connection import Connection
from gerai.store.report_tops import ItemKey

log = structlog.get_logger("gerai.reports")
#: Events of one transaction.
_AT_ONCE: Final = 20_000
#: Others' transactions are waited for so long; they take milliseconds.
_DECIDED_WITHIN_S: Final = 5
_LOOK_AGAIN_S: Final = timedelta(milliseconds=10).total_seconds()
_HOUR: Final = timedelta(hours=1)


async def roll_up(engine: Engine, at_once: int = _AT_ONCE, failing: set[int] | None = None) -> int:
    """Bring the sums of every merchant up to what was committed before; returns how many transactions that took. 0:
    nothing to do, somebody else does it, or a transaction that began earlier is still open.

    A merchant whose orders cannot be counted keeps its place and stops no other; the log names it once, as long as it
    is in ``failing``, which a caller keeps from one time to the next. Raises what is the database's own fault.
    """
    failing = set() if failing is None else failing
    async with engine.connection() as connection:
        until_id = await decided(connection)
        behind = [] if until_id is None else await sql.merchants_behind(connection, until_id)
    done = 0
    for merchant_id in behind:
        assert until_id is not None
        try:
            done += await _catch_up(engine, merchant_id, until_id, at_once)
        except Exception as error:
            if busy_instead_of(error) is not None or not await database_answers(engine.dsn):
                raise
            if merchant_id not in failing:
                log.exception("reports.merchant_failed", merchant_id=merchant_id)
            failing.add(merchant_id)
        else:
            failing.discard(merchant_id)
    return done


async def _catch_up(engine: Engine, merchant_id: int, until_id: int, at_once: int) -> int:
    """All pieces of one merchant; how many."""
    done, more = 0, True
    while more:
        # A connection for each piece: readers of the pool come between.
        async with engine.connection() as connection:
            more = await _advance(connection, merchant_id, until_id, at_once)
        done += 1
    return done


async def decided(connection: Connection, within_s: float = _DECIDED_WITHIN_S) -> int | None:
    """The last event before which none can still appear; None: that is not known within this
    time. Numbers are drawn before the commit: what a slower transaction has drawn is not there yet, and would be passed
    over."""
    last_id = await sql.last_event(connection)
    # Who drew a number up to this one has ended, or is among these; who comes later draws a later one.
    writers = await sql.event_writers(connection)
    until_s = asyncio.get_running_loop().time() + within_s
    while writers:
        if asyncio.get_running_loop().time() > until_s:
            return None
        await asyncio.sleep(_LOOK_AGAIN_S)
        writers &= await sql.event_writers(connection)
    return last_id


async def _advance(connection: Connection, merchant_id: int, until_id: int, at_once: int) -> bool:
    """One piece, in one transaction with the place; whether there is more."""
    async with connection.transaction():
        # An hour with very many orders takes longer than a request may; what is lost with a crash is counted again.
        await connection.execute(sql_check.NO_TIME_LIMIT)
        await connection.execute("SET LOCAL synchronous_commit = off")
        place = await sql.take(connection, merchant_id, until_id)
        if place is None:
            return False
        told = await sql.touched(connection, merchant_id, place.event_id, until_id, at_once)
        changed = await _count(connection, merchant_id, told.hours)
        more = told.events == at_once
        following = place.refill_from
        if not more and following is not None:
            following = await _refill_day(connection, merchant_id, following)
        # All up to there, though the merchant's own last event is older; another worker may have come further.
        reached = told.last_id if more else max(until_id, place.event_id)
        if following is None:
            # Counted anew, or moved by a version that knows of no lists.
            anew = place.refill_from is not None or place.listed_id != place.event_id
            await _list(connection, merchant_id, changed, anew=anew)
        listed = reached if following is None else None
        await sql.move(connection, merchant_id, sql.CountedTo(reached, following, listed, place.asked_at))
    return more or following is not None


async def _count(connection: Connection, merchant_id: int, hours: list[sql.Hour]) -> dict[str, set[ItemKey]]:
    """Count these hours, and the items of their days; the items whose sums changed, by environment."""
    for environment, channel, hour in hours:
        await sql.count_hours(connection, merchant_id, sql.DoorHours(environment, channel, hour, hour + _HOUR))
    changed: dict[str, set[ItemKey]] = defaultdict(set)
    for environment, channel, day in sorted({(e, c, jakarta(hour).date()) for e, c, hour in hours}):
        span = sql.DoorHours(environment, channel, *bounds(day))
        changed[environment] |= await sql.count_items(connection, merchant_id, span)
    return changed


async def _list(connection: Connection, merchant_id: int, changed: dict[str, set[ItemKey]], *, anew: bool) -> None:
    """Bring the lists of what sells best up to the sums: made anew each day, else where a sum changed."""
    for environment, today, listed in await report_tops.days(connection, merchant_id):
        if listed and not anew:
            if items := changed.get(environment):
                await report_tops.follow(connection, merchant_id, environment, items)
            if not await report_tops.outgrown(connection, merchant_id, environment):
                continue
        await report_tops.renew(connection, merchant_id, environment, today)


async def _refill_day(connection: Connection, merchant_id: int, since: datetime) -> datetime | None:
    """Count the next day anew; where the one after it begins, None: there is none."""
    found = await sql.next_day(connection, merchant_id, since)
    if found is None:
        await sql.forget(connection, merchant_id, since, None)
        return None
    day, doors = found
    begins, ends = bounds(day)
    await sql.forget(connection, merchant_id, since, ends)
    for environment, channel in doors:
        span = sql.DoorHours(environment, channel, begins, ends)
        await sql.count_hours(connection, merchant_id, span)
        await sql.count_items(connection, merchant_id, span)
    return ends


def bounds(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """From the beginning of a day in Jakarta to its end, or to that of a later one."""
    begins = datetime.combine(first, time(), JAKARTA)
    ends = datetime.combine((last or first) + timedelta(days=1), time(), JAKARTA)
    return begins.astimezone(UTC), ends.astimezone(UTC)
