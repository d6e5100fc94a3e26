"""Who holds locks that the engine wants: a session beside it, and an engine process that was stopped in mid-batch."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from engine_kit import Shop

from gerai.domain.refusals import Busy
from gerai.engine import lane
from gerai.engine.core import Engine
from gerai.settings import DatabaseSettings
from gerai.store.connection import open_connection

#: Whoever holds the locks here does so on purpose, and longer than anybody waits.
HOLDER = DatabaseSettings(lock_timeout_s=0, statement_timeout_s=0, idle_transaction_timeout_s=0)
_STOPPED_WITHIN_S = 30.0


@dataclass
class Answers:
    """What became of many requests, and how long each took."""

    done: int = 0
    busy: int = 0
    others: list[BaseException] = field(default_factory=list[BaseException])
    seconds: list[float] = field(default_factory=list[float])

    async def ask(self, act: Callable[[], Awaitable[Any]]) -> None:
        """One request."""
        began = time.monotonic()
        try:
            await act()
            self.done += 1
        except Busy:
            self.busy += 1
        except Exception as error:
            self.others.append(error)
        self.seconds.append(time.monotonic() - began)

    async def ask_until(self, stop: asyncio.Event, act: Callable[[], Awaitable[Any]], pause_s: float = 0.0) -> None:
        """One after the other."""
        while not stop.is_set():
            await self.ask(act)
            await asyncio.sleep(pause_s)

    def percentile(self, percent: int) -> float:
        """In seconds."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, math.ceil(len(self.seconds) * percent / 100))]


@asynccontextmanager
async def held(dsn: str, statement: str, *params: Any) -> AsyncGenerator[None]:
    """A lock that somebody holds for the length of the block."""
    connection = await open_connection(dsn, HOLDER)
    try:
        await connection.execute("BEGIN")
        await connection.execute(statement, params)  # type: ignore[arg-type]
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def frozen_engine(dsn: str, shop: Shop, idle_transaction_timeout_s: float) -> AsyncGenerator[int]:
    """An engine process that took the shop's wallet into a batch and was stopped before it wrote anything; killed at
    the end. Yields its process id."""
    facts = [dsn, str(shop.merchant_id), shop.environment, str(shop.member_id), str(shop.account_id)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        *facts,
        str(idle_transaction_timeout_s),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        await asyncio.to_thread(_wait_until_locked, dsn, shop.account_id)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _wait_until_locked(dsn: str, account_id: int) -> None:
    text = "SELECT FROM accounts WHERE account_id = %s FOR UPDATE SKIP LOCKED"
    deadline = time.monotonic() + _STOPPED_WITHIN_S
    with psycopg.connect(dsn, autocommit=True) as connection:
        while connection.execute(text, [account_id]).fetchone() is not None:
            assert time.monotonic() < deadline, "the other engine never took the wallet"
            time.sleep(0.02)


async def _be_stopped(dsn: str, idle_transaction_timeout_s: float, shop: Callable[[Engine], Shop]) -> None:
    async def stop_here(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    engine = Engine(dsn, database=DatabaseSettings(idle_transaction_timeout_s=idle_transaction_timeout_s))
    async with engine.running():
        # Between the load, which locks, and the write.
        lane.commit = stop_here
        await shop(engine).place("wallet", 1_00)


if __name__ == "__main__":
    _dsn, _merchant, _environment, _member, _account, _limit = sys.argv[1:]
    asyncio.run(
        _be_stopped(
            _dsn, float(_limit), lambda engine: Shop(engine, int(_merchant), _environment, int(_member), int(_account))
        )
    )
