"""What is counted of every request: by door, route and kind of answer. Never by path: that may be a key."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from gerai.domain.refusals import every_refusal
from gerai.kit.metrics import Metric
from gerai.kit.shared_counters import SharedCounters

REQUESTS: Final = Metric(
    "gerai_requests_total",
    "counter",
    "Requests answered. `route` is the path as the door declares it, `none` where no route was meant.",
    ("door", "method", "route", "status"),
)
SECONDS: Final = Metric(
    "gerai_request_seconds",
    "histogram",
    "From a request's arrival until its answer is ready to be sent.",
    ("door",),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
REFUSALS: Final = Metric(
    "gerai_refusals_total", "counter", "Refusals a door answered with, by their code.", ("door", "code")
)
METRICS: Final = (REQUESTS, SECONDS, REFUSALS)

#: Kinds of answers, by the first digit of their status.
_KINDS: Final = ("2xx", "3xx", "4xx", "5xx")
_FIRST_KIND: Final = 2
_NO_ROUTE: Final = "none"


class RouteMetrics:
    """Counts the responses of one route."""

    __slots__ = ("_bounds", "_cells", "_kinds", "_seconds", "_total")

    def __init__(self, counts: SharedCounters, door: str, method: str, route: str, seconds: int) -> None:
        self._cells = counts.cells
        self._bounds = SECONDS.buckets
        self._seconds = seconds
        self._total = seconds + len(self._bounds) + 1
        first, *_ = [counts.reserve(REQUESTS, door, method, route, kind) for kind in _KINDS]
        self._kinds = first - _FIRST_KIND

    def answered(self, status: int, seconds: float) -> None:
        """Count one response with this status, and how long it took."""
        cells = self._cells
        cells[self._kinds + status // 100] += 1
        cells[self._seconds + bisect_left(self._bounds, seconds)] += 1
        cells[self._total] += seconds


class RequestMetrics:
    """Counts for all doors of a process. A door announces itself and its routes before the first request."""

    def __init__(self, counts: SharedCounters | None = None) -> None:
        self._counts = SharedCounters() if counts is None else counts
        self._seconds: dict[str, int] = {}
        self._refusals: dict[tuple[str, str], int] = {}

    def route(self, door: str, method: str = _NO_ROUTE, route: str = _NO_ROUTE) -> RouteMetrics:
        """What counts a route of a door; without one, requests that meant none."""
        if door not in self._seconds:
            self._seconds[door] = self._counts.reserve(SECONDS, door)
            for kind in every_refusal():
                self._refusals[door, kind.code] = self._counts.reserve(REFUSALS, door, kind.code)
        return RouteMetrics(self._counts, door, method, route, self._seconds[door])

    def refused(self, door: str, code: str) -> None:
        """Count a refusal of a door. One that the domain does not list is not counted."""
        if (cell := self._refusals.get((door, code))) is not None:
            self._counts.cells[cell] += 1
