"""`gerai check`: are the books right?"""

from __future__ import annotations

import asyncio
from typing import Final

import typer

from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings, require_migrated
from gerai.cli.terminal import Grid, Steps, coloured, console, errors, fail
from gerai.engine.check import INVARIANTS, examine_database
from gerai.engine.installation import DatabaseError

_COLOURS: Final = {"holds": "green", "broken": "red", "not checked": "red"}


def check(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Check every invariant of the books. Exit 1, with the rows concerned, when one does not hold; or with the reason,
    when one could not be checked."""
    with chosen_database(read_settings(settings_file), data) as settings, Steps() as steps:
        require_migrated(settings, data)
        steps.next("checking")
        try:
            examination, unrecorded = asyncio.run(examine_database(settings.database.url))
        except DatabaseError as error:
            fail(f"the books could not be checked: {' '.join(str(error).split())}")
    if unrecorded:
        errors.line(f"the result is not recorded: {unrecorded}")
    found, unchecked = {violation.invariant: violation for violation in examination.violations}, examination.unchecked
    grid = Grid()
    for invariant in INVARIANTS:
        verdict = "broken" if invariant.name in found else "not checked" if invariant.name in unchecked else "holds"
        grid.add(coloured(verdict, _COLOURS), invariant.name, f"{invariant.description}.")
    console.grid(grid, wrapped=True)
    for violation in found.values():
        console.lines("", f"{violation.invariant}:", style="red")
        for row in violation.rows:
            console.line("  " + "  ".join(f"{k}={v}" for k, v in row.items()))
    for name, fault in unchecked.items():
        errors.line(f"{name} could not be checked: {fault}", style="red")
    if found or unchecked:
        raise typer.Exit(1)
