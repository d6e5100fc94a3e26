"""The database's figures: the same whichever process is asked. Kept a few seconds, so that scrapes are no burden."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from math import inf
from typing import Any, Final

from prometheus_client.core import Metric as Family

from gerai.engine.check import ROWS_AT_MOST
from gerai.engine.core import Engine
from gerai.engine.gauges import OVERDUE_AT_MOST, SEEN_WITHIN_S, WAITING_AT_MOST, Gauges, read_gauges
from gerai.kit.metrics import Metric, Sample, family
from gerai.worker.main import WORK_KINDS

UP: Final = Metric("gerai_database_up", "gauge", "1 when the database answered everything below in time, else 0.")
JOBS: Final = Metric(
    "gerai_jobs",
    "gauge",
    "Background jobs: `waiting` are due, `scheduled` come later, `running`, `failed` for good.",
    ("queue", "state"),
)
OVERDUE: Final = Metric(
    "gerai_orders_overdue",
    "gauge",
    f"Unpaid orders past their time that no worker has expired yet ({OVERDUE_AT_MOST} at most).",
    ("environment",),
)
OPEN: Final = Metric(
    "gerai_fulfilments_open",
    "gauge",
    "Fulfilments without an end: `requested`, or `unknown` because an answer was lost.",
    ("environment", "provider", "status"),
)
OLDEST: Final = Metric(
    "gerai_fulfilments_oldest_seconds", "gauge", "How long the oldest of them has been in work.", OPEN.labels
)
MONEY_WAITING: Final = Metric(
    "gerai_money_waiting",
    "gauge",
    f"Money into the seller's own accounts that fits no payment or several (`arrivals`), and notices of it that could "
    f"not be read (`notices`), for a person to decide; refunds that a person is to send (`refunds`); and payments "
    f"that their gateway or QRIS acquirer should have paid out by now (`payouts`; {WAITING_AT_MOST} at most of each).",
    ("what",),
)
OLDEST_JOB: Final = Metric(
    "gerai_jobs_oldest_seconds",
    "gauge",
    "How long the oldest background job has been due (`waiting`) or in work (`running`); missing while there is none.",
    ("task", "state"),
)
WORKER_SEEN: Final = Metric(
    "gerai_worker_seen_seconds",
    "gauge",
    "How long ago any worker last made progress with this kind of work; `+Inf`: not in the last day.",
    ("kind",),
)
WORKERS: Final = Metric(
    "gerai_workers", "gauge", f"Workers that made progress with it in the last {SEEN_WITHIN_S} seconds.", ("kind",)
)
OLDEST_OVERDUE: Final = Metric(
    "gerai_overdue_oldest_seconds",
    "gauge",
    "How long the time of the oldest order, payment or deposit that should have expired has been over; missing while "
    "there is none.",
    ("kind", "environment"),
)
WEBHOOKS_OLDEST: Final = Metric(
    "gerai_webhooks_oldest_due_seconds",
    "gauge",
    "How long the oldest webhook message that may be sent now has waited, of endpoints that are `answering` or "
    "`failing` (silent the last time) and not paused; missing while none waits.",
    ("environment", "endpoints"),
)
ENDPOINTS: Final = Metric(
    "gerai_webhook_endpoints",
    "gauge",
    "Webhook endpoints: `answering`, `failing`, `paused` (silent again and again, left alone for minutes), `disabled`.",
    ("environment", "state"),
)
CONNECTIONS: Final = Metric(
    "gerai_database_connections",
    "gauge",
    "Connections of the database's server: to `this` database, to `other` ones, and the `limit` for both.",
    ("of",),
)
LOCK_WAIT: Final = Metric(
    "gerai_database_lock_wait_seconds",
    "gauge",
    "How long a session of the database's server has waited for a lock now.",
)
TRANSACTION: Final = Metric(
    "gerai_database_transaction_seconds", "gauge", "How long the oldest open transaction of this database has lasted."
)
SKEW: Final = Metric(
    "gerai_clock_skew_seconds",
    "gauge",
    "By how much the clock of the process that is asked is ahead of the database's; negative: behind.",
)
BROKEN: Final = Metric(
    "gerai_invariant_broken_rows",
    "gauge",
    f"Rows for which the invariant did not hold when the books were last checked: at least so many, {ROWS_AT_MOST} "
    "are counted. 0 is right.",
    ("invariant",),
)
CHECK_SECONDS: Final = Metric(
    "gerai_invariant_check_seconds", "gauge", "How long that look at the invariant took.", ("invariant",)
)
CHECKED: Final = Metric(
    "gerai_invariants_checked_timestamp_seconds", "gauge", "When the books were last checked, as Unix time."
)
BACKUP: Final = Metric(
    "gerai_backup_timestamp_seconds", "gauge", "When the last backup was made, as Unix time; 0: never, but tried."
)
BACKUP_BYTES: Final = Metric("gerai_backup_bytes", "gauge", "How large it is.")
BACKUP_SECONDS: Final = Metric("gerai_backup_seconds", "gauge", "How long making it took.")
BACKUP_FAILED: Final = Metric("gerai_backup_failed", "gauge", "1 when the last attempt at one failed, else 0.")
METRICS: Final = (
    UP, JOBS, OLDEST_JOB, WORKER_SEEN, WORKERS, OVERDUE, OLDEST_OVERDUE, OPEN, OLDEST, MONEY_WAITING, WEBHOOKS_OLDEST,
    ENDPOINTS, CONNECTIONS, LOCK_WAIT, TRANSACTION, SKEW, BROKEN, CHECK_SECONDS, CHECKED, BACKUP, BACKUP_BYTES,
    BACKUP_SECONDS, BACKUP_FAILED,
)  # fmt: skip

_KEEP_S: Final = 5.0


class Questions:
    """Asks the database what the gauges show, at most once in ``keep_s`` seconds."""

    def __init__(self, engine: Engine, keep_s: float = _KEEP_S) -> None:
        self._engine = engine
        self._keep_s = keep_s
        self._turn = asyncio.Lock()
        self._asked_s: float | None = None
        self._families: list[Family] = []

    async def families(self) -> list[Family]:
        """The gauges. What the database did not answer is missing, and ``gerai_database_up`` is 0."""
        # Scrapes that come at once share one look.
        async with self._turn:
            now_s = asyncio.get_running_loop().time()
            if self._asked_s is None or now_s >= self._asked_s + self._keep_s:
                self._families = await self._ask()
                self._asked_s = asyncio.get_running_loop().time()
            return self._families

    async def _ask(self) -> list[Family]:
        found = await read_gauges(self._engine)
        return [family(UP, [((), (found.complete,))]), *_families(found)]


def _families(found: Gauges) -> Iterator[Family]:
    """The database's figures."""
    if found.jobs is not None:
        yield _gauge(JOBS, found.jobs)
    if found.oldest_jobs is not None:
        yield _gauge(OLDEST_JOB, found.oldest_jobs)
    if (rows := found.workers) is not None:
        ages = dict.fromkeys(WORK_KINDS, inf) | {kind: age_s for kind, _, age_s in rows}
        yield _gauge(WORKER_SEEN, ages.items())
        yield _gauge(WORKERS, (dict.fromkeys(WORK_KINDS, 0) | {kind: n for kind, n, _ in rows}).items())
    if found.overdue is not None:
        yield _gauge(OVERDUE, ({"production": 0, "sandbox": 0} | dict(found.overdue)).items())
    if found.oldest_overdue is not None:
        yield _gauge(OLDEST_OVERDUE, found.oldest_overdue)
    if (rows := found.fulfilments) is not None:
        yield _gauge(OPEN, ((environment, provider, status, n) for environment, provider, status, n, _ in rows))
        yield _gauge(OLDEST, ((environment, provider, status, s) for environment, provider, status, _, s in rows))
    if found.money is not None:
        yield _gauge(MONEY_WAITING, [*found.money, *(found.payouts or [])])
    yield from _webhooks(found)
    yield from _server(found)
    if (rows := found.checks) is not None:
        yield _gauge(BROKEN, ((invariant, broken) for invariant, broken, _, _ in rows))
        yield _gauge(CHECK_SECONDS, ((invariant, took_ms / 1000) for invariant, _, took_ms, _ in rows))
        yield _gauge(CHECKED, [(min(at for *_, at in rows),)] if rows else [])
    if (rows := found.backup) is not None:
        yield _gauge(BACKUP, ((made_at,) for made_at, *_ in rows))
        yield _gauge(BACKUP_BYTES, ((size,) for _, size, _, _ in rows))
        yield _gauge(BACKUP_SECONDS, ((took_ms / 1000,) for _, _, took_ms, _ in rows))
        yield _gauge(BACKUP_FAILED, ((failed,) for *_, failed in rows))


def _webhooks(found: Gauges) -> Iterator[Family]:
    if found.webhooks is not None:
        yield _gauge(WEBHOOKS_OLDEST, ((environment, state, s) for environment, state, _, s in found.webhooks))
    if found.endpoints is not None:
        yield _gauge(ENDPOINTS, found.endpoints)


def _server(found: Gauges) -> Iterator[Family]:
    """Of PostgreSQL itself."""
    if (rows := found.connections) is not None:
        yield _gauge(CONNECTIONS, zip(("this", "other", "limit"), rows[0], strict=True))
    if (rows := found.waits) is not None:
        yield _gauge(LOCK_WAIT, [rows[0][:1]])
        yield _gauge(TRANSACTION, [rows[0][1:]])
    if found.skew is not None:
        yield _gauge(SKEW, found.skew)


def _gauge(metric: Metric, rows: Iterable[tuple[Any, ...]]) -> Family:
    """Rows whose last column is the value, the others the labels."""
    samples: list[Sample] = [(row[:-1], row[-1:]) for row in rows]
    return family(metric, samples)
