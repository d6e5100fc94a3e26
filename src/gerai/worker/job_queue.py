"""The queue's runner, one life at a time: it fetches jobs and runs them, and ends when it cannot go on.

Left alone, the library's runner outlives a lost database as a shell that fetches nothing, or keeps a job for ever whose
end it could not write down. So a life ends whenever a question to the queue's tables fails; the next one has a name of
its own, and what the last one left unfinished is put back. Jobs are at-least-once, so nothing is lost by that.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import NotificationCallback
from procrastinate.worker import Worker as Runner

from gerai.engine.outage import ConnectionLost, database_answers
from gerai.kit.supervise import describe
from gerai.kit.tasks import end, to_the_end
from gerai.worker.next_due import PromptManager

log = structlog.get_logger("gerai.jobs")
T = TypeVar("T")
#: Above the longest wait for a partner. What takes longer hangs; it is tried again.
_JOB_AT_MOST_S: Final = 90.0
_REVIVE_EVERY_S: Final = 10.0
#: For a connection of the queue's own pool.
_CONNECTION_WITHIN_S: Final = 10.0


class QueueLost(Exception):
    """The database did not do what the queue asked of it. The cause is the driver's error, if there was one."""


class _Manager(PromptManager):
    """Notes the first question that failed, and every fetch that did not."""

    def begin(self, beat: Callable[[], None]) -> None:
        """A new life."""
        self.failed: asyncio.Future[ConnectorException] = asyncio.get_running_loop().create_future()
        self.beat = beat

    async def _ask(self, question: Awaitable[T]) -> T:
        try:
            return await question
        except ConnectorException as error:
            # Anything else is about this question alone: another worker ended the job meanwhile.
            if isinstance(error.__cause__, ConnectionLost) and not self.failed.done():
                self.failed.set_result(error)
            raise

    async def revive(self, job: Job) -> bool:
        """Put a stalled job back; False when another worker was quicker."""
        try:
            await super().retry_job(job)
        except ConnectorException as error:
            if isinstance(error.__cause__, ConnectionLost):
                raise
            return False
        return True

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        job = await self._ask(super().fetch_job(queues, worker_id))
        self.beat()
        return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._ask(super().finish_job(job, status, delete_job))

    async def retry_job(self, job: Job, *choices: Any, **more: Any) -> None:
        await self._ask(super().retry_job(job, *choices, **more))

    async def update_heartbeat(self, worker_id: int) -> None:
        await self._ask(super().update_heartbeat(worker_id))

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        await self._ask(super().listen_for_jobs(on_notification=on_notification, queues=queues))


class JobQueue:
    """``app`` is where tasks are declared; ``grace_s`` is what jobs under way get when the worker stops."""

    def __init__(self, dsn: str, concurrency: int, poll_interval_s: float, grace_s: float) -> None:
        self._dsn = dsn
        connector = PsycopgConnector(conninfo=dsn, min_size=1, max_size=4, timeout=_CONNECTION_WITHIN_S)
        self.app = App(connector=connector)
        self._manager = self.app.job_manager = _Manager(connector, poll_interval_s)
        self._concurrency = concurrency
        self._poll_interval_s = poll_interval_s
        self._grace_s = grace_s
        self._runner: Runner | None = None
        self._stopping = False
        #: By the task that runs it.
        self._under_way: dict[asyncio.Task[Any], int | None] = {}
        #: Jobs by task and outcome, ``done`` or ``failed``.
        self.ended = Counter[tuple[str, str]]()

    async def run(self, beat: Callable[[], None]) -> None:
        """One life: run jobs until :meth:`stop`. ``beat`` is called for each sign of progress. QueueLost."""
        # The pool's own opening tries ever more seldom, and would find a database that is back only much later.
        if not await database_answers(self._dsn):
            raise QueueLost("the database does not answer")
        try:
            async with self.app.open_async():
                self._manager.begin(beat)
                await self._bury_last_life()
                await self._live()
        except ConnectorException as error:
            # One that could not be opened is kept otherwise, and is of no use any more.
            await self.app.close_async()
            cause = error.__cause__ or error
            raise QueueLost(describe(cause)) from cause

    async def run_once(self) -> None:
        """Run everything that is due, then return."""
        async with self.app.open_async():
            self._manager.begin(lambda: None)
            await self.app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    def stop(self) -> None:
        """Fetch no more; :meth:`run` returns when the jobs under way are done or their grace time is over."""
        self._stopping = True
        if self._runner is not None:
            self._runner.stop()

    async def _bury_last_life(self) -> None:
        """Jobs that the last life left as running have no runner any more: from now on they count as stalled."""
        last, self._runner = self._runner, None
        # None: it took leave properly.
        if last is not None and last.worker_id is not None:
            await self._manager.unregister_worker(last.worker_id)

    async def _live(self) -> None:
        runner = self._runner = Runner(
            self.app,
            concurrency=self._concurrency,
            fetch_job_polling_interval=self._poll_interval_s,
            # Signals belong to the command, which ends HTTP, engine and worker in the right order.
            install_signal_handlers=False,
            # The queue stays small; what was done stands in the events.
            delete_jobs="successful",
            shutdown_graceful_timeout=self._grace_s,
            worker_middleware=[self._bounded],
        )
        if self._stopping:
            return
        running = asyncio.create_task(runner.run(), name="gerai-job-runner")
        reviving = asyncio.create_task(self._revive_stalled(), name="gerai-job-reviver")
        parts = {running, reviving}
        try:
            done, _ = await asyncio.wait({*parts, self._manager.failed}, return_when=asyncio.FIRST_COMPLETED)
            if self._manager.failed in done:
                raise self._manager.failed.result()
            for part in parts & done:
                part.result()
        finally:
            await to_the_end(self._end(running, reviving))

    async def _end(self, *parts: asyncio.Task[None]) -> None:
        """Runner first, which gives its jobs a second when it is cut off; then the jobs it had to leave."""
        await end(*parts)
        await end(*self._under_way)

    async def _bounded(self, run: Callable[[], Awaitable[Any]], context: JobContext, _runner: Runner) -> Any:
        """Around every job: it is known here until its end is written down, and does not take for ever."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way[task] = context.job.id
        task.add_done_callback(self._forget)
        outcome = "failed"
        try:
            async with asyncio.timeout(_JOB_AT_MOST_S):
                result = await run()
            outcome = "done"
            return result
        finally:
            self.ended[context.job.task_name, outcome] += 1

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(task, None)
        # Read, so that nobody complains of it a second time: what failed has ended this life.
        if not task.cancelled():
            task.exception()

    async def _revive_stalled(self) -> None:
        """Jobs whose runner died (kill -9, a life cut off) are run again by whoever is alive; and those that this life
        has without knowing of them, because the answer to its fetch was lost on the way."""
        unknown = set[int | None]()
        while True:
            # Nothing is fetched while no place is free: every job has its own time limit.
            if len(self._under_way) >= self._concurrency:
                self._manager.beat()
            for job in await self._manager.get_stalled_jobs():
                await self._revive(job)
            unknown = await self._revive_unknown(unknown)
            await asyncio.sleep(_REVIVE_EVERY_S)

    async def _revive_unknown(self, before: set[int | None]) -> set[int | None]:
        """Put back what this life has taken and does not run, if that was so the last time, too: between the two a job
        that was just taken has begun. Returns what is so now."""
        runner = self._runner
        if runner is None or runner.worker_id is None:
            return set()
        taken = await self._manager.list_jobs_async(status="doing", worker_id=runner.worker_id)
        unknown = {job.id: job for job in taken if job.id not in self._under_way.values()}
        for job in [unknown.pop(job_id) for job_id in before & unknown.keys()]:
            await self._revive(job)
        return set(unknown)

    async def _revive(self, job: Job) -> None:
        if await self._manager.revive(job):
            log.info("job.revived", task=job.task_name, job_id=job.id)
