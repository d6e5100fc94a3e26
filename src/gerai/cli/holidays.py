"""The file of holidays: the setting's, else the one in the data folder, else none."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

from gerai.cli.terminal import fail
from gerai.kit.calendar import HolidayFileError, calendar_of
from gerai.settings import Settings

#: In a data folder.
HOLIDAYS_FILE: Final = "holidays.csv"


def with_holidays(settings: Settings, folder: Path) -> Settings:
    """The same settings with the holidays of a data folder, where there are some; those that are set win. Leaves with
    exit code 2 when the file cannot be read."""
    file = folder / HOLIDAYS_FILE
    if settings.payouts.holidays_file or not file.is_file():
        return settings
    try:
        calendar_of(file)
    except HolidayFileError as error:
        fail(str(error), 2)
    return dataclasses.replace(settings, payouts=dataclasses.replace(settings.payouts, holidays_file=str(file)))
