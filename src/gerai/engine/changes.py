"""What a batch writes: the changes of its working copy, its events and its jobs, in the order they must go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from gerai.engine.state import Job, State
from gerai.engine.terms import changed_terms
from gerai.store.batch import Deferred, Writing, deferring, deleting, inserting, updating
from gerai.store.connection import Connection
from gerai.store.tables import AUDIT, EVENTS, TERMS, WRITE_ORDER

_MILLISECOND: Final = timedelta(milliseconds=1)


def changes(state: State) -> Iterator[Writing]:
    """What the batch changed, parents before what refers to them."""
    for table in WRITE_ORDER:
        rows = state.rows[table]
        # Ascending keys, so that two processes inserting the same keys never wait for each other in a circle.
        if rows.inserted:
            yield inserting(table, [rows.inserted[key] for key in sorted(rows.inserted)])
        if rows.updated:
            yield updating(table, [rows.updated[key] for key in sorted(rows.updated)])
    gone, new = changed_terms(state)
    if gone:
        yield deleting(TERMS, gone)
    if new:
        yield inserting(TERMS, new)
    # Last and unsorted: the database numbers them in the order in which they were announced.
    if state.events:
        yield inserting(EVENTS, state.events)
    if state.audit:
        yield inserting(AUDIT, state.audit)
    if state.jobs:
        yield deferring([_deferred(job) for job in state.jobs])


async def defer(connection: Connection, job: Job) -> None:
    """Defer a job in the transaction of a change of master data."""
    writing = deferring([_deferred(job)])
    await connection.execute(writing.sql, writing.params)


def _deferred(job: Job) -> Deferred:
    # Neither the merchant's test clock nor this machine's: the queue goes by the database's.
    delay_ms = None if job.delay_s is None else timedelta(seconds=job.delay_s) // _MILLISECOND
    return Deferred(job.queue, job.task, job.lock, job.args, delay_ms, job.lock if job.single else None)
