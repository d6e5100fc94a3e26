"""When each worker last made progress with each kind of work; by the database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from psycopg import AsyncConnection

#: A worker is there when it made progress within this time, in seconds.
SEEN_WITHIN_S: Final = 60
_NOTE: Final = """
INSERT INTO worker_beats (merchant_id, worker, kind, beat_at)
SELECT 0, %s, kind, now() - age_s * interval '1 second' FROM unnest(%s::text[], %s::float8[]) AS given (kind, age_s)
ON CONFLICT (merchant_id, worker, kind) DO UPDATE SET beat_at = excluded.beat_at"""
#: Workers that are gone; long enough that somebody may still read when they were there.
_FORGET: Final = "DELETE FROM worker_beats WHERE merchant_id = 0 AND beat_at < now() - interval '1 day'"
_BY_KIND: Final = """
SELECT kind, count(*) FILTER (WHERE beat_at > clock_timestamp() - %s * interval '1 second'),
       extract(epoch FROM clock_timestamp() - max(beat_at))::float8
FROM worker_beats WHERE merchant_id = 0 GROUP BY kind ORDER BY kind"""


class KindSeen(NamedTuple):
    """``workers`` made progress with this kind of work lately, the last of them ``age_s`` ago."""

    kind: str
    workers: int
    age_s: float


async def note(connection: AsyncConnection, worker: str, ages_s: Mapping[str, float]) -> None:
    """Keep how many seconds ago this worker made progress, by kind of work."""
    async with connection.transaction():
        # Nothing is lost with a beat, so its commit does not wait for the disk.
        await connection.execute("SET LOCAL synchronous_commit = off")
        await connection.execute(_NOTE, (worker, list(ages_s), list(ages_s.values())))
        await connection.execute(_FORGET)


async def by_kind(connection: AsyncConnection, within_s: float = SEEN_WITHIN_S) -> list[KindSeen]:
    """Every kind of work that a worker made progress with in the last day."""
    cursor = await connection.execute(_BY_KIND, (within_s,))
    return [KindSeen(*row) for row in await cursor.fetchall()]
