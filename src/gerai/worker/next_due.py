"""Jobs with a delay begin when they are due, not at the queue's next look.

The library's runner is woken when a job is inserted, and looks by itself every few seconds; nobody wakes it when a
delay is over. This manager asks, whenever nothing is left to fetch, when the next job will be due, and wakes the runner
then. Jobs stay rows of the queue: whoever is alive by then runs them. What is due goes by the database's clock alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable
from datetime import datetime
from typing import Any, Final

from procrastinate import utils
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager, NotificationCallback

#: The queue is asked this seldom, however many jobs come and go; a job's delay is exact to about as much.
_ASK_EVERY_S: Final = 0.1
#: To be sure that it is due by then, by the database's clock.
_MARGIN_S: Final = 0.01
#: Only what is due before the runner looks by itself.
_NEXT_DUE: Final = """
SELECT extract(epoch FROM min(scheduled_at) - now())::float8 AS wait_s FROM procrastinate_jobs
WHERE status = 'todo' AND scheduled_at > now() AND scheduled_at < now() + %(within_s)s * interval '1 second'"""
#: The library's own statement names a moment.
_RETRY: Final = """
SELECT procrastinate_retry_job_v2(
    %(job_id)s, now() + %(wait_s)s * interval '1 second', %(priority)s, %(queue)s, %(lock)s)"""


class PromptManager(JobManager):
    """``poll_interval_s``: how often the runner looks by itself."""

    def __init__(self, connector: BaseConnector, poll_interval_s: float) -> None:
        super().__init__(connector)
        self._poll_interval_s = poll_interval_s
        self._on_notification: NotificationCallback | None = None
        self._asked_s = 0.0
        self._bell: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        self._on_notification = on_notification
        try:
            await super().listen_for_jobs(on_notification=on_notification, queues=queues)
        finally:
            # The runner ends with its listener.
            self._on_notification = None
            self._ring_after(None)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        job = await super().fetch_job(queues, worker_id)
        if job is None:
            # Beside the runner: it forgets what rings before this returns.
            self._begin(self._look_ahead())
        return job

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        # A wait was added to this process's clock a moment ago; where that is a day ahead, so would be the retry.
        wait_s = max(0.0, (retry_at - utils.utcnow()).total_seconds())
        await self.connector.execute_query_async(
            _RETRY, job_id=job_id, wait_s=wait_s, priority=priority, queue=queue, lock=lock
        )

    async def _look_ahead(self) -> None:
        if self._on_notification is None:
            return
        since_s = asyncio.get_running_loop().time() - self._asked_s
        if since_s < _ASK_EVERY_S:
            # A little later: what came meanwhile may be due before the runner looks by itself.
            self._ring_after(_ASK_EVERY_S - since_s)
            return
        self._asked_s += since_s
        # Without an answer the runner still looks by itself.
        with contextlib.suppress(ConnectorException):
            found = await self.connector.execute_query_one_async(_NEXT_DUE, within_s=self._poll_interval_s)
            wait_s = found["wait_s"]
            self._ring_after(None if wait_s is None else wait_s + _MARGIN_S)

    def _ring_after(self, wait_s: float | None) -> None:
        """Wake the runner then, and not when it was to be woken before; None: not at all."""
        if self._bell is not None:
            self._bell.cancel()
        loop = asyncio.get_running_loop()
        self._bell = None if wait_s is None else loop.call_later(wait_s, lambda: self._begin(self._ring()))

    async def _ring(self) -> None:
        if self._on_notification is not None:
            await self._on_notification(channel="", notification={"type": "job_inserted", "job_id": 0})

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="gerai-next-due")
        # Kept: the loop alone would let it go.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
