"""Figures of the work from the database, for the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from gerai.engine.core import Engine
from gerai.store import gauges as sql
from gerai.store.connection import Connection, DatabaseError

log = structlog.get_logger("gerai.metrics")
OVERDUE_AT_MOST: Final = sql.OVERDUE_AT_MOST
#: For a free connection, and for everything together.
_CONNECTION_WITHIN_S: Final = 1
_ANSWERS_WITHIN_S: Final = 5
_QUESTIONS: Final[dict[str, Callable[[Connection], Awaitable[list[Any]]]]] = {
    "jobs": sql.jobs,
    "overdue": sql.overdue_orders,
    "fulfilments": sql.open_fulfilments,
    "checks": sql.book_checks,
}


@dataclass
class Gauges:
    """The rows the store's questions of the same names return; None: the query failed."""

    jobs: list[tuple[str, str, int]] | None = None
    overdue: list[tuple[str, int]] | None = None
    fulfilments: list[tuple[str, str, str, int, float]] | None = None
    checks: list[tuple[str, int, int, float]] | None = None

    @property
    def complete(self) -> bool:
        """Whether every query succeeded."""
        return None not in (self.jobs, self.overdue, self.fulfilments, self.checks)


async def read_gauges(engine: Engine) -> Gauges:
    """Ask everything, each question for itself. Never raises: what fails or takes too long is logged and missing."""
    found = Gauges()
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S), engine.connection(_CONNECTION_WITHIN_S) as connection:
            for name, question in _QUESTIONS.items():
                try:
                    setattr(found, name, await question(connection))
                except DatabaseError as error:
                    log.warning("metrics.database", question=name, error=str(error))
    except (DatabaseError, TimeoutError) as error:
        log.warning("metrics.database", error=str(error))
    return found
