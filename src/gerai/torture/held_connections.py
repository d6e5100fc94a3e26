"""Clients that hold connections and want nothing, while an honest one asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gerai.demo.shop import DEMOS
from gerai.kit.open_files import raise_open_files_limit
from gerai.torture.connections import ServerAddress, deaf, half_heads, honest_client, idle, slow_bodies
from gerai.torture.figures import Figures
from gerai.torture.shop import open_shop

_LOCAL = "127.0.0.1"


async def held_connections(
    folder: Path, *, rounds: int, half: int = 1500, silent: int = 1060, slow: int = 100, for_s: float = 3.0,
    slack: float = 1.0,
) -> Figures:  # fmt: skip
    """All at once for ``for_s`` seconds: so many request heads that never end, connections that say nothing, and bodies
    that trickle, a quarter with a key of each counter; an honest client asks ten times a second and must be served."""
    raise_open_files_limit()
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=0, load_s=0.0, slack=slack) as shop:
        here, demo = ServerAddress(_LOCAL, shop.server.port), shop.server.demo
        placing = [each.order(demo[name], 0) for name, each in DEMOS.items()]
        for _ in range(rounds):
            bodies = [
                slow_bodies(here, slow // len(placing), for_s, call.path, _lines(dict(call.headers)))
                for call in placing
            ]
            async with honest_client(here) as met:
                breakers = (half_heads(here, half, for_s), idle(here, silent, for_s), deaf(here, 10, for_s), *bodies)
                held = await asyncio.gather(*breakers)
            figures.rounds += 1
            figures.acknowledged += met.asked - met.failed
            figures.longest_answer_s = max(figures.longest_answer_s, met.longest_s)
            figures.expect(met.failed == 0, f"{met.failed} honest requests failed: {dict(met.faults)}")
            figures.notes.append(f"{sum(each.opened for each in held):,} connections were held at once")
    return figures


def _lines(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
