"""What `gerai up` prints once everything runs."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.syntax import Syntax

from gerai.demo.tour import TITLES, Tour
from gerai.doors.http.demo import Shown

#: An answer longer than this is cut on the terminal; the curl line shows all of it.
_ANSWER_LINES: Final = 40
_SIMULATED: Final = (
    "\n  [yellow]Toko demo: kunci produksinya pun memakai simulator, tidak ada uang sungguhan.\n"
    "  Demo shop: even its production keys use simulators, no real money moves.[/]"
)
_KEPT: Final = (
    "\n  [dim]Pesanan contoh dibuat pada start pertama; --tour membuatnya lagi.\n"
    "  The example orders were placed on the first start; --tour places them again.[/]"
)


def report(console: Console, base_url: str, folder: Path, token_file: Path | None, tour: Tour | None) -> None:
    """Each door's calls with answer and curl line, the pay pages, and where to go next. ``token_file``: what opens the
    metrics, when it is ours. ``tour`` None: there is no demo shop."""
    if tour is not None:
        _calls(console, tour)
    console.print()
    console.rule("[bold]Gerai", align="left", style="green")
    if tour is not None:
        _pages(console, tour)
    console.print(f"\n  Server        {base_url}", highlight=False)
    console.print(f"  Dokumentasi   {base_url}/docs   [dim]API documentation[/]", highlight=False)
    if tour is not None:
        console.print(f"  Kunci demo    {folder / 'demo.json'}   [dim]demo keys[/]", highlight=False)
    console.print(f"  Log           {folder / 'gerai.log'}", highlight=False)
    console.print(f"  Metrik        {base_url}/metrics   [dim]metrics[/]", highlight=False)
    if token_file is not None:
        console.print(_scrape(base_url, token_file), style="cyan", markup=False, highlight=False)
    if tour is not None:
        console.print(_SIMULATED, highlight=False)
        for problem in tour.failed:
            console.print(f"  gagal / failed: {problem}", style="red", markup=False, highlight=False)


def _calls(console: Console, tour: Tour) -> None:
    for name, calls in tour.doors.items():
        console.print()
        console.rule(f"[bold]{TITLES[name]}", align="left", style="green")
        for shown in calls:
            _call(console, shown)
    if any(shown.status == 0 for calls in tour.doors.values() for shown in calls):
        console.print(_KEPT, highlight=False)


def _pages(console: Console, tour: Tour) -> None:
    for shown in (shown for calls in tour.doors.values() for shown in calls if shown.pay_url):
        paid = "  [green]✓ lunas / paid[/]" if shown.pay_url in tour.paid_urls else ""
        console.print(f"  [link={shown.pay_url}]{shown.pay_url}[/]{paid}  [dim]{shown.title}[/]", highlight=False)


def _scrape(base_url: str, token_file: Path) -> str:
    """The token stays in its file, also when somebody looks over the shoulder."""
    return f'curl -sS -H "Authorization: Bearer $(cat {shlex.quote(str(token_file))})" {base_url}/metrics'


def _call(console: Console, shown: Shown) -> None:
    colour, status = "green" if 200 <= shown.status < 300 else "red", str(shown.status or "")
    console.print(f"\n[bold]{shown.title}[/]  [{colour}]{status}[/]", highlight=False)
    console.print(shown.curl, style="cyan", markup=False, highlight=False)
    if not shown.status:
        return
    lines = json.dumps(shown.answer, indent=2, ensure_ascii=False).splitlines()
    if len(lines) > _ANSWER_LINES:
        lines = [*lines[: _ANSWER_LINES - 1], f"… {len(lines) - _ANSWER_LINES + 1} more lines"]
    console.print(Syntax("\n".join(lines), "json", theme="ansi_dark", background_color="default"))
