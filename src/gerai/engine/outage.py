"""When the database does not do its part: what a caller of the engine may catch, and what is remembered of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

import structlog

from gerai.domain.refusals import Busy, Refusal
from gerai.store.connection import ConnectionLost, DatabaseError, open_connection
from gerai.store.faults import Fault, fault_of, passes

__all__ = [
    "ConnectionLost",
    "DatabaseError",
    "DatabaseState",
    "busy_instead_of",
    "database_answers",
    "is_starting",
    "outages_of",
    "refusal_behind",
]

log = structlog.get_logger("gerai.database")
#: A reason that comes and goes is not written again within this time.
_SAID_AGAIN_AFTER_S: Final = 30.0
_ANSWERS_WITHIN_S: Final = 2


def busy_instead_of(error: BaseException) -> Busy | None:
    """The refusal of a request that met a database fault which passes by itself; None for any other error."""
    return Busy() if isinstance(error, DatabaseError) and passes(fault_of(error)) else None


def refusal_behind(error: BaseException) -> Refusal | None:
    """The refusal that an error is, or that a database fault which passes amounts to; None: a failure of ours."""
    return error if isinstance(error, Refusal) else busy_instead_of(error)


def is_starting(error: DatabaseError) -> bool:
    """Whether there is a database that will soon take connections: it starts, recovers, or is being restarted."""
    return fault_of(error) in (Fault.STARTING, Fault.STOPPING)


async def database_answers(dsn: str) -> bool:
    """Whether the database takes a connection and answers over it within two seconds."""
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            async with await open_connection(dsn) as connection:
                await connection.execute("SELECT 1")
    except (DatabaseError, TimeoutError):
        return False
    return True


def outages_of(dsn: str) -> Callable[[Exception], Awaitable[bool]]:
    """For a supervisor: whether a failure is that of the database, which is waited for as long as it lasts."""

    async def is_outage(error: Exception) -> bool:
        if any(busy_instead_of(each) for each in (error, error.__cause__) if each is not None):
            return True
        return not await database_answers(dsn)

    return is_outage


class DatabaseState:
    """How the database serves one of its users, ``writer`` or ``reads``; the log has each reason once."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._since_s = 0.0
        self._last_s = 0.0
        self._said: dict[Fault, float] = {}
        #: Errors so far, by case.
        self.counts: dict[Fault, int] = dict.fromkeys(Fault, 0)
        #: Why the last attempt failed; None: it did not.
        self.fault: Fault | None = None

    def failed(self, error: DatabaseError) -> Fault:
        """Take note of an error; returns its case. Faults of a single command are none of the database."""
        fault = fault_of(error)
        self.counts[fault] += 1
        if fault in (Fault.RACE, Fault.LOCKED, Fault.REJECTED):
            return fault
        now_s = self._last_s = monotonic()
        if self.fault is None:
            self._since_s = now_s
        self.fault = fault
        if now_s - self._said.get(fault, float("-inf")) >= _SAID_AGAIN_AFTER_S:
            self._said[fault] = now_s
            log.error("database.unable", user=self._user, reason=fault.value, error=str(error).strip())
        return fault

    def worked(self) -> None:
        """Take note that it did."""
        if self.fault is not None:
            log.info(
                "database.able_again", user=self._user, reason=self.fault.value,
                after_s=round(monotonic() - self._since_s, 1),
            )  # fmt: skip
            self.fault = None

    def failed_within(self, seconds: float) -> Fault | None:
        """Why the last attempt failed, when that was so recently."""
        return self.fault if self.fault is not None and monotonic() - self._last_s < seconds else None
