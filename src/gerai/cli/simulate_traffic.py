"""Orders that come by themselves for a while, at the demo shop's counters."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from time import monotonic
from typing import Final, NamedTuple

from gerai.cli.simulate_buyer import play_payer
from gerai.cli.simulate_demo import DoorDemo, place
from gerai.cli.terminal import console
from gerai.domain.refusals import Refusal
from gerai.engine.core import Engine
from gerai.settings import Settings

#: So often it is said how far it is.
_SAID_EVERY_S: Final = 10.0
#: Orders beyond it would end in figures that the simulated provider reads as faults.
_NUMBERS: Final = 9_000


class TrafficWish(NamedTuple):
    """Orders per second, for how long, and how many of a hundred are paid."""

    rate: float
    for_s: float
    paid_percent: int


async def drive(
    engine: Engine,
    settings: Settings,
    doors: list[str],
    wish: TrafficWish,
    open_demo: Callable[[str], AbstractAsyncContextManager[DoorDemo]],
    first: int,
) -> None:
    """Place orders, one counter after the other, and pay them; print what came of it every ten seconds and at the end.
    ``first``: the number of the first order."""
    said, began = Counter[str](), monotonic()
    async with AsyncExitStack() as stack:
        demos = [await stack.enter_async_context(open_demo(door)) for door in doors]
        count, told = 0, began
        while (due := began + count / wish.rate) < began + wish.for_s:
            await asyncio.sleep(max(0.0, due - monotonic()))
            demo = demos[count % len(demos)]
            await _one(engine, settings, demo, first + count % _NUMBERS, wish.paid_percent, said)
            count += 1
            if monotonic() - told >= _SAID_EVERY_S:
                told = monotonic()
                _say(said, told - began)
    _say(said, monotonic() - began)


async def _one(
    engine: Engine, settings: Settings, demo: DoorDemo, number: int, paid_percent: int, said: Counter[str]
) -> None:
    status, _, view = await place(demo, number)
    said["placed" if view is not None else f"answered {status}"] += 1
    if view is None or view.invoice is None or random.randrange(100) >= paid_percent:
        return
    try:
        await play_payer(engine, settings, view, "pay", None)
    except Refusal as refusal:
        said[refusal.code] += 1
    else:
        said["paid"] += 1


def _say(said: Counter[str], after_s: float) -> None:
    counted = ", ".join(f"{count} {what}" for what, count in said.items())
    console.line(f"{after_s:.0f} s: {counted or 'nothing'}")
