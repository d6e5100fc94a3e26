"""The worker's look at the books: every invariant, now and then, by one worker of all. A broken one is an error in the
log and a number in the metrics; so is one that could not be checked, by the age of its last look."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from gerai.engine.broken_books import announce_broken, ids_in
from gerai.engine.check import Examination, examine_if_due
from gerai.engine.core import Engine
from gerai.engine.outage import DatabaseError

log = structlog.get_logger("gerai.books")
#: How often a worker asks whether a check is due; another one may have made it, or have died over it.
_LOOK_S: Final = 60.0


async def watch_books(engine: Engine, every_s: float) -> None:
    """Until cancelled: check the books whenever nobody has for ``every_s`` seconds. 0: never."""
    while True:
        # A task that returned would count as one that failed.
        if every_s > 0:
            try:
                if await examine_if_due(engine, every_s, _tell) is not None:
                    await announce_broken(engine)
            except DatabaseError as error:
                log.warning("books.not_checked", error=str(error))
        await asyncio.sleep(min(every_s, _LOOK_S) or _LOOK_S)


def _tell(examination: Examination) -> None:
    broken = examination.violations
    for violation in broken:
        rows = [ids_in(row) for row in violation.rows]
        log.error("books.broken", invariant=violation.invariant, should=violation.description, rows=rows)
    unchecked = examination.unchecked
    for invariant, fault in unchecked.items():
        log.error("books.not_checked", invariant=invariant, error=fault)
    took_ms = sum(finding.took_ms for finding in examination.findings)
    checked = len(examination.findings) - len(unchecked)
    log.info("books.checked", invariants=checked, broken=len(broken), took_ms=took_ms)
