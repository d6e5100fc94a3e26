"""`gerai check`: are the books right?"""

from __future__ import annotations

import asyncio

import typer
from psycopg import AsyncConnection
from psycopg import Error as DatabaseError
from rich.table import Table

from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings
from gerai.cli.terminal import Steps, console, errors
from gerai.engine.check import Examination, examine, record
from gerai.store.check import INVARIANTS


def check(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Check every invariant of the books. Exit 1, with the rows concerned, when one does not hold."""
    with chosen_database(read_settings(settings_file), data) as settings, Steps() as steps:
        steps.next("checking")
        found = {v.invariant: v for v in asyncio.run(_examine(settings.database.url)).violations}
    table = Table(box=None, pad_edge=False, show_header=False)
    for invariant in INVARIANTS:
        verdict = "[red]broken[/]" if invariant.name in found else "[green]holds[/]"
        table.add_row(verdict, invariant.name, f"{invariant.description}.")
    console.print(table, soft_wrap=False)
    for violation in found.values():
        console.print(f"\n{violation.invariant}:", style="red")
        for row in violation.rows:
            console.print("  " + "  ".join(f"{k}={v}" for k, v in row.items()), highlight=False, markup=False)
    if found:
        raise typer.Exit(1)


async def _examine(dsn: str) -> Examination:
    """Look at everything, and keep the result for the metrics where that is possible."""
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        examination = await examine(connection)
        try:
            await record(connection, examination)
        except DatabaseError as error:
            # A database that may only be read, or that is not migrated yet: the answer is the same.
            errors.print(f"the result is not recorded: {str(error).strip()}", markup=False, highlight=False)
        return examination
