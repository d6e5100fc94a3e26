"""Migrations applied to a shop that is open, at any size of it: no lock that others wait for is held for long, and no
statement waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from gerai.store.conditions import query
from gerai.store.embedded import EmbeddedPostgres
from gerai.store.embedded_folder import delete_data
from gerai.store.fill_terms import fill_terms
from gerai.store.migrate import migrate, migration_names
from gerai.torture.figures import Figures
from gerai.torture.migrations_shop import AS_BEFORE, FIRST_NEW, SHOP, WORK

#: The first that was made for shops of this size; those before are older than any such shop.
_SINCE: Final = "0018"
#: For so long somebody looks at the books when it begins, as a check does.
_LOOKING_S: Final = 1.0
_SAMPLED_EVERY_S: Final = 0.005
#: Of the tables and indexes that were there before: what a statement of the shop, or its planning, waits for.
_HELD: Final = """
SELECT c.relname::text, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND l.granted AND a.backend_type = 'client backend' AND c.oid = ANY(%s)
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"""
_RELATIONS: Final = "SELECT array_agg(oid) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
_UNFINISHED: Final = "SELECT array_agg(indexrelid::regclass::text) FROM pg_index WHERE NOT indisvalid"
_NEW_ORDERS: Final = "SELECT count(*), count(DISTINCT number) FROM orders WHERE order_id >= %s"


def later_migrations() -> list[str]:
    """Those that may be applied to an open shop, in order."""
    return sorted(name for name in migration_names() if name >= _SINCE)


async def migrations(folder: Path, *, rounds: int, stored: int, slack: float = 1.0) -> Figures:
    """The newest ``rounds`` migrations, one after the other, in a database with ``stored`` orders, while orders are
    placed and changed. Acknowledged are those statements, the longest answer is the slowest of them, the longest outage
    the longest time that a lock others wait for was held. ``slack`` makes nothing here wait longer."""
    del slack
    figures, names = Figures(), sorted(migration_names())
    first = len(names) - min(rounds, len(later_migrations()))
    server = EmbeddedPostgres(folder / "shop")
    try:
        dsn = await asyncio.to_thread(server.start)
        await asyncio.to_thread(fill, dsn, names[:first], stored)
        for number in range(first, len(names)):
            await asyncio.to_thread(_round, figures, dsn, names[: number + 1], stored)
    finally:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(delete_data, folder / "shop")
    return figures


def fill(dsn: str, names: Sequence[str], stored: int) -> None:
    """A shop with so many orders, in an empty database that gets these migrations."""
    migrate(dsn, only=names)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in SHOP:
            connection.execute(query(statement.format(stored=stored)))
        connection.execute("VACUUM ANALYZE")


def _round(figures: Figures, dsn: str, names: Sequence[str], stored: int) -> None:
    """Apply the last of these beside the shop's work."""
    name = names[-1]
    old = _as_before(dsn, name)
    began_s = time.monotonic()
    with Beside(dsn, stored, figures.acknowledged) as beside, _looking(dsn):
        migrate(dsn, only=names)
    took_s = time.monotonic() - began_s
    figures.rounds += 1
    figures.acknowledged += beside.statements
    figures.longest_answer_s = max(figures.longest_answer_s, beside.slowest_s)
    figures.longest_outage_s = max(figures.longest_outage_s, *beside.held_s.values(), 0.0)
    locks = ", ".join(f"{mode} of {table} {held_s:.2f} s" for (table, mode), held_s in sorted(beside.held_s.items()))
    figures.notes.append(
        f"{name} at {stored:,} orders: {took_s:.1f} s, {beside.statements:,} statements meanwhile, "
        f"the slowest in {beside.slowest_s:.2f} s; locks others wait for: {locks or 'none'}"
    )
    figures.broken += [f"{name}: {fault}" for fault in beside.faults]
    with psycopg.connect(dsn) as connection:
        [(unfinished,)] = connection.execute(_UNFINISHED).fetchall()
        figures.expect(unfinished is None, f"{name}: unfinished indexes {unfinished}")
        left = connection.execute(query(AS_BEFORE[name][1])).fetchall() if old else [(0,)]
        figures.expect(left == [(0,)], f"{name}: of {old} old rows {left} are left")
        [(new, distinct)] = connection.execute(_NEW_ORDERS, (FIRST_NEW,)).fetchall()
        figures.lost += max(0, figures.acknowledged // len(WORK) - new)
        figures.doubled += new - distinct


def _as_before(dsn: str, name: str) -> int:
    """Bring the rows that this migration changes into the form they had; returns how many there are."""
    if name not in AS_BEFORE:
        return 0
    become, count = AS_BEFORE[name]
    with psycopg.connect(dsn, autocommit=True) as connection:
        fill_terms(connection)
        connection.execute(query(become))
        [(old,)] = connection.execute(query(count)).fetchall()
    assert old, name
    return old


@contextmanager
def _looking(dsn: str) -> Generator[None]:
    """Somebody reads an older state of orders and members for the first second of the block."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SELECT FROM orders LIMIT 1")
        connection.execute("SELECT FROM members LIMIT 1")
        timer = threading.Timer(_LOOKING_S, connection.close)
        timer.start()
        try:
            yield
        finally:
            timer.join()


class Beside:
    """What goes on beside a migration for the length of the block: the shop's work, and a look at all locks.

    ``statements``: how many were done; ``slowest_s`` of them; ``held_s``: the longest time each lock was held, by table
    or index and mode; ``faults``: statements that failed.
    """

    def __init__(self, dsn: str, stored: int, before: int) -> None:
        self.statements, self.slowest_s = 0, 0.0
        self.held_s = dict[tuple[str, str], float]()
        self.faults: list[str] = []
        self._dsn, self._stored, self._turn = dsn, stored, before // len(WORK)
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(2)

    def __enter__(self) -> Beside:
        self._tasks = [self._pool.submit(self._work), self._pool.submit(self._watch, self._relations())]
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._pool.shutdown()
        self.faults += [repr(error) for task in self._tasks if (error := task.exception()) is not None]

    def _work(self) -> None:
        """Whole turns of the shop's work."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            while not self._ended.is_set():
                for statement in WORK:
                    # Here and there in the tables, not where the last one was.
                    old = 1 + self._turn * 7919 % self._stored
                    values: dict[str, Any] = {"new": FIRST_NEW + self._turn, "old": old}
                    began_s = time.monotonic()
                    connection.execute(query(statement), values)
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)
                    self.statements += 1
                self._turn += 1

    def _watch(self, relations: Sequence[int]) -> None:
        since = dict[tuple[str, str], float]()
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            while not self._ended.is_set():
                before_s = time.monotonic()
                found = connection.execute(query(_HELD), (relations,)).fetchall()
                since = {lock: since.get(lock, before_s) for lock in found}
                for lock, since_s in since.items():
                    # Seen once: held for some time between two looks.
                    held_s = time.monotonic() - since_s
                    self.held_s[lock] = max(self.held_s.get(lock, 0.0), held_s)
                time.sleep(_SAMPLED_EVERY_S)

    def _relations(self) -> Sequence[int]:
        with psycopg.connect(self._dsn) as connection:
            [(found,)] = connection.execute(_RELATIONS).fetchall()
        return found
