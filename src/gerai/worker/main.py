"""The worker: runs deferred jobs from the queue and sweeps by the clock, until it is stopped.

Jobs are at-least-once: each task leads to one engine command that is harmless when it comes again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Literal, Protocol

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.start import SETTLE_DEPOSIT_TASK
from gerai.engine.orders.transitions import FULFIL_TASK
from gerai.engine.outage import DatabaseError
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import SETTLE_TASK
from gerai.engine.subscriptions import ANNOUNCE_TASK
from gerai.engine.webhooks.contract import WebhookContract
from gerai.engine.webhooks.fan_out import fan_out
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox
from gerai.kit.tasks import end
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.settings import Settings
from gerai.worker.books import watch_books
from gerai.worker.fulfil import fulfil
from gerai.worker.next_due import PromptManager
from gerai.worker.sweep import sweep, tidy
from gerai.worker.webhook_sender import WebhookSender

log = structlog.get_logger("gerai.worker")

_SWEEP_EVERY_S = 1.0
_TIDY_EVERY_S = 10.0
# Every task leads to a command that is harmless when repeated, so a failed one simply comes again, ever later.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


class FulfilmentPartners(Protocol):
    """The partners the worker asks."""

    @property
    def fulfilment(self) -> dict[str, FulfilmentProvider]: ...


class Worker:
    """One worker of a process. :meth:`run` ends after :meth:`stop`, when the jobs under way are done."""

    def __init__(
        self, engine: Engine, partners: FulfilmentPartners, settings: Settings, contracts: Mapping[str, WebhookContract]
    ) -> None:
        self._engine = engine
        self._partners = partners
        self._settings = settings
        self._contracts = contracts
        self._stopping = asyncio.Event()
        self._outgoing = Outgoing(Guard(allow_loopback=settings.webhooks.allow_loopback))
        self._sender = WebhookSender(
            engine, contracts, self._outgoing, SecretBox(settings.webhooks.seal_key), settings.webhooks.timeout_s
        )
        connector = PsycopgConnector(conninfo=engine.dsn, min_size=1, max_size=4)
        self._queue = App(connector=connector)
        self._queue.job_manager = PromptManager(connector, settings.worker.poll_interval_s)
        self._declare_tasks()

    def _declare_tasks(self) -> None:
        @self._queue.task(name=FULFIL_TASK, retry=_RETRY, pass_context=True)
        async def fulfil_task(_: JobContext, merchant_id: int, order_id: int) -> None:
            await fulfil(self._engine, self._partners.fulfilment, merchant_id, order_id)

        @self._queue.task(name=SETTLE_TASK, retry=_RETRY)
        async def settle_task(
            merchant_id: int, environment: str, order_id: int, payment_id: int, outcome: Literal["paid", "failed"]
        ) -> None:
            await settle(self._engine, merchant_id, environment, order_id, payment_id, outcome)

        @self._queue.task(name=SETTLE_DEPOSIT_TASK, retry=_RETRY)
        async def settle_deposit_task(
            merchant_id: int, environment: str, deposit_id: int, outcome: Literal["paid", "failed"]
        ) -> None:
            await settle_deposit(self._engine, merchant_id, environment, deposit_id, outcome)

        @self._queue.task(name=ANNOUNCE_TASK, retry=_RETRY)
        async def announce_task(merchant_id: int, order_id: int) -> None:
            base_url = self._settings.base_url
            # Without this the first attempt would wait for the sender's next look.
            if await fan_out(self._engine, self._contracts, merchant_id, order_id, base_url):
                self._sender.wake()

        self._tasks = (fulfil_task, settle_task, settle_deposit_task, announce_task)

    @property
    def outgoing(self) -> Mapping[str, int]:
        """Attempts to reach webhook endpoints, by outcome."""
        return self._outgoing.attempts

    async def run(self) -> None:
        """Work until stopped."""
        async with self._queue.open_async():
            settings = self._settings.worker
            jobs = asyncio.create_task(
                self._queue.run_worker_async(
                    concurrency=settings.concurrency,
                    fetch_job_polling_interval=settings.poll_interval_s,
                    # Signals belong to the command, which ends HTTP, engine and worker in the right order.
                    install_signal_handlers=False,
                    # The queue stays small; what was done stands in the events.
                    delete_jobs="successful",
                    shutdown_graceful_timeout=self._settings.server.shutdown_grace_s,
                )
            )
            janitor = asyncio.create_task(self._janitor())
            sender = asyncio.create_task(self._sender.run(self._stopping))
            books = asyncio.create_task(watch_books(self._engine, settings.check_every_s))
            await self._stopping.wait()
            # A cancelled queue worker takes no new jobs and gives those under way the grace time.
            jobs.cancel()
            self._sender.wake()
            await asyncio.gather(janitor, sender, jobs, end(books), return_exceptions=True)
        await self._outgoing.close()

    def stop(self) -> None:
        """Take no new jobs; let :meth:`run` end."""
        self._stopping.set()

    async def run_once(self) -> None:
        """Do everything that is due now, then return. For tests and one-off runs."""
        async with self._queue.open_async():
            await sweep(self._engine)
            await self._queue.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")
        await self._sender.run_once()

    async def _janitor(self) -> None:
        automatic = [name for name, provider in self._partners.fulfilment.items() if provider.automatic]
        next_tidy_s = 0.0
        while not self._stopping.is_set():
            try:
                await sweep(self._engine)
                if (now_s := asyncio.get_running_loop().time()) >= next_tidy_s:
                    next_tidy_s = now_s + _TIDY_EVERY_S
                    await tidy(
                        self._engine,
                        automatic,
                        keep_answers_days=self._settings.engine.idempotency_keep_days,
                        keep_deliveries_days=self._settings.webhooks.keep_days,
                    )
                    await self._revive_stalled_jobs()
            except DatabaseError as error:
                log.warning("janitor.database", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _SWEEP_EVERY_S)

    async def _revive_stalled_jobs(self) -> None:
        """Jobs whose worker died (kill -9) are run again by whoever is alive."""
        for job in await self._queue.job_manager.get_stalled_jobs():
            log.info("job.revived", task=job.task_name, job_id=job.id)
            await self._queue.job_manager.retry_job(job)


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
