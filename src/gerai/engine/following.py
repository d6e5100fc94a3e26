"""Keeps a directory true to the database: merchants are read again as notifications name them, and silence is no peace.

A link can fall silent without breaking: its backend was stopped, a router forgot it. So this process notifies itself
over the same channel, every second. With its own beat it has received all that was committed before; without, it
connects anew and reads everything. The answer to a beat tells the time there, too (kit/clock.py). Beside that the
stored keys are compared with the known ones, some merchants with each beat, for changes that somebody made without
notifying anybody (decision 0012).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from time import monotonic
from typing import Final, TypeVar

import structlog

from gerai.engine.directory import Directory
from gerai.kit import clock
from gerai.store import directory as sql
from gerai.store.connection import Connection, ConnectionLost, DatabaseError, drop, open_connection

T = TypeVar("T")
log = structlog.get_logger("gerai.directory")
_AGAIN_AFTER_S: Final = 0.5
#: With the silence that is borne and the time to connect anew, a change is known well within ``TRUSTED_S``.
_BEAT_S: Final = 1.0
_SILENT_S: Final = 2.0
_LISTEN_S: Final = 1.0
_STATEMENT_S: Final = 2.0
#: Before anything is loaded nobody waits for a change: a machine that is slow to start may take its time.
_LISTEN_FIRST_S: Final = 10.0
#: A timer that is so late tells that this process itself stood still (it imports, or the machine gives it no time):
#: what came meanwhile is read before the other side is said to be silent.
_LATE_S: Final = 0.1
_READ_AT_LEAST_S: Final = 0.25
#: Reading some merchants that changed, and each of them more; reading all, over a connection just made. What takes
#: longer than the first is read by the second.
_READ_S: Final = 3.0
_READ_EACH_S: Final = 0.05
_READ_ALL_S: Final = 60.0
#: Merchants whose keys are compared with each beat: all of them within seconds in most shops.
_COMPARED: Final = 100


async def follow(directory: Directory, dsn: str) -> None:
    """Load everything, then keep it true, until cancelled. A lost or silent connection loads everything again."""
    while True:
        try:
            # Connections of its own: one only listens (while it waits it cannot be asked anything else), and reading
            # must not wait until requests leave one of the pool free.
            async with await open_connection(dsn) as listening, await open_connection(dsn) as reading:
                await _Follower(directory, listening, reading).run()
        except ConnectionLost as error:
            log.warning("directory.lost", error=str(error))
            await asyncio.sleep(_AGAIN_AFTER_S)
        except Exception:
            # A row that cannot be read must not leave this process deaf to every later change.
            if not directory.loaded.is_set():
                raise
            log.exception("directory.broken")
            await asyncio.sleep(_AGAIN_AFTER_S)


class _Follower:
    """One life of the two connections."""

    def __init__(self, directory: Directory, listening: Connection, reading: Connection) -> None:
        self._directory = directory
        self._listening = listening
        self._reading = reading
        self._number = secrets.randbits(60) + 1
        self._compared_id = 0

    async def run(self) -> None:
        """Until a connection is lost or silent: ConnectionLost."""
        try:
            # Listening begins before the load, so that no change falls between them.
            limit_s = _LISTEN_S if self._directory.loaded.is_set() else _LISTEN_FIRST_S
            await _within(limit_s, self._listening, self._listening.execute(sql.LISTEN))
        except ConnectionLost:
            # Whoever cannot be notified has to look.
            await self._load_all()
            raise
        await self._load_all()
        while True:
            sent_s, asked_s = monotonic(), clock.steady_s()
            clock.adjust(await _within(_STATEMENT_S, self._reading, sql.beat(self._reading, self._number)), asked_s)
            while not await self._heard(sent_s):
                pass
            # Every change from before the beat came before it, and is read.
            self._directory.confirm(sent_s)
            await self._compare()
            while (left_s := sent_s + _BEAT_S - monotonic()) > 0:
                await self._read(await sql.notified(self._listening, left_s))

    async def _heard(self, sent_s: float) -> bool:
        """Read what is notified next; whether the beat was among it. ConnectionLost when nothing is, for too long."""
        until_s = sent_s + _SILENT_S
        notified = await sql.notified(self._listening, max(0.0, until_s - monotonic()))
        if not notified and monotonic() - until_s > _LATE_S:
            notified = await sql.notified(self._listening, _READ_AT_LEAST_S)
        if not notified:
            raise ConnectionLost("the connection that listens is silent")
        await self._read(notified)
        return -self._number in notified

    async def _read(self, notified: set[int]) -> None:
        # Negative ones are beats, of other processes too.
        if changed := sorted(i for i in notified if i > 0):
            await self._load(changed)

    async def _load_all(self) -> None:
        began_s = monotonic()
        loading = asyncio.create_task(self._load(None))
        try:
            # What somebody sells may take longer to read than a key may be trusted: keys are looked after meanwhile, by
            # the connection that has nothing to listen to yet.
            while not (await asyncio.wait((loading,), timeout=_BEAT_S))[0]:
                if self._directory.loaded.is_set() and not self._listening.closed:
                    await self._forget_ended(self._listening)
            await loading
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        # Of what was read: keys may have ended since.
        self._directory.confirm(began_s)
        self._directory.loaded.set()

    async def _load(self, merchant_ids: list[int] | None) -> None:
        limit_s = _READ_ALL_S if merchant_ids is None else _READ_S + _READ_EACH_S * len(merchant_ids)
        try:
            await _within(limit_s, self._reading, self._reread(merchant_ids))
        except ConnectionLost:
            raise
        except Exception:
            # Something that cannot be read keeps the rest as it was known; a revoked key ends all the same.
            await self._forget_ended(self._reading)
            raise

    async def _forget_ended(self, connection: Connection) -> None:
        """Name no key any more that is stored otherwise than it is known; the others are good from now on."""
        began_s, last_id = monotonic(), 0
        while some := self._directory.next_merchants(last_id, _COMPARED):
            self._directory.forget_keys(await self._stored_keys(connection, some))
            last_id = some[-1]
        self._directory.confirm(began_s)

    async def _reread(self, merchant_ids: list[int] | None) -> None:
        if merchant_ids is None:
            # Whatever is known may be of another database: the one that was connected to before.
            await self._directory.load(self._reading)
        else:
            await self._directory.refresh(self._reading, merchant_ids)

    async def _compare(self) -> None:
        """Compare the keys of the next merchants in turn, and read those again that differ."""
        some = self._directory.next_merchants(self._compared_id, _COMPARED)
        self._compared_id = some[-1] if len(some) == _COMPARED else 0
        await self._read({i for i, _ in self._directory.outdated_keys(await self._stored_keys(self._reading, some))})

    async def _stored_keys(self, connection: Connection, merchant_ids: list[int]) -> dict[int, list[sql.KeyRow]]:
        found = await _within(_STATEMENT_S, connection, sql.keys(connection, merchant_ids))
        return {i: found.get(i, []) for i in merchant_ids}


async def _within(limit_s: float, connection: Connection, work: Awaitable[T]) -> T:
    """Wait for work on this connection; ConnectionLost when it takes longer."""
    loop = asyncio.get_running_loop()

    def out_of_time() -> None:
        nonlocal timer
        if loop.time() - timer.when() > _LATE_S:
            timer = loop.call_later(_READ_AT_LEAST_S, drop, connection)
        else:
            drop(connection)

    timer = loop.call_later(limit_s, out_of_time)

    try:
        return await work
    except DatabaseError as error:
        if connection.closed:
            # Dropped in the middle of anything: the driver has more than one word for it.
            raise ConnectionLost(f"no answer within {limit_s:g} s, or the connection broke: {error}") from error
        raise
    finally:
        timer.cancel()
