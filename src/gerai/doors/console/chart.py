"""A chart of what was sold, counter by counter, as numbers that a template draws: bars beside each other on a laptop,
lines below each other with the newest first on a phone. Whole numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gerai.doors.console.counters import Counter

WIDTH: Final = 880
HEIGHT: Final = 220
#: Of a line on a phone.
LENGTH: Final = 1000
_LINES_AT_MOST: Final = 4
_LABELS: Final = 8
#: Rp1.000: what the lowest line stands at when nothing was sold.
_LEAST_SEN: Final = 1_000_00


@dataclass(frozen=True)
class Sold:
    """What one counter sold."""

    counter: Counter
    sen: int


@dataclass(frozen=True)
class Column:
    """A day, or an hour. ``url``: the orders behind it."""

    label: str
    url: str
    orders: int
    sold: Sequence[Sold]

    @property
    def sen(self) -> int:
        """Of all counters."""
        return sum(one.sen for one in self.sold)


@dataclass(frozen=True)
class BarPart:
    """A counter's part of a bar; ``along`` and ``long``: of a line."""

    counter: Counter
    sen: int
    y: int
    height: int
    along: int
    long: int


@dataclass(frozen=True)
class Bar:
    """A column as it is drawn. ``labelled``: there is room for its label."""

    column: Column
    x: int
    width: int
    labelled: bool
    parts: Sequence[BarPart]

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return self.x + self.width // 2


@dataclass(frozen=True)
class Chart:
    """``lines``: height and amount of each line behind the bars; ``counters``: those that sold something."""

    bars: Sequence[Bar]
    lines: Sequence[tuple[int, int]]
    counters: Sequence[Counter]


def chart_of(columns: Sequence[Column], counters: Sequence[Counter]) -> Chart:
    """Of columns in their order."""
    most_sen = max((column.sen for column in columns), default=0)
    step_sen = _step(most_sen)
    top_sen = step_sen * max(1, -(-most_sen // step_sen))
    every = max(1, -(-len(columns) // _LABELS))
    bars = [_bar(column, n, len(columns), n % every == 0, top_sen, most_sen) for n, column in enumerate(columns)]
    lines = [(HEIGHT - HEIGHT * sen // top_sen, sen) for sen in range(0, top_sen + 1, step_sen)]
    used = [counter for counter in counters if any(one.counter == counter for c in columns for one in c.sold)]
    return Chart(bars, lines, used)


def _bar(column: Column, place: int, of: int, labelled: bool, top_sen: int, most_sen: int) -> Bar:
    left, right = WIDTH * place // of, WIDTH * (place + 1) // of
    width = max(2, (right - left) * 7 // 10)
    parts, below_sen = list[BarPart](), 0
    for one in column.sold:
        # From edge to edge, so that what is rounded does not leave gaps between the parts.
        low, high = HEIGHT * below_sen // top_sen, HEIGHT * (below_sen + one.sen) // top_sen
        begin, end = (LENGTH * sen // max(most_sen, 1) for sen in (below_sen, below_sen + one.sen))
        parts.append(BarPart(one.counter, one.sen, HEIGHT - high, high - low, begin, end - begin))
        below_sen += one.sen
    return Bar(column, left + (right - left - width) // 2, width, labelled, parts)


def _step(most_sen: int) -> int:
    """What the lines are apart: 1, 2 or 5 and zeros."""
    step = _LEAST_SEN
    while True:
        for times in (1, 2, 5):
            if step * times * _LINES_AT_MOST >= most_sen:
                return step * times
        step *= 10
