"""A job that a worker took without knowing it, since the answer was lost on its way, is run while that worker lives."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import psycopg

from gerai.worker.job_queue import JobQueue

_JOB = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
    "VALUES ('q', %s, '{}', %s::procrastinate_job_status, (SELECT max(id) FROM procrastinate_workers WHERE %s))"
)


async def test_taken_and_never_begun(own_dsn: str) -> None:
    """The database says that this worker has the job; the worker does not know: it is put back and run, once, within
    two looks. One that runs for longer than that is left alone."""
    queue, ran = JobQueue(own_dsn, 4, 0.1, 5.0), list[str]()
    begun, found, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @queue.app.task(name="lost", queue="q")
    async def lost() -> None:
        ran.append("lost")
        found.set()

    @queue.app.task(name="slow", queue="q")
    async def slow() -> None:
        ran.append("slow")
        begun.set()
        await ended.wait()

    async with await psycopg.AsyncConnection.connect(own_dsn, autocommit=True) as connection:
        await connection.execute(_JOB, ("slow", "todo", False))
        with patch("gerai.worker.job_queue._REVIVE_EVERY_S", 0.2):
            living = asyncio.create_task(queue.run(lambda: None))
            await asyncio.wait_for(begun.wait(), 30)
            await connection.execute(_JOB, ("lost", "doing", True))
            await asyncio.wait_for(found.wait(), 30)
            # Several looks more.
            await asyncio.sleep(1)
            ended.set()
            queue.stop()
            await asyncio.wait_for(living, 30)
        left = await (await connection.execute("SELECT count(*) FROM procrastinate_jobs")).fetchall()
    assert ran == ["slow", "lost"]
    assert left == [(0,)]
