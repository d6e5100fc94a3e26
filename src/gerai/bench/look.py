"""``gerai bench --pages`` and ``--export``: the seller's desk in a shop with many orders."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from gerai.bench.exports import ExportFigures, measure_exports
from gerai.bench.pages import PageFigures, measure_pages
from gerai.bench.stand import Step, standing

#: How often each page is asked for.
_TIMES: Final = 60


class DeskFigures(msgspec.Struct, frozen=True):
    """What was measured, with so many orders stored."""

    stored: int
    pages: list[PageFigures]
    exports: list[ExportFigures]


def look_around(stored: int, data: Path | None, step: Step, *, pages: bool, export: bool) -> DeskFigures:
    """Measure. BenchError when a file did not come."""
    with standing(stored, step, data) as stand:
        looked = measure_pages(stand, _TIMES, step) if pages else []
        taken = measure_exports(stand, step) if export else []
    return DeskFigures(stored, looked, taken)
