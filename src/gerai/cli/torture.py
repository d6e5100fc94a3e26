"""`gerai torture`: break what Gerai stands on, for real, and count what was lost."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from gerai import __version__
from gerai.cli.terminal import Grid, Steps, console, errors, fail
from gerai.kit import log
from gerai.kit.clock import real_now
from gerai.torture.figures import Figures
from gerai.torture.report import NoMarkers, read, written
from gerai.torture.table import TORTURES, Torture

_COLUMNS: Final = ("rounds", "acknowledged", "lost", "doubled", "of 500", "answer s", "outage s")


def torture(
    only: Annotated[list[str] | None, typer.Option(help=f"Only this one: {', '.join(TORTURES)}.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Many more rounds, and longer ones: hours.")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="So many rounds of each.")] = None,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, exists=True, help="Write the figures into this page.")
    ] = None,
) -> None:
    """Break what Gerai stands on, for real, in scratch folders of its own; exit 1 when anything was lost or late.

    A quarter of an hour by itself. Touches no data folder, and nobody but this machine.
    """
    if unknown := [name for name in only or () if name not in TORTURES]:
        raise typer.BadParameter(f"{unknown[0]} is none; there are {', '.join(TORTURES)}", param_hint="--only")
    if report is not None:
        _require_place(report)
    log.configure("error", "text")
    outcomes = dict[str, Figures]()
    began = time.monotonic()
    for name in only or TORTURES:
        outcomes[name] = _one(TORTURES[name], long, rounds)
        if report is not None:
            _write(report, outcomes)
    broken = [name for name, figures in outcomes.items() if figures.faults(TORTURES[name].limits)]
    _show(outcomes, broken, time.monotonic() - began)
    if broken:
        raise typer.Exit(1)


def _require_place(report: Path) -> None:
    """Leave when the page has no place for figures, before the minutes that these cost."""
    try:
        read(report.read_text(encoding="utf-8"))
    except NoMarkers as error:
        fail(f"{report}: {error}")


def _write(report: Path, outcomes: dict[str, Figures]) -> None:
    """Put these figures into the page; those of other kinds stay."""
    page = report.read_text(encoding="utf-8")
    together = read(page) | outcomes
    ordered = {name: together[name] for name in TORTURES if name in together}
    report.write_text(written(page, ordered, _machine()), encoding="utf-8")


def _one(wanted: Torture, long: bool, rounds: int | None) -> Figures:
    """Its figures; prints its faults. The folder with its logs stays when there are faults."""
    folder = Path(tempfile.mkdtemp(prefix=f"gerai-torture-{wanted.name}-"))
    with Steps() as steps:
        steps.next(f"{wanted.name}: {wanted.breaks.replace('`', '')}")
        try:
            figures = asyncio.run(wanted.rounds(folder, "long" if long else "usual", number=rounds))
        except Exception as error:
            errors.exception()
            figures = Figures(broken=[f"it broke off: {error!r}"])
    faults = figures.faults(wanted.limits)
    for fault in faults:
        errors.line(f"{wanted.name}: {fault}", style="red")
    if faults:
        errors.line(f"{wanted.name}: its logs are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _show(outcomes: dict[str, Figures], broken: list[str], took_s: float) -> None:
    grid = Grid("breaking", *_COLUMNS, right=_COLUMNS, whole=("breaking", *_COLUMNS), ruled=True)
    for name, figures in outcomes.items():
        counts = (figures.rounds, figures.acknowledged, figures.lost, figures.doubled, figures.unknown)
        seconds = (figures.longest_answer_s, figures.longest_outage_s)
        grid.add(name, *(f"{each:,}" for each in counts), *(f"{each:.2f}" for each in seconds))
    console.grid(grid)
    for name, figures in outcomes.items():
        for note in figures.notes:
            console.line(f"{name}: {note}", style="dim")
    console.line(f"{'broken: ' + ', '.join(broken) if broken else 'everything held'}, after {took_s:.0f} s")


def _machine() -> str:
    cores = os.cpu_count()
    return f"{real_now():%Y-%m-%d}, Gerai {__version__}, Python {platform.python_version()}, {cores} cores"
