"""Figures that engine and partners keep for themselves, put where the other processes of this server can see them.

They are put there when somebody asks, and in a server of several processes every second: somebody may ask another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gerai.engine.core import Engine
from gerai.kit.metrics import Metric
from gerai.kit.shared_counters import SharedCounters
from gerai.kit.supervise import Supervisor, TaskState

ENGINE: Final = (
    Metric("gerai_engine_batches_total", "counter", "Transactions of the writer."),
    Metric("gerai_engine_commands_total", "counter", "Commands taken into them."),
    Metric("gerai_engine_refused_total", "counter", "Commands that were refused when they were decided."),
    Metric("gerai_engine_replays_total", "counter", "Answers given again from their idempotency key."),
    Metric("gerai_engine_alone_total", "counter", "Commands run again by themselves, because their batch failed."),
    Metric("gerai_engine_busy_total", "counter", "Commands not taken: the queue was full, or they waited too long."),
)
QUEUE: Final = Metric("gerai_engine_queue_length", "gauge", "Commands that wait for the writer now.")
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
METRICS: Final = (*ENGINE, QUEUE, OUTGOING, RUNNING, RESTARTS)


class ProcessMetrics:
    """``outgoing``: attempts by outcome, of every partner that is called over the network."""

    def __init__(
        self,
        counts: SharedCounters,
        engine: Engine,
        outgoing: Mapping[str, Mapping[str, int]],
        supervisors: Iterable[Supervisor],
    ) -> None:
        self._counts = counts
        self._writer = engine.writer
        self._queue = counts.reserve(QUEUE)
        self._growing: list[tuple[int, Callable[[], int]]] = [
            (counts.reserve(metric), self._figure(metric)) for metric in ENGINE
        ]
        for partner, attempts in outgoing.items():
            for outcome in attempts:
                self._growing.append((counts.reserve(OUTGOING, partner, outcome), _of(attempts, outcome)))
        self._running: list[tuple[int, TaskState]] = []
        for supervisor in supervisors:
            for name, state in supervisor.states.items():
                self._running.append((counts.reserve(RUNNING, name), state))
                self._growing.append((counts.reserve(RESTARTS, name), _restarts(state)))
        self._last = [0] * len(self._growing)

    def _figure(self, metric: Metric) -> Callable[[], int]:
        name = metric.name.removeprefix("gerai_engine_").removesuffix("_total")
        return lambda: getattr(self._writer.figures, name)

    def publish(self) -> None:
        """Add what came since the last time. (Added, not set: a dead process may have counted in this place before.)"""
        cells = self._counts.cells
        for index, (cell, figure) in enumerate(self._growing):
            now = figure()
            cells[cell] += now - self._last[index]
            self._last[index] = now
        cells[self._queue] = self._writer.queue_length
        for cell, state in self._running:
            cells[cell] = state.alive_since is not None


def _of(attempts: Mapping[str, int], outcome: str) -> Callable[[], int]:
    return lambda: attempts[outcome]


def _restarts(state: TaskState) -> Callable[[], int]:
    return lambda: state.restarts
