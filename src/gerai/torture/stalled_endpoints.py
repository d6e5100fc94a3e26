"""Webhook endpoints that answer after most of their time limit, and one more that does not."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from gerai.engine.core import Engine
from gerai.store.embedded import running
from gerai.testing.receiver import receiving
from gerai.torture.errands import open_errands
from gerai.torture.figures import Figures
from gerai.torture.shop import engine_beside, open_shop

#: Of each endpoint that stalls: more than it has places.
_BACKLOG: Final = 6
_REACHED_WITHIN_S: Final = 10.0


async def stalled_endpoints(
    folder: Path, *, rounds: int, stalling: Sequence[int], delay_s: float, slack: float = 1.0
) -> Figures:
    """So many endpoints with a backlog, in turns, take ``delay_s`` seconds each; then another shop's endpoint
    gets a message. The outage is how long that takes."""
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=0, load_s=0.0, slack=slack) as shop:
        seal_key = (await asyncio.to_thread((shop.server.folder / "seal.key").read_text, encoding="utf-8")).strip()
        with running(shop.server.folder) as dsn:
            async with engine_beside(dsn).running() as engine:
                for number in itertools.islice(itertools.cycle(stalling), rounds):
                    await _round(engine, seal_key, figures, number, delay_s)
    return figures


async def _round(engine: Engine, seal_key: str, figures: Figures, stalling: int, delay_s: float) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(receiving()) for _ in range(stalling)]
        for receiver in slow:
            receiver.delay_s = delay_s
            errands = await open_errands(engine, receiver, seal_key)
            for _ in range(_BACKLOG):
                await errands.place()
        quick = await open_errands(engine, stack.enter_context(receiving()), seal_key)
        began = time.monotonic()
        order_id = await quick.place()
        while True:
            reached = await quick.announced(order_id)
            if reached or time.monotonic() - began > _REACHED_WITHIN_S:
                break
            await asyncio.sleep(0.02)
        figures.rounds += 1
        figures.acknowledged += reached
        figures.lost += not reached
        figures.longest_outage_s = max(figures.longest_outage_s, time.monotonic() - began)
        figures.expect(any(receiver.requests for receiver in slow), "no endpoint stalled, so nothing was shown")
