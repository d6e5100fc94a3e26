"""`gerai check`: are the books right?"""

from __future__ import annotations

import psycopg
import typer
from rich.table import Table

from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings
from gerai.cli.terminal import Steps, console
from gerai.store.invariants import INVARIANTS, broken


def check(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Check every invariant of the books. Exit 1, with the rows concerned, when one does not hold."""
    with (
        chosen_database(read_settings(settings_file), data) as settings,
        psycopg.connect(settings.database.url, autocommit=True) as connection,
        Steps() as steps,
    ):
        steps.next("checking")
        found = {item.invariant.name: item.rows for item in broken(connection)}
    table = Table(box=None, pad_edge=False, show_header=False)
    for invariant in INVARIANTS:
        verdict = "[red]broken[/]" if invariant.name in found else "[green]holds[/]"
        table.add_row(verdict, invariant.name, invariant.sentence)
    console.print(table, soft_wrap=False)
    for name, rows in found.items():
        console.print(f"\n{name}:", style="red")
        for row in rows:
            console.print("  " + "  ".join(f"{k}={v}" for k, v in row.items()), highlight=False, markup=False)
    if found:
        raise typer.Exit(1)
