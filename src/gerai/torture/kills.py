"""Power cuts: the server, its PostgreSQL, or both are ended with kill -9 under load, and started again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gerai.store.embedded import running
from gerai.testing.server import LiveServer
from gerai.torture.figures import Figures
from gerai.torture.jobs import jobs_left
from gerai.torture.shop import open_shop

VICTIMS: Final = ("server", "server and PostgreSQL", "PostgreSQL")
#: A demo shop's wallet pays for some ten thousand orders.
_ROUNDS_OF_A_SHOP: Final = 12
#: A runner that is gone is missed after half a minute; the next one then takes its work.
_WORK_DONE_WITHIN_S: Final = 90.0


async def kills(
    folder: Path, *, rounds: int, clients: int = 16, load_s: float = 2.5, slack: float = 1.0,
    victims: Sequence[str] = VICTIMS,
) -> Figures:  # fmt: skip
    """Load at every counter for ``load_s`` seconds, kill -9 in the middle of it, a new start, and load until every
    counter has acknowledged orders again. After the last round of a shop no job may hang. ``victims``: who is killed,
    in turns."""
    figures, turns, shops = Figures(), itertools.cycle(victims), itertools.count(1)
    while figures.rounds < rounds:
        place = folder / f"shop-{next(shops)}"
        async with open_shop(place, figures, clients=clients, load_s=load_s, slack=slack) as shop:
            for _ in range(min(rounds - figures.rounds, _ROUNDS_OF_A_SHOP)):
                victim = next(turns)
                async with shop.breaking(victim, may_cut=victim != "PostgreSQL"):
                    await asyncio.to_thread(_kill, shop.server, victim)
            with running(place) as dsn:
                left = await jobs_left(dsn, _WORK_DONE_WITHIN_S * slack)
            figures.expect(not left, f"{len(left)} jobs hang: {left[:3]}")
    return figures


def _kill(server: LiveServer, victim: str) -> None:
    if victim == "PostgreSQL":
        server.kill_database()
        return
    server.kill(database_too=victim != "server")
    server.start()
