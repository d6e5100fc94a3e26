"""The command `gerai bench`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console

from gerai.bench.case import BenchError, Case
from gerai.bench.cases import CASES, GROUPS
from gerai.bench.look import DeskFigures, look_around
from gerai.bench.run import CaseFigures, measure
from gerai.bench.stand import Stand, Step, standing
from gerai.bench.table import show, show_desk, showing
from gerai.kit import log

#: Orders of a database in which a case reads: fewer leave lists empty.
_TO_READ: Final = 3_000


def bench(
    seconds: Annotated[int, typer.Option(min=1, help="Measured seconds for each side of a case.")] = 10,
    case: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this case, or these ({', '.join(GROUPS)}); may be repeated."),
    ] = None,
    stored: Annotated[int, typer.Option(min=0, help="Orders that the database holds before.")] = 0,
    compare: Annotated[
        bool, typer.Option("--compare", help="Measure in a small database as well, in turns with the large one.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="Keep the database with the stored orders in this folder, or use the one there.")
    ] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Instead: how long the console's pages take.")] = False,
    export: Annotated[bool, typer.Option("--export", help="Instead: all orders as a file, by HTTP and here.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")] = False,
) -> None:
    """Orders, or reads, per second over HTTP against pgbench with the same rows, one transaction per request.

    Starts its own database and server. Exit 1 when a request failed or the books do not balance afterwards.
    """
    wanted = _wanted(case)
    if not stored and (compare or data is not None):
        raise typer.BadParameter("needs --stored", param_hint="--compare" if compare else "--data")
    errors = Console(stderr=True, soft_wrap=True)
    # On standard output stands what was measured, and nothing else.
    log.configure("error", "text")
    try:
        with showing(errors) as step:
            if pages or export:
                _show_desk(look_around(stored or _TO_READ, data, step, pages=pages, export=export), json_output)
                return
            found = _together(wanted, seconds, stored, data, compare, step) if stored else _each(wanted, seconds, step)
    except BenchError as error:
        errors.print(f"gerai: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    if json_output:
        sys.stdout.write(msgspec.json.encode({"cases": [_facts(figures) for figures in found]}).decode() + "\n")
    else:
        show(found)
    for figures in found:
        for text in [*filter(None, [figures.first_error]), *figures.violations[:20]]:
            errors.print(f"{figures.case.name}: {text}", style="red", markup=False, highlight=False)
    if any(figures.errors or figures.violations for figures in found):
        raise typer.Exit(1)


def _show_desk(found: DeskFigures, json_output: bool) -> None:
    """Leaves with exit code 1 when a page did not come."""
    if json_output:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        show_desk(found)
    if any(one.status != 200 for one in found.pages):
        raise typer.Exit(1)


def _wanted(names: list[str] | None) -> list[Case]:
    """The cases with these names, in their own order; without any those that write."""
    chosen: set[str] = set()
    for name in names or ["writes"]:
        if name not in CASES and name not in GROUPS:
            known = ", ".join((*CASES, *GROUPS))
            raise typer.BadParameter(f"no such case; there are {known}", param_hint="--case")
        chosen.update(GROUPS.get(name, (name,)))
    return [found for name, found in CASES.items() if name in chosen]


def _each(wanted: list[Case], seconds: int, step: Step) -> list[CaseFigures]:
    """Each case in a database of its own; those that read share one."""
    found: list[CaseFigures] = []
    for case in (case for case in wanted if case.read is None):
        step_of = _of(case, step)
        with standing(0, step_of) as stand:
            found += _checked(stand, [measure(case, stand, seconds, step_of)], step_of)
    reads = [case for case in wanted if case.read is not None]
    return found + (_together(reads, seconds, _TO_READ, None, False, step) if reads else [])


def _together(
    wanted: list[Case], seconds: int, stored: int, data: Path | None, compare: bool, step: Step
) -> list[CaseFigures]:
    """All cases in one database with orders from earlier; to compare, each also in a small one of its own."""
    found: list[CaseFigures] = []
    with standing(stored, step, data) as stand:
        for case in wanted:
            step_of = _of(case, step)
            if not compare:
                found.append(measure(case, stand, seconds, step_of))
                continue
            with standing(0 if case.read is None else _TO_READ, step_of) as small:
                found += _checked(small, [measure(case, stand, seconds, step_of, small)], step_of)
        return _checked(stand, found, step)


def _of(case: Case, step: Step) -> Step:
    return lambda text: step(f"{case.name}: {text}")


def _checked(stand: Stand, found: list[CaseFigures], step: Step) -> list[CaseFigures]:
    """The figures, with what is wrong with the books they were made in."""
    step("checking the books")
    broken = tuple(stand.broken_rules())
    return [replace(figures, violations=figures.violations + broken) for figures in found]


def _facts(figures: CaseFigures) -> dict[str, object]:
    """One case of the JSON object."""
    facts: dict[str, object] = {
        "stored": figures.stored,
        "case": figures.case.name,
        "http_per_s": round(figures.http_per_s, 1),
        "pgbench_per_s": round(figures.pgbench_per_s, 1),
        "ratio": round(figures.ratio, 3),
        "p50_ms": round(figures.p50_ms, 2),
        "p95_ms": round(figures.p95_ms, 2),
        "p99_ms": round(figures.p99_ms, 2),
        "errors": figures.errors,
        "invariants_ok": not figures.violations,
    }
    if figures.small_per_s is not None and figures.percent is not None:
        facts |= {"small_per_s": round(figures.small_per_s, 1), "percent_of_small": round(figures.percent, 1)}
    return facts
