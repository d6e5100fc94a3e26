"""`gerai migrate`: bring the database to the schema of this version."""

from __future__ import annotations

from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings
from gerai.cli.terminal import Steps, console, fail
from gerai.settings import DatabaseSettings
from gerai.store.connection import DatabaseError
from gerai.store.migrate import HalfRestored
from gerai.store.migrate import migrate as apply


def migrate(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Apply the migrations that are missing. Safe to run again, and while others run it."""
    with chosen_database(read_settings(settings_file), data) as settings:
        with Steps() as steps:
            steps.next("migrating")
            applied = apply_missing(settings.database)
        for name in applied:
            console.line(f"applied {name}")
        if not applied:
            console.line("nothing to do: the database is up to date")


def apply_missing(database: DatabaseSettings) -> list[str]:
    """Apply what is missing, within these limits; returns the names applied. Leaves with 1 and the reason when that
    cannot be done."""
    try:
        return apply(database.url, database)
    except HalfRestored as error:
        fail(str(error))
    except DatabaseError as error:
        fail(f"the migration stopped, and changed nothing halfway: {' '.join(str(error).split())}")
