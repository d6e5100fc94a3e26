"""The worker: runs deferred jobs from the queue and sweeps by the clock, until it is stopped. Its tasks are supervised.

Jobs are at-least-once: each task leads to one engine command that is harmless when it comes again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import msgspec
import structlog
from procrastinate import JobContext, RetryStrategy

from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.start import SETTLE_DEPOSIT_TASK
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.notice import take_notice
from gerai.engine.notices.keep import READ_NOTICE_TASK
from gerai.engine.notices.read import read_notice
from gerai.engine.orders.transitions import FULFIL_TASK
from gerai.engine.outage import DatabaseError, outages_of
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import SETTLE_TASK
from gerai.engine.subscriptions import ANNOUNCE_TASK
from gerai.engine.webhooks.contract import WebhookContract
from gerai.engine.webhooks.fan_out import fan_out
from gerai.engine.webhooks.replay_stretch import REPLAY_TASK, Stretch, replay_further
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox
from gerai.kit.supervise import Supervisor
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.ports.notices import NoticeForm
from gerai.settings import Settings
from gerai.worker.backups import watch_backups
from gerai.worker.books import watch_books
from gerai.worker.codes import code_tasks
from gerai.worker.fulfil import fulfil
from gerai.worker.gateways import gateway_tasks
from gerai.worker.job_queue import JobQueue
from gerai.worker.places import IN_ALL
from gerai.worker.presence import keep_presence
from gerai.worker.reports import watch_reports
from gerai.worker.sweep import sweep, tidy
from gerai.worker.webhook_sender import WebhookSender

log = structlog.get_logger("gerai.worker")

_SWEEP_EVERY_S = 1.0
_TIDY_EVERY_S = 10.0
# Every task leads to a command that is harmless when repeated, so a failed one simply comes again, ever later.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
#: The kinds of work, each a task that runs as long as the worker does.
WORK_KINDS: Final = ("jobs", "janitor", "webhooks", "books")
#: ``presence`` keeps in the database which of them make progress.
WORKER_TASKS: Final = (*WORK_KINDS, "backups", "reports", "presence")
#: Longer than a look at the queue or at what is due takes: a task that is silent for longer hangs.
_SILENT_AT_MOST_S: Final = 60.0
#: After the grace time of the jobs: to write down that they ended.
_LEAVE_S: Final = 5.0


class WorkerPartners(Protocol):
    """The partners the worker asks."""

    @property
    def fulfilment(self) -> dict[str, FulfilmentProvider]: ...
    @property
    def notice_forms(self) -> dict[str, NoticeForm]: ...


class Worker:
    """One worker of a process. ``supervisor`` watches its tasks; ``folder``: the data folder it works for, if any."""

    def __init__(
        self,
        engine: Engine,
        partners: WorkerPartners,
        desk: GatewayDesk,
        settings: Settings,
        contracts: Mapping[str, WebhookContract],
        folder: Path | None = None,
    ) -> None:
        self._folder = folder
        self._engine = engine
        self._partners = partners
        self._desk = desk
        self._settings = settings
        self._contracts = contracts
        self._stopping = asyncio.Event()
        self._outgoing = Outgoing(Guard(allow_loopback=settings.webhooks.allow_loopback), connections=IN_ALL)
        self._sender = WebhookSender(
            engine, contracts, self._outgoing, SecretBox(settings.webhooks.seal_key), settings.webhooks.timeout_s
        )
        jobs = settings.worker
        self._queue = JobQueue(engine.dsn, jobs.concurrency, jobs.poll_interval_s, settings.server.shutdown_grace_s)
        self.supervisor = Supervisor(*WORKER_TASKS, excused=outages_of(engine.dsn))
        self._declare_tasks()

    def _declare_tasks(self) -> None:
        queue = self._queue.app

        @queue.task(name=FULFIL_TASK, retry=_RETRY, pass_context=True)
        async def fulfil_task(_: JobContext, merchant_id: int, order_id: int, *, beside: bool = False) -> None:
            await fulfil(self._engine, self._partners.fulfilment, merchant_id, order_id, beside=beside)

        @queue.task(name=SETTLE_TASK, retry=_RETRY)
        async def settle_task(
            merchant_id: int, environment: str, order_id: int, payment_id: int, outcome: Literal["paid", "failed"]
        ) -> None:
            await settle(self._engine, merchant_id, environment, order_id, payment_id, outcome)

        @queue.task(name=SETTLE_DEPOSIT_TASK, retry=_RETRY)
        async def settle_deposit_task(
            merchant_id: int, environment: str, deposit_id: int, outcome: Literal["paid", "failed"]
        ) -> None:
            await settle_deposit(self._engine, merchant_id, environment, deposit_id, outcome)

        @queue.task(name=ANNOUNCE_TASK, retry=_RETRY)
        async def announce_task(merchant_id: int, order_id: int) -> None:
            # Without this the first attempt would wait for the sender's next look.
            if await fan_out(self._engine, self._contracts, merchant_id, order_id, self._settings.base_url):
                self._sender.wake()

        @queue.task(name=READ_NOTICE_TASK, retry=_RETRY)
        async def read_notice_task(merchant_id: int, notice_id: int) -> None:
            of_gateways = partial(take_notice, self._engine, self._desk)
            await read_notice(self._engine, self._partners.notice_forms, merchant_id, notice_id, of_gateways)

        @queue.task(name=REPLAY_TASK, retry=_RETRY)
        async def replay_task(**stretch: Any) -> None:
            await replay_further(self._engine, msgspec.convert(stretch, Stretch))
            self._sender.wake()

        self._tasks = (
            fulfil_task, settle_task, settle_deposit_task, announce_task, read_notice_task,
            replay_task, *gateway_tasks(queue, self._engine, self._desk, _RETRY),
            *code_tasks(queue, self._engine, _RETRY),
        )  # fmt: skip

    @property
    def outgoing(self) -> Mapping[str, int]:
        """Attempts to reach webhook endpoints, by outcome."""
        return self._outgoing.attempts

    @property
    def jobs_done(self) -> Mapping[tuple[str, str], int]:
        """Ended jobs by task and outcome, ``done`` or ``failed``."""
        return self._queue.ended

    def places(self) -> tuple[int, int, int]:
        """Webhook messages under way that are quick so far and that stand aside, and endpoints that are slow."""
        return self._sender.places()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Work until the end of the block; jobs and messages under way are then finished, within the grace time."""
        watch, settings = self.supervisor, self._settings
        jobs_silent_s = max(_SILENT_AT_MOST_S, 3 * settings.worker.poll_interval_s)
        watch.start("jobs", self._run_jobs, jobs_silent_s)
        watch.start("janitor", self._janitor, _SILENT_AT_MOST_S)
        watch.start("webhooks", self._send, _SILENT_AT_MOST_S)
        watch.start("books", lambda: watch_books(self._engine, settings.worker.check_every_s))
        watch.start("backups", lambda: watch_backups(self._engine, settings, self._folder))
        watch.start("reports", lambda: watch_reports(self._engine))
        watch.start("presence", lambda: keep_presence(self._engine, watch, WORK_KINDS))
        try:
            yield
        finally:
            self._stopping.set()
            self._queue.stop()
            self._sender.wake()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.server.shutdown_grace_s + _LEAVE_S):
                    await watch.finish("jobs", "janitor", "webhooks")
            await watch.stop()
            await self._outgoing.close()

    async def run_once(self) -> None:
        """Do everything that is due now, then return. For tests and one-off runs."""
        await sweep(self._engine)
        await self._queue.run_once()
        await self._sender.run_once()

    async def _run_jobs(self) -> None:
        await self._queue.run(lambda: self.supervisor.beat("jobs"))

    async def _send(self) -> None:
        await self._sender.run(self._stopping, lambda: self.supervisor.beat("webhooks"))

    async def _janitor(self) -> None:
        automatic = [name for name, provider in self._partners.fulfilment.items() if provider.automatic]
        next_tidy_s = 0.0
        while not self._stopping.is_set():
            self.supervisor.beat("janitor")
            try:
                await sweep(self._engine)
                if (now_s := asyncio.get_running_loop().time()) >= next_tidy_s:
                    next_tidy_s = now_s + _TIDY_EVERY_S
                    await tidy(
                        self._engine,
                        automatic,
                        keep_answers_days=self._settings.engine.idempotency_keep_days,
                        keep_deliveries_days=self._settings.webhooks.keep_days,
                        keep_failed_jobs_days=self._settings.worker.failed_jobs_keep_days,
                        keep_proofs_days=self._settings.pages.proofs_keep_days,
                    )
            except DatabaseError as error:
                log.warning("janitor.database", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _SWEEP_EVERY_S)


async def settle(
    engine: Engine,
    merchant_id: int,
    environment: str,
    order_id: int,
    payment_id: int,
    outcome: Literal["paid", "failed"],
) -> None:
    """Finish a sandbox payment that was started with an outcome. Nothing to do when it has ended otherwise."""
    command = RecordPayment(
        merchant_id=merchant_id, environment=environment, order_id=order_id, payment_id=payment_id, outcome=outcome,
        played="in_time",
    )  # fmt: skip
    with contextlib.suppress(StateConflict, NotFound):
        await engine.submit(command)


async def settle_deposit(
    engine: Engine, merchant_id: int, environment: str, deposit_id: int, outcome: Literal["paid", "failed"]
) -> None:
    """Finish a sandbox deposit that was started with an outcome. The payer we play pays for none that has ended."""
    deposit = await engine.deposits.by_id(merchant_id, deposit_id)
    if deposit is None or deposit.status != "pending":
        return
    command = RecordDeposit(
        merchant_id=merchant_id, environment=environment, deposit_id=deposit_id, outcome=outcome, played="in_time"
    )
    with contextlib.suppress(StateConflict, NotFound):
        await engine.submit(command)
