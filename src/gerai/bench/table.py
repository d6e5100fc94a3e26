"""The figures as a table for the terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from gerai.bench.case import CONNECTIONS, PGBENCH_CLIENTS, READ_CONNECTIONS
from gerai.bench.exports import ExportFigures
from gerai.bench.look import DeskFigures
from gerai.bench.pages import GOAL_MS, PageFigures
from gerai.bench.run import CaseFigures
from gerai.bench.stand import Step

_COLUMNS: Final = ("HTTP/s", "pgbench/s", "ratio", "p50 ms", "p95 ms", "p99 ms", "errors", "books")


@contextlib.contextmanager
def showing(errors: Console) -> Generator[Step]:
    """Shows what is under way."""
    with errors.status("…") as status:
        yield lambda text: status.update(f"{text} …")


def show(found: list[CaseFigures]) -> None:
    """Print the table, and what its figures mean. Narrow enough for a terminal of 80 columns."""
    compared = any(figures.percent is not None for figures in found)
    stored = max((figures.stored for figures in found), default=0)
    title = "Gerai over HTTP against pgbench, same rows" + (f"; {stored:,} orders stored before" if stored else "")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("case", no_wrap=True)
    for name in (*_COLUMNS, *(["of small"] if compared else [])):
        table.add_column(name, justify="right", no_wrap=True)
    for figures in found:
        percent = [] if figures.percent is None else [f"{figures.percent:.0f} %"]
        table.add_row(
            figures.case.name,
            f"{figures.http_per_s:,.0f}",
            f"{figures.pgbench_per_s:,.0f}",
            f"[bold]{figures.ratio:.2f}[/]",
            f"{figures.p50_ms:.1f}",
            f"{figures.p95_ms:.1f}",
            f"{figures.p99_ms:.1f}",
            str(figures.errors),
            "[red]broken[/]" if figures.violations else "[green]ok[/]",
            *percent,
        )
    console = Console()
    console.print(table)
    for note in _notes(found, compared):
        console.print(note, style="dim", highlight=False, soft_wrap=True)


def _notes(found: list[CaseFigures], compared: bool) -> list[str]:
    notes = [f"{figures.case.name}: {figures.units:,} {figures.case.unit}; {figures.case.title}" for figures in found]
    notes.append(
        f"HTTP: {CONNECTIONS} keep-alive connections ({READ_CONNECTIONS} that read), one `gerai serve`; fsync on; "
        "latencies of single requests; medians of rounds in turns"
    )
    notes.append(
        f"pgbench: -M prepared, {PGBENCH_CLIENTS} sessions ({READ_CONNECTIONS} that read), a transaction per request; "
        "docs/explanation/speed.md"
    )
    if compared:
        notes.append("of small: the rate here in percent of the rate in a small database, measured in turns")
    return notes


def show_desk(found: DeskFigures) -> None:
    """Print a table of the pages, and a line for each file."""
    if found.pages:
        _show_pages(found.pages, found.stored)
    _show_exports(found.exports)


def _show_pages(found: list[PageFigures], stored: int) -> None:
    """Print them as a table; what takes longer than a list may stands out."""
    title = f"Pages of the console, {stored:,} orders stored; goal for lists and orders: p95 {GOAL_MS:.0f} ms"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("page", no_wrap=True)
    for name in ("status", "p50 ms", "p95 ms", "cpu ms", "kB"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        slow = one.p95_ms > GOAL_MS
        p95 = f"[red]{one.p95_ms:.1f}[/]" if slow else f"{one.p95_ms:.1f}"
        table.add_row(
            one.name, str(one.status), f"{one.p50_ms:.1f}", p95, f"{one.cpu_ms:.1f}", f"{one.bytes / 1024:.0f}"
        )
    Console().print(table)


def _show_exports(found: list[ExportFigures]) -> None:
    """A line for each."""
    for one in found:
        before = f", {one.before_kb / 1024:.0f} before" if one.before_kb else ""
        Console().print(
            f"{one.way}: {one.rows:,} orders, {one.bytes / 2**20:.0f} MiB in {one.seconds:.0f} s "
            f"({one.cpu_s:.0f} s of processor), at most {one.most_kb / 1024:.0f} MiB of memory{before}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
