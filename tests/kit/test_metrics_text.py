"""Metrics as text: what Prometheus reads, in the format it asks for."""

from __future__ import annotations

import pytest

from gerai.kit.metrics import Metric, expose, family, table

CALLS = Metric("calls_total", "counter", "Calls made.", ("who",))
SIZE = Metric("size_bytes", "gauge", "How big.")
TOOK = Metric("took_seconds", "histogram", "How long.", ("who",), (0.5, 1.0))
FAMILIES = [
    family(CALLS, [(("a",), (3,)), (('b"\n',), (0,))]),
    family(SIZE, [((), (7.5,))]),
    family(TOOK, [(("a",), (1, 2, 4, 9.25))]),
]


def test_the_plain_format() -> None:
    """Name, help, type and every series; a histogram's buckets are cumulative, its count is that of all."""
    text, content_type = expose(FAMILIES, "")
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert text.decode().splitlines() == [
        "# HELP calls_total Calls made.",
        "# TYPE calls_total counter",
        'calls_total{who="a"} 3.0',
        'calls_total{who="b\\"\\n"} 0.0',
        "# HELP size_bytes How big.",
        "# TYPE size_bytes gauge",
        "size_bytes 7.5",
        "# HELP took_seconds How long.",
        "# TYPE took_seconds histogram",
        'took_seconds_bucket{le="0.5",who="a"} 1.0',
        'took_seconds_bucket{le="1.0",who="a"} 3.0',
        'took_seconds_bucket{le="+Inf",who="a"} 7.0',
        'took_seconds_count{who="a"} 7.0',
        'took_seconds_sum{who="a"} 9.25',
    ]


def test_openmetrics_for_who_asks() -> None:
    """What Prometheus sends as Accept is answered in OpenMetrics, with its end mark."""
    accept = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3"
    text, content_type = expose(FAMILIES, accept)
    assert content_type.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert text.endswith(b"# EOF\n")
    assert b"# TYPE calls counter\n" in text


@pytest.mark.parametrize("accept", ["*/*", ";;", "text/plain;version=x", "application/openmetrics-text;version=", "é"])
def test_an_accept_header_that_says_nothing(accept: str) -> None:
    """Whatever stands there, there is an answer."""
    text, content_type = expose(FAMILIES, accept)
    assert text.startswith(b"# HELP calls")
    assert content_type.startswith(("text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0"))


def test_the_table() -> None:
    """Rows for the documentation."""
    assert table([CALLS, SIZE]).splitlines()[2:] == [
        "| `calls_total` | counter | `who` | Calls made. |",
        "| `size_bytes` | gauge |  | How big. |",
    ]
