"""A server whose clock is days ahead or behind for a while, under load; and one that starts so."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
from psycopg.sql import SQL, Identifier

from gerai.kit.tasks import end
from gerai.store.embedded import running
from gerai.testing.server import LiveServer
from gerai.torture.figures import Figures
from gerai.torture.shop import BrokenShop, open_shop
from gerai.torture.wrong_clock import WrongClock

_SKEW: Final = re.compile(r"^gerai_clock_skew_seconds(?:{[^}]*})? (\S+)$", re.MULTILINE)
#: The figures of the database are asked for every five seconds.
_SEEN_WITHIN_S: Final = 20.0
_CLOSE_ENOUGH_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.1
#: By the database's clock, which nobody moves. What was tried to be paid ends with its order.
_OVER_EARLY: Final = """
SELECT 'order ' || public_id FROM orders WHERE status = 'expired' AND expires_at > now()
UNION ALL SELECT 'deposit ' || public_id FROM deposits WHERE status = 'expired' AND expires_at > now()
UNION ALL SELECT 'payment ' || p.public_id FROM payments p JOIN orders o USING (merchant_id, order_id)
    WHERE p.status = 'expired' AND p.expires_at > now() AND o.status <> 'expired'"""
_COULD_RUN_OUT: Final = "SELECT count(*) FROM orders WHERE status = 'pending' AND expires_at > now()"
#: No order is given more time than this by itself, so what is further away was written by a wrong clock.
_LONGEST: Final = timedelta(days=60)
_TIMES: Final = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type = 'timestamp with time zone' ORDER BY 1, 2"""


async def clocks(
    folder: Path, *, rounds: int, days: Sequence[float], starts_so: bool = True, clients: int = 8, load_s: float = 2.0,
    slack: float = 1.0,
) -> Figures:  # fmt: skip
    """Under load, the clock of `gerai up` and all its processes is so many ``days`` ahead (behind: less than 0), one
    after the other, and right again. Meanwhile every kind of work is done, nothing runs out before its time by the
    database's clock, and no time that was written is off. ``starts_so``: it is also ended and started again while its
    clock is wrong."""
    figures, clock = Figures(), WrongClock(folder / "clock")
    async with open_shop(
        folder / "shop", figures, clients=clients, load_s=load_s, slack=slack, **clock.environment
    ) as shop:
        for _ in range(rounds):
            await _round(shop, clock, [timedelta(days=each) for each in days], starts_so)
    return figures


async def _round(shop: BrokenShop, clock: WrongClock, off: Sequence[timedelta], starts_so: bool) -> None:
    limit = max(_LONGEST, *(abs(by) / 2 for by in off))
    with running(shop.server.folder) as dsn:
        far = await _far_off(dsn, limit)
    async with shop.breaking("the clock", may_cut=starts_so):
        for by in off:
            what = f"{abs(by.days)} days {'ahead' if by > timedelta(0) else 'behind'}"
            clock.set_ahead(by)
            await _goes_on(shop, by, what)
            if starts_so:
                await asyncio.to_thread(shop.server.stop)
                await asyncio.to_thread(shop.server.start)
                await _goes_on(shop, by, f"{what}, from its start")
        clock.set_ahead(timedelta(0))
        await shop.work_goes_on("right again")
    with running(shop.server.folder) as dsn:
        waiting, farther = await _could_run_out(dsn), await _far_off(dsn, limit)
    shop.figures.expect(waiting > 0, "nothing was there that could run out early")
    # The demo shop's own things are of a fixed day.
    new = {column: at for column, at in farther.items() if column not in far}
    shop.figures.expect(not new, f"times that are off: {new}")


async def _goes_on(shop: BrokenShop, by: timedelta, what: str) -> None:
    """The server's clock is off by so much, every kind of work is done, and nothing runs out before its time."""
    seen = set[str]()
    with running(shop.server.folder) as dsn:
        watch = asyncio.create_task(_watch(dsn, seen))
        try:
            await _expect_skew(shop, by, what)
            await shop.work_goes_on(what)
        finally:
            await end(watch)
    if not watch.cancelled():
        watch.result()
    shop.figures.expect(not seen, f"{what}: {len(seen)} ran out before their time: {sorted(seen)[:3]}")


async def _expect_skew(shop: BrokenShop, by: timedelta, what: str) -> None:
    """The server's own figure says how wrong its clock is."""
    until, found_s = time.monotonic() + _SEEN_WITHIN_S * shop.slack, None
    while found_s is None or abs(found_s - by.total_seconds()) > _CLOSE_ENOUGH_S:
        if time.monotonic() > until:
            shop.figures.broken.append(f"{what}: the server's clock is off by {found_s} s, so nothing was shown")
            return
        await asyncio.sleep(_LOOK_EVERY_S)
        found_s = await _skew_s(shop.server)


async def _skew_s(server: LiveServer) -> float | None:
    token = await asyncio.to_thread((server.folder / "metrics.token").read_text, encoding="utf-8")
    async with httpx.AsyncClient(base_url=server.base_url, timeout=30, trust_env=False) as client:
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer {token.strip()}"})
    found = _SKEW.search(answer.text)
    return None if found is None else float(found[1])


async def _watch(dsn: str, seen: set[str]) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while True:
            seen |= {row[0] for row in await (await connection.execute(_OVER_EARLY)).fetchall()}
            await asyncio.sleep(_LOOK_EVERY_S)


async def _could_run_out(dsn: str) -> int:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        row = await (await connection.execute(_COULD_RUN_OUT)).fetchone()
    assert row is not None
    return row[0]


async def _far_off(dsn: str, limit: timedelta) -> dict[str, Any]:
    """Columns with a time that is further than this from the database's now, each with one of those times."""
    found = dict[str, Any]()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        for table, column in await (await connection.execute(_TIMES)).fetchall():
            query = SQL("SELECT {0}::text FROM {1} WHERE abs(extract(epoch FROM {0} - now())) > %s LIMIT 1")
            named = query.format(Identifier(column), Identifier(table))
            row = await (await connection.execute(named, (limit.total_seconds(),))).fetchone()
            if row is not None:
                found[f"{table}.{column}"] = row[0]
    return found
