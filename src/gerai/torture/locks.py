"""Locks that somebody else holds: a session beside the server, and an engine process that was stopped in mid-batch."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from gerai.domain.records import Environment
from gerai.engine import lane
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit import log
from gerai.settings import DatabaseSettings
from gerai.store.connection import open_connection
from gerai.store.embedded import running
from gerai.torture.figures import Figures
from gerai.torture.load import CarefulClients
from gerai.torture.shop import BrokenShop, engine_beside, open_shop

KINDS: Final = ("wallet", "table", "stopped engine")
#: Whoever holds the locks here does so on purpose, and longer than anybody waits.
HOLDER: Final = DatabaseSettings(lock_timeout_s=0, statement_timeout_s=0, idle_transaction_timeout_s=0)
ONE_WALLET: Final = "SELECT FROM accounts WHERE account_id = %s FOR UPDATE"
ALL_WALLETS: Final = "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE"
_IS_FREE: Final = ONE_WALLET + " SKIP LOCKED"
_STOPPED_WITHIN_S: Final = 30.0
#: Who paid last from a wallet, and at which counter.
_PAYING: Final = """
SELECT merchant_id, environment, member_id, account_id, channel FROM orders
WHERE account_id IS NOT NULL AND member_id IS NOT NULL AND funding IN ('wallet', 'hold')
ORDER BY created_at DESC LIMIT 1"""


@dataclass(frozen=True)
class Wallet:
    """A member's wallet, and the counter whose orders it pays for."""

    merchant_id: int
    environment: Environment
    member_id: int
    account_id: int
    channel: str = ""


async def locks(
    folder: Path, *, rounds: int, held_s: float, clients: int = 8, load_s: float = 2.0, slack: float = 1.0,
    kinds: Sequence[str] = KINDS,
) -> Figures:  # fmt: skip
    """Under load, the wallet that pays for one counter's orders is locked for ``held_s`` seconds, or the table of all
    wallets is, or an engine process that holds the wallet stands still. Its counter is busy by the deadline; the other
    counters, whose orders need no wallet, go on: the outage is theirs."""
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=clients, load_s=load_s, slack=slack) as shop:
        for kind in itertools.islice(itertools.cycle(kinds), rounds):
            await _round(shop, kind, held_s)
    return figures


async def _round(shop: BrokenShop, kind: str, held_s: float) -> None:
    async with shop.breaking(kind) as load:
        with running(shop.server.folder) as dsn:
            wallet = await _paying(dsn)
            load.counted = frozenset(load.done_at) - {wallet.channel}
            began = time.monotonic()
            async with _breaker(dsn, kind, wallet):
                await asyncio.sleep(held_s)
            shop.figures.notes.append(f"{kind} locked: {_unrelated(load, wallet, began)}")


def _unrelated(load: CarefulClients, wallet: Wallet, began: float) -> str:
    times = {door: sum(at > began for at in times) for door, times in load.done_at.items()}
    blocked = times.pop(wallet.channel)
    slowest_s = max(load.slowest_of[door] for door in times)
    return f"{sum(times.values())} unrelated orders, the slowest in {slowest_s:.2f} s; {blocked} of those that need it"


def _breaker(dsn: str, kind: str, wallet: Wallet) -> contextlib.AbstractAsyncContextManager[object]:
    if kind == "stopped engine":
        return frozen_engine(dsn, wallet, DatabaseSettings().idle_transaction_timeout_s)
    return held(dsn, ONE_WALLET, wallet.account_id) if kind == "wallet" else held(dsn, ALL_WALLETS)


async def _paying(dsn: str) -> Wallet:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        row = await (await connection.execute(_PAYING)).fetchone()
    assert row is not None, "nobody's order was paid from a wallet"
    return Wallet(*row)


@asynccontextmanager
async def held(dsn: str, statement: str, *params: Any) -> AsyncGenerator[None]:
    """A lock that somebody holds for the length of the block."""
    connection = await open_connection(dsn, HOLDER)
    try:
        await connection.execute("BEGIN")
        await connection.execute(statement.encode(), params)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def frozen_engine(dsn: str, wallet: Wallet, idle_transaction_timeout_s: float) -> AsyncGenerator[int]:
    """An engine process that took this wallet into a batch and was stopped before it wrote anything; killed at the end.
    The database frees the wallet after ``idle_transaction_timeout_s``. Yields its process id."""
    facts = [str(each) for each in astuple(wallet)]
    command = [sys.executable, "-P", "-m", __name__, dsn, *facts, str(idle_transaction_timeout_s)]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await asyncio.to_thread(_wait_until_locked, dsn, wallet.account_id)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _wait_until_locked(dsn: str, account_id: int) -> None:
    deadline = time.monotonic() + _STOPPED_WITHIN_S
    with psycopg.connect(dsn, autocommit=True) as connection:
        while connection.execute(_IS_FREE, [account_id]).fetchone() is not None:
            assert time.monotonic() < deadline, "the other engine never took the wallet"
            time.sleep(0.02)


async def _be_stopped(dsn: str, wallet: Wallet, idle_transaction_timeout_s: float) -> None:
    async def stop_here(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    log.configure("error")
    engine = engine_beside(dsn, DatabaseSettings(idle_transaction_timeout_s=idle_transaction_timeout_s))
    async with engine.running():
        # Between the load, which locks, and the write.
        lane.commit = stop_here
        order_id, total_sen = engine.ids.next(), 1_00
        await engine.submit(
            PlaceOrder(
                merchant_id=wallet.merchant_id, environment=wallet.environment, channel="test", key_id=None,
                order_id=order_id, public_id=f"ord-{order_id}", number=f"N{order_id}", secret=f"stopped-{order_id}",
                lines=(NewLine("thing", 7, "A thing", 1, total_sen, total_sen, None),), total_sen=total_sen,
                funding="wallet", member_id=wallet.member_id, account_id=wallet.account_id,
            )
        )  # fmt: skip


if __name__ == "__main__":
    _dsn, _merchant, _environment, _member, _account, _channel, _limit = sys.argv[1:]
    _wallet = Wallet(
        int(_merchant), "sandbox" if _environment == "sandbox" else "production", int(_member), int(_account)
    )
    asyncio.run(_be_stopped(_dsn, _wallet, float(_limit)))
