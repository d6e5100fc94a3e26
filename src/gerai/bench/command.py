"""The command `gerai bench`."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from gerai.bench.case import CASES, CONNECTIONS, PGBENCH_CLIENTS, BenchError, Case
from gerai.bench.run import CaseFigures, measure


def bench(
    seconds: Annotated[int, typer.Option(min=1, help="Measured seconds for each side of a case.")] = 10,
    case: Annotated[str | None, typer.Option(help=f"Only this case: {' or '.join(CASES)}.")] = None,
    stored: Annotated[int, typer.Option(min=0, help="Orders that the database holds before.")] = 0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")] = False,
) -> None:
    """Orders per second over HTTP against pgbench writing the same rows, one transaction per order.

    Starts its own database and server. Exit 1 when an order failed or the books do not balance afterwards.
    """
    if case is not None and case not in CASES:
        raise typer.BadParameter(f"no such case; there are {', '.join(CASES)}", param_hint="--case")
    errors = Console(stderr=True, soft_wrap=True)
    found: list[CaseFigures] = []
    try:
        for wanted in [CASES[case]] if case is not None else CASES.values():
            found.append(_measured(wanted, seconds, stored, errors))
    except BenchError as error:
        errors.print(f"gerai: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    if json_output:
        sys.stdout.write(
            msgspec.json.encode({"cases": [{"stored": stored} | _facts(figures) for figures in found]}).decode() + "\n"
        )
    else:
        _show(found)
    for figures in found:
        for text in [*filter(None, [figures.first_error]), *figures.violations[:20]]:
            errors.print(f"{figures.case.name}: {text}", style="red", markup=False, highlight=False)
    if any(figures.errors or figures.violations for figures in found):
        raise typer.Exit(1)


def _measured(case: Case, seconds: int, stored: int, errors: Console) -> CaseFigures:
    with errors.status(f"{case.name} …") as status:
        return measure(case, seconds, stored, lambda text: status.update(f"{case.name}: {text} …"))


def _facts(figures: CaseFigures) -> dict[str, object]:
    """One case of the JSON object."""
    return {
        "case": figures.case.name,
        "http_per_s": round(figures.http_per_s, 1),
        "pgbench_per_s": round(figures.pgbench_per_s, 1),
        "ratio": round(figures.ratio, 3),
        "p50_ms": round(figures.p50_ms, 2),
        "p99_ms": round(figures.p99_ms, 2),
        "errors": figures.errors,
        "invariants_ok": not figures.violations,
    }


def _show(found: list[CaseFigures]) -> None:
    # Narrow enough for a terminal of 80 columns.
    title = "Orders per second: Gerai over HTTP against pgbench, same rows"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("case", no_wrap=True)
    for name in ("HTTP/s", "pgbench/s", "ratio", "p50 ms", "p99 ms", "orders", "errors", "books"):
        table.add_column(name, justify="right", no_wrap=True)
    for figures in found:
        table.add_row(
            figures.case.name,
            f"{figures.http_per_s:,.0f}",
            f"{figures.pgbench_per_s:,.0f}",
            f"[bold]{figures.ratio:.2f}[/]",
            f"{figures.p50_ms:.1f}",
            f"{figures.p99_ms:.1f}",
            f"{figures.orders:,}",
            str(figures.errors),
            "[red]broken[/]" if figures.violations else "[green]ok[/]",
        )
    console = Console()
    console.print(table)
    notes = [f"{figures.case.name}: {figures.case.title}" for figures in found]
    notes.append(f"HTTP: {CONNECTIONS} keep-alive connections, one `gerai serve`; fsync on; medians of rounds in turns")
    notes.append(f"pgbench: -M prepared -c {PGBENCH_CLIENTS}, one transaction per order; docs/explanation/speed.md")
    for note in notes:
        console.print(note, style="dim", highlight=False, soft_wrap=True)
