"""`gerai check`: are the books right?"""

from __future__ import annotations

import asyncio

import typer
from rich.table import Table

from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings, require_migrated
from gerai.cli.terminal import Steps, console, errors, fail
from gerai.engine.check import INVARIANTS, examine_database
from gerai.engine.installation import DatabaseError


def check(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Check every invariant of the books. Exit 1, with the rows concerned, when one does not hold."""
    with chosen_database(read_settings(settings_file), data) as settings, Steps() as steps:
        require_migrated(settings, data)
        steps.next("checking")
        try:
            examination, unrecorded = asyncio.run(examine_database(settings.database.url))
        except DatabaseError as error:
            fail(f"the books could not be checked: {' '.join(str(error).split())}")
    if unrecorded:
        errors.print(f"the result is not recorded: {unrecorded}", markup=False, highlight=False)
    found = {violation.invariant: violation for violation in examination.violations}
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
