"""``gerai bench --pages`` and ``--export``: the seller's desk in a shop with many orders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import msgspec
import typer
from rich.console import Console

from gerai.bench.case import BenchError
from gerai.bench.exports import measure_exports, show_exports
from gerai.bench.pages import measure_pages, show_pages
from gerai.bench.stand import standing
from gerai.bench.table import showing
from gerai.kit import log

#: How often each page is asked for.
_TIMES: Final = 60


def look_around(stored: int, data: Path | None, json_output: bool, *, pages: bool, export: bool) -> None:
    """Measure and print. Leaves with exit code 1 when a page or a file did not come."""
    errors = Console(stderr=True, soft_wrap=True)
    log.configure("error", "text")
    try:
        with showing(errors) as step, standing(stored, step, data) as stand:
            looked = measure_pages(stand, _TIMES, step) if pages else []
            taken = measure_exports(stand, step) if export else []
    except BenchError as error:
        errors.print(f"gerai: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    if json_output:
        facts = {"stored": stored, "pages": looked, "exports": taken}
        sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    else:
        if looked:
            show_pages(looked, stored)
        show_exports(taken)
    if any(one.status != 200 for one in looked):
        raise typer.Exit(1)
