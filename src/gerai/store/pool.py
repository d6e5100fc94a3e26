"""The pool of connections for reading: at most so many, opened when they are wanted, each with one user at a time.

Bounded in every direction: how many wait, how long, how long one may be held. A database that is away is noticed by
whoever meets it first and costs everybody after that nothing: one task tries to come back, the rest are refused at
once. Why not the driver's own pool: docs/decisions/0010-limits-on-the-database.md.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from math import inf
from typing import Any, Final

from psycopg import AsyncConnection, Error, OperationalError
from psycopg.pq import TransactionStatus

from gerai.kit.tasks import end
from gerai.settings import DatabaseSettings
from gerai.store.connection import drop, open_connection, usable
from gerai.store.faults import OF_THE_SERVER, Fault, PoolFull, fault_of
from gerai.store.session import USUAL

#: Connections are renewed, so that those to a server that lost its place in a cluster end some time.
_LIFETIME_S: Final = 1800.0
_LOOK_EVERY_S: Final = 0.25
#: How far beyond the time limit of a statement one may be held before the server is asked for a sign of life.
_OVERDUE_BY_S: Final = 2.0
_BACK_AFTER_S: Final = (0.25, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class PoolLimits:
    """``wait_s``: how long a caller waits for a connection; ``waiting``: how many may wait."""

    size: int = 8
    wait_s: float = 2.0
    waiting: int = 256


@dataclass(eq=False)
class Pool:
    """``failed`` and ``worked`` are called with each fault of the database, and with each connection that came."""

    dsn: str
    limits: PoolLimits
    session: DatabaseSettings = USUAL
    failed: Callable[[Error], object] = lambda _: None
    worked: Callable[[], None] = lambda: None
    refused: Counter[Fault] = field(default_factory=Counter[Fault])
    _idle: list[AsyncConnection] = field(default_factory=list[AsyncConnection])
    #: Until when each may be held, on the loop's clock.
    used: dict[AsyncConnection, float] = field(default_factory=dict[AsyncConnection, float])
    _opened_s: dict[AsyncConnection, float] = field(default_factory=dict[AsyncConnection, float])
    _opening: int = 0
    #: None: a place is free, look again.
    waiting: deque[asyncio.Future[AsyncConnection | None]] = field(default_factory=deque[Any])
    away: Error | None = field(default_factory=lambda: OperationalError("the pool is not open"))
    _task: asyncio.Task[None] | None = None
    _looking: bool = False

    async def open(self, within_s: float = 30.0) -> None:
        """Wait until the first connection is there. ConnectionLost when none came in time."""
        until_s = asyncio.get_running_loop().time() + within_s
        while not self._idle:
            try:
                self._idle.append(await self._connect())
            except Error:
                if asyncio.get_running_loop().time() > until_s:
                    raise
                await asyncio.sleep(_BACK_AFTER_S[0])

    async def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        self.limits, self.away = PoolLimits(0, 0, 0), OperationalError("the pool is closed")
        if self._task is not None:
            await end(self._task)
        while self._idle:
            await self._end(self._idle.pop())

    @asynccontextmanager
    async def connection(self, timeout_s: float | None = None) -> AsyncGenerator[AsyncConnection]:
        """A connection in autocommit for the length of the block. PoolFull: none was free in time; ConnectionLost."""
        try:
            connection = await self._take(self.limits.wait_s if timeout_s is None else timeout_s)
        except Error as error:
            self.refused[fault_of(error)] += 1
            raise
        sound = True
        try:
            yield connection
        except (Error, asyncio.CancelledError) as error:
            sound = False
            if isinstance(error, Error) and fault_of(error) in OF_THE_SERVER:
                self.failed(error)
            raise
        finally:
            await self._give_back(connection, sound)

    async def _take(self, wait_s: float) -> AsyncConnection:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + wait_s
        while True:
            while self._idle:
                connection = self._idle.pop()
                if usable(connection) and loop.time() - self._opened_s[connection] < _LIFETIME_S:
                    return self._lend(connection)
                await self._end(connection)
            if self.away is None and len(self.used) + self._opening < self.limits.size:
                self._opening += 1
                try:
                    return self._lend(await self._connect())
                except Error as error:
                    self._went_away(error)
                    raise
                except BaseException:
                    # Whoever waits may take the place.
                    self._next(None)
                    raise
                finally:
                    self._opening -= 1
            if self.away is not None and not self.used:
                raise type(self.away)(*self.away.args) from self.away
            if (handed := await self._wait(until_s)) is not None:
                return handed

    async def _wait(self, until_s: float) -> AsyncConnection | None:
        if len(self.waiting) >= self.limits.waiting:
            raise PoolFull("too many wait for a connection")
        turn: asyncio.Future[AsyncConnection | None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout_at(until_s):
                return await turn
        except BaseException as error:
            late = isinstance(error, TimeoutError)
            if turn.done() and not turn.cancelled():
                # It was its turn at the same moment.
                handed = turn.result()
                if late:
                    return handed
                if handed is None:
                    self._next(None)
                else:
                    await self._give_back(handed)
            if late:
                raise PoolFull("no connection became free in time") from None
            raise
        finally:
            with contextlib.suppress(ValueError):
                self.waiting.remove(turn)

    def _lend(self, connection: AsyncConnection) -> AsyncConnection:
        loop = asyncio.get_running_loop()
        self.used[connection] = self._due_s(loop.time())
        if not self._looking:
            self._looking = True
            loop.call_later(_LOOK_EVERY_S, self._look, loop)
        return connection

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whether somebody holds one longer than the server lets a statement run: perhaps it hangs, or is known to."""
        overdue = [connection for connection, due_s in self.used.items() if due_s < loop.time()]
        if overdue and self.away is None:
            self._start(lambda: self._is_it_there(overdue))
        elif self.away is not None:
            drop(*overdue)
        self._looking = bool(self.used)
        if self._looking:
            loop.call_later(_LOOK_EVERY_S, self._look, loop)

    async def _is_it_there(self, overdue: list[AsyncConnection]) -> None:
        """Ask for a connection. Whoever can give one ends overdue statements by itself, unless it should not; otherwise
        the links of those who wait too long are broken."""
        loop = asyncio.get_running_loop()
        try:
            await self._end(await self._connect())
        except Error as error:
            drop(*overdue)
            self._task = None
            self._went_away(error)
        else:
            for connection in overdue:
                if connection in self.used:
                    self.used[connection] = self._due_s(loop.time())

    async def _give_back(self, connection: AsyncConnection, sound: bool = True) -> None:
        # The driver takes for prepared what the server skipped, after a fault in a pipeline.
        del self.used[connection]
        broken = not sound or connection.closed or connection.info.transaction_status != TransactionStatus.IDLE
        if broken or len(self._idle) + len(self.used) >= self.limits.size:
            await self._end(connection)
            self._next(None)
        elif not self._next(connection):
            self._idle.append(connection)

    def _next(self, connection: AsyncConnection | None) -> bool:
        """Hand a connection, or the place for one, to whoever waits longest. Whether somebody did."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None if connection is None else self._lend(connection))
                return True
        return False

    def _start(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(act(), name="gerai-pool")

    def _due_s(self, now_s: float) -> float:
        limit_s = self.session.statement_timeout_s
        return now_s + limit_s + _OVERDUE_BY_S if limit_s else inf

    # --- a database that is away -----------------------------------------------------------

    async def _connect(self) -> AsyncConnection:
        try:
            connection = await open_connection(self.dsn, self.session)
        except Error as error:
            self.failed(error)
            raise
        self._opened_s[connection] = asyncio.get_running_loop().time()
        self.away = None
        self.worked()
        return connection

    def _went_away(self, error: Error) -> None:
        self.away = error
        self._start(self._come_back)
        # Each looks again, and is refused unless a connection is still in use.
        while self._next(None):
            pass

    async def _come_back(self) -> None:
        for pause_s in chain(_BACK_AFTER_S, repeat(_BACK_AFTER_S[-1])):
            await asyncio.sleep(pause_s)
            with contextlib.suppress(Error):
                connection = await self._connect()
                if not self._next(connection):
                    self._idle.append(connection)
                return

    async def _end(self, connection: AsyncConnection) -> None:
        self._opened_s.pop(connection, None)
        await connection.close()
