"""Numbers that the processes of one server keep together: adding to one costs a tenth of a microsecond, and whichever
process is asked returns the sum of all.

Each process writes into its own block of one shared memory and reads all blocks. A block outlives its process, and
who takes a dead one's place counts on from there: no sum ever falls. The memory has no name and is gone with the last
process that holds it, however that ended.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
import tempfile
from array import array
from typing import Final, NamedTuple

from prometheus_client.core import Metric as Family

from gerai.kit.metrics import Metric, family

#: Numbers of one process; ten times what is needed today.
CELLS: Final = 8192
_BLOCK_BYTES: Final = CELLS * 8
#: The first cell of a block says what its other cells mean.
_MARK: Final = 0
#: As many as a cell, which is a double, holds exactly.
_MARK_BYTES: Final = 6


class CounterShare(NamedTuple):
    """A process's part of a shared memory: the memory's descriptor, and which block is its own (from 0)."""

    descriptor: int
    number: int


def shared_memory(processes: int) -> int:
    """The descriptor of a new memory for so many processes; they inherit it. The caller closes it."""
    size = processes * _BLOCK_BYTES
    if sys.platform == "linux":
        # Without a name in any folder: nothing is left behind, even after a kill.
        descriptor = os.memfd_create("gerai-counts")
        os.truncate(descriptor, size)
        return descriptor
    with tempfile.TemporaryFile() as file:
        # Written out, not left sparse: a disk that is full later must not take the processes down.
        file.write(bytes(size))
        file.flush()
        # The file has no name any more; it lives as long as somebody holds this descriptor.
        return os.dup(file.fileno())


class SharedCounters:
    """The series of this process. All are reserved first, in the same order in every process; then :meth:`begin`."""

    def __init__(self, share: CounterShare | None = None) -> None:
        self.shared = share is not None
        memory = bytearray(_BLOCK_BYTES) if share is None else mmap.mmap(share.descriptor, 0)
        whole: memoryview[float] = memoryview(memory).cast("d")
        self._blocks = [whole[at : at + CELLS] for at in range(0, len(whole), CELLS)]
        #: What is counted is added to these, by the index :meth:`reserve` gave.
        self.cells: memoryview[float] = self._blocks[share.number if share is not None else 0]
        self._series: dict[Metric, list[tuple[tuple[str, ...], int]]] = {}
        self._used = _MARK + 1

    def reserve(self, metric: Metric, *labels: str) -> int:
        """Reserve a series, at zero; returns the index of its first cell. Raises OverflowError when none is left."""
        first, self._used = self._used, self._used + metric.size
        if self._used > CELLS:
            raise OverflowError(f"no room for {metric.name}: raise CELLS")
        self._series.setdefault(metric, []).append((labels, first))
        return first

    def begin(self) -> None:
        """Take the block. One of a process with the same series is continued; of another version's, it is emptied."""
        layout = repr([(metric.name, series) for metric, series in self._series.items()])
        digest = hashlib.sha256(layout.encode()).digest()
        mark = float(int.from_bytes(digest[:_MARK_BYTES], "big"))
        if self.cells[_MARK] != mark:
            # Another version's figures under our names would be wrong; counters that start anew are what Prometheus
            # expects.
            self.cells[:] = memoryview(array("d", bytes(_BLOCK_BYTES)))
            self.cells[_MARK] = mark

    def families(self) -> list[Family]:
        """Every series, summed over the processes whose blocks mean the same."""
        # A process of another version lays its cells out differently: sums would mix metrics.
        blocks = [block for block in self._blocks if block[_MARK] == self.cells[_MARK]]
        totals = [sum(values) for values in zip(*(block[: self._used].tolist() for block in blocks), strict=True)]
        return [
            family(metric, ((labels, totals[first : first + metric.size]) for labels, first in series))
            for metric, series in self._series.items()
        ]
