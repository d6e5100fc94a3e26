"""What a metric is, and the text Prometheus reads (its own format, or OpenMetrics for whoever asks for that)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final, Literal

import msgspec
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import choose_encoder

#: Label values of one series, and its numbers: one, or those of a histogram (see :class:`Metric`).
Sample = tuple[tuple[str, ...], Sequence[float]]
_INFINITY: Final = "+Inf"


class Metric(msgspec.Struct, frozen=True):
    """A metric by its exposed name (a counter's ends in ``_total``, units are in it). ``help`` is one sentence.

    A histogram has one number for each of its ``buckets`` (upper bounds), one for what is above them, and the sum.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers one series has."""
        return len(self.buckets) + 2 if self.kind == "histogram" else 1


def family(metric: Metric, samples: Iterable[Sample]) -> Family:
    """The metric with its series, as the library prints it."""
    if metric.kind == "histogram":
        histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        bounds = [*(repr(bound) for bound in metric.buckets), _INFINITY]
        for labels, (*counts, total) in samples:
            histogram.add_metric(labels, list(zip(bounds, accumulate(counts), strict=True)), total)
        return histogram
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    found = kind(metric.name, metric.help, labels=metric.labels)
    for labels, (value,) in samples:
        found.add_metric(labels, value)
    return found


class _Found:
    """What the library calls a collector."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def expose(families: Sequence[Family], accept: str) -> tuple[bytes, str]:
    """The text and its content type, in the format that the Accept header asks for."""
    try:
        encode, content_type = choose_encoder(accept)
    except TypeError:
        # A version that is none, such as "version=x": the library compares it with numbers.
        encode, content_type = generate_latest, CONTENT_TYPE_PLAIN_0_0_4
    return encode(_Found(families)), content_type


def table(metrics: Iterable[Metric]) -> str:
    """The metrics as rows of a Markdown table."""
    lines = ["| Metric | Kind | Labels | What it tells |", "|---|---|---|---|"]
    for metric in metrics:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |")
    return "\n".join(lines) + "\n"
