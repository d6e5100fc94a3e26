"""What `gerai up` prints once everything runs."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Final

from gerai.cli.terminal import console, linked, styled
from gerai.demo.tour import TITLES, Tour
from gerai.doors.http.demo import Shown

#: An answer longer than this is cut on the terminal; the curl line shows all of it.
_ANSWER_LINES: Final = 40
_SIMULATED: Final = (
    "",
    "  Toko demo: kunci produksinya pun memakai simulator, tidak ada uang sungguhan.",
    "  Demo shop: even its production keys use simulators, no real money moves.",
)
_NEXT: Final = (
    "",
    "  Berikutnya: toko Anda sendiri, lalu docs/how-to/open-a-shop.md",
    "  Next: a shop of your own, then docs/how-to/open-a-shop.md",
    "  gerai shop init",
)
_KEPT: Final = (
    "",
    "  Pesanan contoh dibuat pada start pertama; --tour membuatnya lagi.",
    "  The example orders were placed on the first start; --tour places them again.",
)


def report(base_url: str, folder: Path, token_file: Path | None, tour: Tour | None) -> None:
    """Each door's calls with answer and curl line, the pay pages, and where to go next. ``token_file``: what opens the
    metrics, when it is ours. ``tour`` None: there is no demo shop."""
    if tour is not None:
        _calls(tour)
    console.heading("Gerai")
    if tour is not None:
        _pages(tour)
    console.lines("", f"  Server        {base_url}")
    console.line(f"  Dokumentasi   {base_url}/docs   ", styled("API documentation", "dim"))
    if tour is not None:
        console.line(f"  Kunci demo    {folder / 'demo.json'}   ", styled("demo keys", "dim"))
    console.line(f"  Log           {folder / 'gerai.log'}")
    console.line(f"  Metrik        {base_url}/metrics   ", styled("metrics", "dim"))
    if token_file is not None:
        console.line(_scrape(base_url, token_file), style="cyan")
    if tour is None:
        console.lines(*_NEXT)
    if tour is not None:
        console.lines(*_SIMULATED, style="yellow")
        for problem in tour.failed:
            console.line(f"  gagal / failed: {problem}", style="red")


def _calls(tour: Tour) -> None:
    for name, calls in tour.doors.items():
        console.heading(TITLES[name])
        for shown in calls:
            _call(shown)
    if any(shown.status == 0 for calls in tour.doors.values() for shown in calls):
        console.lines(*_KEPT, style="dim")


def _pages(tour: Tour) -> None:
    for shown in (shown for calls in tour.doors.values() for shown in calls if shown.pay_url):
        paid = "  ✓ lunas / paid" if shown.pay_url in tour.paid_urls else ""
        console.line("  ", linked(shown.pay_url), styled(paid, "green"), styled(f"  {shown.title}", "dim"))


def _scrape(base_url: str, token_file: Path) -> str:
    """The token stays in its file, also when somebody looks over the shoulder."""
    return f'curl -sS -H "Authorization: Bearer $(cat {shlex.quote(str(token_file))})" {base_url}/metrics'


def _call(shown: Shown) -> None:
    colour, status = "green" if 200 <= shown.status < 300 else "red", str(shown.status or "")
    console.line()
    console.line(styled(shown.title, "bold"), "  ", styled(status, colour))
    console.lines(*shown.curl.split("\n"), style="cyan")
    if not shown.status:
        return
    lines = json.dumps(shown.answer, indent=2, ensure_ascii=False).splitlines()
    if len(lines) > _ANSWER_LINES:
        lines = [*lines[: _ANSWER_LINES - 1], f"… {len(lines) - _ANSWER_LINES + 1} more lines"]
    console.json("\n".join(lines))
