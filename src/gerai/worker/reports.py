"""The worker's part in the reports: their sums follow what happens to orders, and never take much of the machine."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import DatabaseError
from gerai.engine.reports.roll_up import roll_up

log = structlog.get_logger("gerai.reports")
_EVERY_S: Final = 5.0
#: A shop whose hour has a hundred thousand orders is counted more seldom: never for more than a twentieth of the time.
_PAUSE_TIMES: Final = 19
#: After the first counting of a large shop, too, somebody waits for today's figures.
_PAUSE_AT_MOST_S: Final = 120.0


async def watch_reports(engine: Engine, every_s: float = _EVERY_S) -> None:
    """Until cancelled: bring the sums up to date, then rest."""
    loop = asyncio.get_running_loop()
    failing = set[int]()
    while True:
        began_s = loop.time()
        try:
            await roll_up(engine, failing=failing)
        except DatabaseError as error:
            log.warning("reports.database", error=str(error))
        rest_s = min(_PAUSE_TIMES * (loop.time() - began_s), _PAUSE_AT_MOST_S)
        await asyncio.sleep(max(every_s, rest_s))
