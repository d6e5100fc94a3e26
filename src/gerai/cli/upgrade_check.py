"""`gerai upgrade-check`: would this version take over that data?"""

from __future__ import annotations

import typer

from gerai.backup.format import BackupError
from gerai.backup.upgrade import try_upgrade
from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings
from gerai.cli.restore import report_restored
from gerai.cli.terminal import Steps, fail_with
from gerai.store.embedded_host import EmbeddedError


def upgrade_check(data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Copy the data of an earlier version into a database that is thrown away, migrate it and check the books. The data
    itself is only read, its server may run; 1 when this version cannot take it over, or the books are broken or
    cannot be checked."""
    with chosen_database(read_settings(settings_file), data) as settings, Steps() as steps:
        try:
            restored = try_upgrade(settings.database, steps.next)
        except (BackupError, EmbeddedError) as error:
            fail_with(error)
    report_restored(restored, "this version can take the data over")
    if not restored.books_hold:
        raise typer.Exit(1)
