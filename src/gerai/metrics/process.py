"""Figures that engine and partners keep for themselves, put where the other processes of this server can see them.

They are put there when somebody asks, and in a server of several processes every second: somebody may ask another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeVar

from gerai.doors.http.connections import COUNTS as CONNECTION_COUNTS
from gerai.engine.core import Engine
from gerai.engine.deposits.start import SETTLE_DEPOSIT_TASK
from gerai.engine.orders.transitions import FULFIL_TASK
from gerai.engine.payments.start import SETTLE_TASK
from gerai.engine.subscriptions import ANNOUNCE_TASK
from gerai.kit.log_file import COUNTS as LOG_COUNTS
from gerai.kit.metrics import Metric
from gerai.kit.open_files import open_files, open_files_limit
from gerai.kit.shared_counters import SharedCounters
from gerai.kit.supervise import Supervisor, TaskState

K = TypeVar("K")
_TASKS: Final = (FULFIL_TASK, SETTLE_TASK, SETTLE_DEPOSIT_TASK, ANNOUNCE_TASK)
ENGINE: Final = (
    Metric("gerai_engine_batches_total", "counter", "Transactions of the writer."),
    Metric("gerai_engine_commands_total", "counter", "Commands taken into them."),
    Metric("gerai_engine_refused_total", "counter", "Commands that were refused when they were decided."),
    Metric("gerai_engine_replays_total", "counter", "Answers given again from their idempotency key."),
    Metric("gerai_engine_alone_total", "counter", "Commands run again by themselves, because their batch failed."),
    Metric("gerai_engine_busy_total", "counter", "Commands not taken: the queue was full, or they waited too long."),
    Metric(
        "gerai_engine_unknown_total",
        "counter",
        "Commands of which nobody knows whether they were written, because the link broke. Their callers got an error.",
    ),
)
QUEUE: Final = Metric("gerai_engine_queue_length", "gauge", "Commands that wait for the writer now.")
PARKED: Final = Metric(
    "gerai_engine_parked_commands", "gauge", "Of them, those that want a lock somebody else holds: tried one by one."
)
READS: Final = Metric(
    "gerai_reads",
    "gauge",
    "Reads that hold a connection (`served`), and reads that wait for one (`waiting`).",
    ("state",),
)
READS_REFUSED: Final = Metric(
    "gerai_reads_refused_total",
    "counter",
    "Reads answered `busy` because they got no connection: `pool_full` (all in use for too long), or why the "
    "database gave none (`unreachable` …).",
    ("reason",),
)
FAULTS: Final = Metric(
    "gerai_database_faults_total",
    "counter",
    "Errors of the database by its user (`writer`, `reads`) and case: `race`, `locked` and `rejected` are of one "
    "command, all others of the database itself.",
    ("user", "fault"),
)
OUTDATED: Final = Metric(
    "gerai_directory_outdated",
    "gauge",
    "Processes that answer 503 because they cannot ask the database which keys were revoked.",
)
SENDING: Final = Metric(
    "gerai_webhooks_sending",
    "gauge",
    "Webhook messages under way: `quick` ones hold one of the places of a process, `aside` are those that take long.",
    ("place",),
)
SLOW: Final = Metric("gerai_webhooks_slow_endpoints", "gauge", "Webhook endpoints that answer late or not at all.")
JOBS_DONE: Final = Metric(
    "gerai_jobs_done_total", "counter", "Background jobs that ended, by how: `done`, or `failed` (tried again later).",
    ("task", "outcome"),
)  # fmt: skip
PAGES: Final = Metric("gerai_live_pages", "gauge", "Live connections of hosted pages.")
PAGES_REFUSED: Final = Metric(
    "gerai_live_pages_refused_total", "counter", "Live connections refused: of all, one link or one address too many."
)
CLIENTS: Final = Metric("gerai_connections", "gauge", "Connections of clients that are open.")
CLIENTS_CUT: Final = Metric(
    "gerai_connections_cut_total",
    "counter",
    "Connections that the server ended: `overdue` (idle for too long), `address` (its client had too many), `full` "
    "(nearly all places were taken).",
    ("reason",),
)
FILES: Final = Metric("gerai_open_files", "gauge", "Files and connections that the server's processes have open.")
FILES_LIMIT: Final = Metric("gerai_open_files_limit", "gauge", "How many they may have open (`ulimit -n`).")
LOG_TURNED: Final = Metric("gerai_log_turned_total", "counter", "Times the log file of `gerai up` was put aside.")
LOG_LOST: Final = Metric(
    "gerai_log_lost_total", "counter", "Lines the log file could not take: its disk is full, or broken."
)
OUTGOING: Final = Metric(
    "gerai_outgoing_requests_total",
    "counter",
    "Requests sent to a partner, each attempt counted, by how they ended: `answered`, `asked_to_wait` (429 or 5xx), "
    "`unreachable`, `unanswered`, `forbidden` (an address that is never called).",
    ("partner", "outcome"),
)
RUNNING: Final = Metric(
    "gerai_task_running",
    "gauge",
    "Processes in which this long-running task of engine or worker runs now; one that failed is started again.",
    ("task",),
)
RESTARTS: Final = Metric(
    "gerai_task_restarts_total", "counter", "Starts of such a task after it failed or hung.", RUNNING.labels
)
METRICS: Final = (
    *ENGINE, QUEUE, PARKED, READS, READS_REFUSED, FAULTS, OUTDATED, OUTGOING, SENDING, SLOW, JOBS_DONE, PAGES,
    PAGES_REFUSED, CLIENTS, CLIENTS_CUT, FILES, FILES_LIMIT, LOG_TURNED, LOG_LOST, RUNNING, RESTARTS,
)  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """What a process has beside its engine. ``outgoing``: attempts by outcome, of every partner that is called over the
    network. ``webhooks``: messages that are quick and aside, and slow endpoints. ``jobs``: ended jobs by task and
    outcome. ``pages``: live pages that are open, and refused so far."""

    outgoing: Mapping[str, Mapping[str, int]]
    supervisors: Sequence[Supervisor]
    webhooks: Callable[[], tuple[int, int, int]] = lambda: (0, 0, 0)
    jobs: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    pages: Callable[[], tuple[int, int]] = lambda: (0, 0)


class ProcessMetrics:
    """Figures of one process."""

    def __init__(self, counts: SharedCounters, engine: Engine, watched: Watched) -> None:
        self._counts = counts
        self._growing: list[tuple[int, Callable[[], int]]] = []
        self._gauges: list[tuple[int, Callable[[], float]]] = []
        self._add_engine(engine)
        for partner, attempts in watched.outgoing.items():
            for outcome in attempts:
                self._grows(OUTGOING, _of(attempts, outcome), partner, outcome)
        for index, place in enumerate(("quick", "aside")):
            self._gauge(SENDING, _at(watched.webhooks, index), place)
        self._gauge(SLOW, _at(watched.webhooks, 2))
        for task, outcome in product(_TASKS, ("done", "failed")):
            self._grows(JOBS_DONE, _ended(watched.jobs, task, outcome), task, outcome)
        self._gauge(PAGES, _at(watched.pages, 0))
        self._grows(PAGES_REFUSED, _at(watched.pages, 1))
        self._gauge(CLIENTS, lambda: CONNECTION_COUNTS.open)
        for reason in ("overdue", "address", "full"):
            self._grows(CLIENTS_CUT, _of(CONNECTION_COUNTS.cut, reason), reason)
        self._gauge(FILES, open_files)
        self._gauge(FILES_LIMIT, open_files_limit)
        self._grows(LOG_TURNED, lambda: LOG_COUNTS.turned)
        self._grows(LOG_LOST, lambda: LOG_COUNTS.lost)
        for supervisor in watched.supervisors:
            for name, state in supervisor.states.items():
                self._gauge(RUNNING, _runs(state), name)
                self._grows(RESTARTS, _restarts(state), name)
        self._last = [0] * len(self._growing)

    def _add_engine(self, engine: Engine) -> None:
        writer, reads = engine.writer, engine.database
        for metric in ENGINE:
            name = metric.name.removeprefix("gerai_engine_").removesuffix("_total")
            self._grows(metric, _attribute(writer.figures, name))
        self._gauge(QUEUE, lambda: writer.queue_length)
        self._gauge(PARKED, lambda: writer.parked)
        self._gauge(READS, lambda: engine.reads.used, "served")
        self._gauge(READS, lambda: engine.reads.waiting, "waiting")
        for fault in reads.counts:
            self._grows(READS_REFUSED, _of(engine.reads.refused, fault), fault.value)
            self._grows(FAULTS, _of(writer.database.counts, fault), "writer", fault.value)
            self._grows(FAULTS, _of(reads.counts, fault), "reads", fault.value)
        self._gauge(OUTDATED, lambda: int(engine.directory.outdated))

    def _grows(self, metric: Metric, figure: Callable[[], int], *labels: str) -> None:
        self._growing.append((self._counts.reserve(metric, *labels), figure))

    def _gauge(self, metric: Metric, figure: Callable[[], float], *labels: str) -> None:
        self._gauges.append((self._counts.reserve(metric, *labels), figure))

    def publish(self) -> None:
        """Add what came since the last time. (Added, not set: a dead process may have counted in this place before.)"""
        cells = self._counts.cells
        for index, (cell, figure) in enumerate(self._growing):
            now = figure()
            cells[cell] += now - self._last[index]
            self._last[index] = now
        for cell, figure in self._gauges:
            cells[cell] = figure()


def _of(counted: Mapping[K, int], key: K) -> Callable[[], int]:
    return lambda: counted[key]


def _ended(jobs: Mapping[tuple[str, str], int], task: str, outcome: str) -> Callable[[], int]:
    return lambda: jobs.get((task, outcome), 0)


def _at(figures: Callable[[], tuple[int, ...]], index: int) -> Callable[[], int]:
    return lambda: figures()[index]


def _attribute(owner: object, name: str) -> Callable[[], int]:
    return lambda: getattr(owner, name)


def _runs(state: TaskState) -> Callable[[], int]:
    return lambda: int(state.alive_since is not None)


def _restarts(state: TaskState) -> Callable[[], int]:
    return lambda: state.restarts
