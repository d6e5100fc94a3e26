"""Numbers kept together by several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator

import pytest

from gerai.kit.metrics import Metric
from gerai.kit.shared_counters import CELLS, CounterShare, SharedCounters, shared_memory

CALLS = Metric("calls_total", "counter", "Calls made.", ("who",))
TOOK = Metric("took_seconds", "histogram", "How long.", (), (1.0,))


@pytest.fixture
def memory() -> Generator[int]:
    """A memory for two processes."""
    descriptor = shared_memory(2)
    yield descriptor
    os.close(descriptor)


def counts_of(memory: int, number: int, *names: str) -> tuple[SharedCounters, list[int]]:
    """One process's counts, begun, and where each name is counted."""
    counts = SharedCounters(CounterShare(memory, number))
    cells = [counts.reserve(CALLS, name) for name in names]
    counts.begin()
    return counts, cells


def told(counts: SharedCounters) -> dict[str, float]:
    return {sample.labels["who"]: sample.value for sample in counts.families()[0].samples}


def test_both_tell_the_sum(memory: int) -> None:
    """Whichever process is asked tells what all of them counted."""
    (one, cells), (two, _) = counts_of(memory, 0, "a", "b"), counts_of(memory, 1, "a", "b")
    one.cells[cells[0]] += 3
    two.cells[cells[0]] += 4
    two.cells[cells[1]] += 1
    assert told(one) == told(two) == {"a": 7, "b": 1}


def test_a_successor_counts_on(memory: int) -> None:
    """What a dead process counted stays: its place is taken where it stopped, so no sum ever falls."""
    one, [cell] = counts_of(memory, 0, "a")
    one.cells[cell] += 5
    successor, [cell] = counts_of(memory, 0, "a")
    successor.cells[cell] += 1
    assert told(successor) == told(counts_of(memory, 1, "a")[0]) == {"a": 6}


def test_another_version_is_not_added(memory: int) -> None:
    """A process of a version with other series neither reads the older one's numbers nor spoils them."""
    old, [cell] = counts_of(memory, 0, "a")
    old.cells[cell] += 5
    new, [cell, _] = counts_of(memory, 1, "b", "c")
    new.cells[cell] += 2
    assert (told(old), told(new)) == ({"a": 5}, {"b": 2, "c": 0})
    replaced, [cell, _] = counts_of(memory, 0, "b", "c")
    replaced.cells[cell] += 1
    assert told(replaced) == told(new) == {"b": 3, "c": 0}


def test_another_process_counts_in_it(memory: int) -> None:
    """The memory is inherited by a real process, which needs nothing but the descriptor's number."""
    counts, _ = counts_of(memory, 0, "a")
    code = (
        "import sys; from gerai.kit.metrics import Metric\n"
        "from gerai.kit.shared_counters import SharedCounters, CounterShare\n"
        "counts = SharedCounters(CounterShare(int(sys.argv[1]), 1))\n"
        "cell = counts.reserve(Metric('calls_total', 'counter', 'Calls made.', ('who',)), 'a'); counts.begin()\n"
        "counts.cells[cell] += 11; import os; os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(memory)], pass_fds=(memory,), check=False)
    assert done.returncode == -9
    assert told(counts) == {"a": 11}


def test_alone_needs_no_memory() -> None:
    """One process counts for itself; a histogram takes a cell for each bucket, one for what is above, and the sum."""
    counts = SharedCounters()
    first = counts.reserve(TOOK)
    after = counts.reserve(CALLS, "a")
    counts.begin()
    assert (counts.shared, after - first) == (False, 3)
    for cell, value in enumerate((2, 1, 7.5), first):
        counts.cells[cell] += value
    took = {(s.name, s.labels.get("le")): s.value for s in counts.families()[0].samples}
    assert took == {
        ("took_seconds_bucket", "1.0"): 2,
        ("took_seconds_bucket", "+Inf"): 3,
        ("took_seconds_count", None): 3,
        ("took_seconds_sum", None): 7.5,
    }


def test_room_ends_with_a_clear_error() -> None:
    """More series than there is room for stop the start instead of counting in a neighbour's place."""
    counts = SharedCounters()
    for number in range(1, CELLS):
        counts.reserve(CALLS, str(number))
    with pytest.raises(OverflowError, match="calls_total"):
        counts.reserve(CALLS, "one too many")
