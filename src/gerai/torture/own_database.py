"""`gerai up` and its own PostgreSQL: killed under load, or stopped for a while and let go on."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gerai.torture.figures import Figures
from gerai.torture.shop import open_shop

#: A fourth end within minutes ends `gerai up`, on purpose.
_KILLS_OF_A_SHOP: Final = 3


async def database_kills(
    folder: Path, *, rounds: int, clients: int = 8, load_s: float = 2.0, slack: float = 1.0
) -> Figures:
    """kill -9 of PostgreSQL under load, again and again: each time `up` starts it again, nobody's connection is cut,
    the server is alive all along, and every kind of work goes on."""
    figures, shops = Figures(), itertools.count(1)
    while figures.rounds < rounds:
        place = folder / f"shop-{next(shops)}"
        async with open_shop(place, figures, clients=clients, load_s=load_s, slack=slack) as shop:
            for _ in range(min(_KILLS_OF_A_SHOP, rounds - figures.rounds)):
                async with shop.breaking("killed"):
                    await asyncio.to_thread(shop.server.kill_database)
            await shop.work_goes_on()
            await asyncio.to_thread(shop.server.stop)
            process = shop.server.process
            figures.expect(process is not None and process.returncode == 0, "up did not leave with 0")
    return figures


async def database_stops(
    folder: Path, *, rounds: int, away_s: Sequence[float], clients: int = 8, load_s: float = 2.0, slack: float = 1.0
) -> Figures:
    """SIGSTOP of all of PostgreSQL under load, for ``away_s`` seconds in turns, and SIGCONT (Linux): it is not taken
    for dead, the server is alive all along, and afterwards every kind of work goes on."""
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=clients, load_s=load_s, slack=slack) as shop:
        for each_s in itertools.islice(itertools.cycle(away_s), rounds):
            before_s, figures.longest_outage_s = figures.longest_outage_s, 0.0
            async with shop.breaking(f"stopped {each_s} s"):
                await asyncio.to_thread(shop.server.signal_database, signal.SIGSTOP)
                await asyncio.sleep(each_s)
                await asyncio.to_thread(shop.server.signal_database, signal.SIGCONT)
            # What counts is how long it lasts beyond what we did.
            figures.longest_outage_s = max(before_s, figures.longest_outage_s - each_s)
            await shop.work_goes_on()
        log = await asyncio.to_thread((shop.server.folder / "gerai.log").read_text, encoding="utf-8")
        figures.expect("database.started_again" not in log, "a database that was only stopped was taken for dead")
    return figures
