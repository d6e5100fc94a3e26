"""Figures of the work from the database, for the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from gerai.engine.core import Engine
from gerai.engine.payouts.find import late_count
from gerai.kit.clock import real_now
from gerai.store import gauges as sql
from gerai.store import payouts, sessions, webhook_deliveries, webhook_endpoints, worker_beats
from gerai.store.connection import Connection, DatabaseError

log = structlog.get_logger("gerai.metrics")
OVERDUE_AT_MOST: Final = sql.OVERDUE_AT_MOST
WAITING_AT_MOST: Final = sql.WAITING_AT_MOST
SEEN_WITHIN_S: Final = worker_beats.SEEN_WITHIN_S
#: For a free connection, and for everything together.
_CONNECTION_WITHIN_S: Final = 1
_ANSWERS_WITHIN_S: Final = 5
_Question = Callable[[Connection], Awaitable[list[Any]]]


def _timed(question: _Question) -> _Question:
    return lambda connection: sql.timed(connection, question)


_QUESTIONS: Final[dict[str, _Question]] = {
    "jobs": sql.jobs,
    "oldest_jobs": sql.oldest_jobs,
    "workers": _timed(worker_beats.by_kind),
    "overdue": sql.overdue_orders,
    "oldest_overdue": sql.oldest_overdue,
    "fulfilments": sql.open_fulfilments,
    "money": sql.money_waiting,
    "webhooks": _timed(webhook_deliveries.oldest_due),
    "endpoints": _timed(webhook_endpoints.by_state),
    "connections": _timed(sessions.connections),
    "waits": _timed(sessions.waits),
    "skew": sql.clock_skew,
    "checks": sql.book_checks,
    "backup": sql.backup,
}


@dataclass
class Gauges:
    """The rows the store's questions of the same names return; None: the query failed."""

    jobs: list[tuple[str, str, int]] | None = None
    oldest_jobs: list[tuple[str, str, float]] | None = None
    workers: list[worker_beats.KindSeen] | None = None
    overdue: list[tuple[str, int]] | None = None
    oldest_overdue: list[tuple[str, str, float]] | None = None
    fulfilments: list[tuple[str, str, str, int, float]] | None = None
    money: list[tuple[str, int]] | None = None
    payouts: list[tuple[str, int]] | None = None
    webhooks: list[tuple[str, str, int, float]] | None = None
    endpoints: list[tuple[str, str, int]] | None = None
    connections: list[tuple[int, int, int]] | None = None
    waits: list[tuple[float, float]] | None = None
    skew: list[tuple[float]] | None = None
    checks: list[tuple[str, int, int, float]] | None = None
    backup: list[tuple[float, int, int, int]] | None = None

    @property
    def complete(self) -> bool:
        """Whether every query succeeded."""
        return all(getattr(self, name) is not None for name in (*_QUESTIONS, "payouts"))


def _late_payouts(engine: Engine) -> _Question:
    async def ask(connection: Connection) -> list[tuple[str, int]]:
        waiting = await payouts.oldest_unsettled(connection, WAITING_AT_MOST)
        return [("payouts", late_count(waiting, engine.payouts.calendar, real_now()))]

    return _timed(ask)


async def read_gauges(engine: Engine) -> Gauges:
    """Ask everything, each question for itself. Never raises: what fails or takes too long is logged and missing."""
    found = Gauges()
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S), engine.connection(_CONNECTION_WITHIN_S) as connection:
            for name, question in {**_QUESTIONS, "payouts": _late_payouts(engine)}.items():
                try:
                    setattr(found, name, await question(connection))
                except DatabaseError as error:
                    log.warning("metrics.database", question=name, error=str(error))
    except (DatabaseError, TimeoutError) as error:
        log.warning("metrics.database", error=str(error))
    return found
