"""The database a command works on: the one DATABASE_URL names, or that of a data folder."""

from __future__ import annotations

import dataclasses
import shlex
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gerai.cli.holidays import with_holidays
from gerai.cli.seal_key import with_seal_key
from gerai.cli.terminal import errors, fail, fail_with
from gerai.engine.outage import is_starting
from gerai.kit.calendar import HolidayFileError, calendar_of
from gerai.kit.discover import discover, plugin_names
from gerai.ports.lookup import Lookup
from gerai.settings import DatabaseSettings, Settings, SettingsError, load
from gerai.store.connection import ConnectionLost, DatabaseError, server_version
from gerai.store.embedded import running
from gerai.store.embedded_host import EmbeddedError
from gerai.store.migrate import HalfRestored, pending

DEFAULT_FOLDER: Final = Path("gerai-data")
_OLDEST_SERVER: Final = 150_000
_LOOK_EVERY_S: Final = 0.5

DataOption = Annotated[
    Path | None, typer.Option("--data", envvar="GERAI_DATA", help="Data folder of `gerai up`, instead of DATABASE_URL.")
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file of settings.")]


def plugin_sections() -> dict[str, Any]:
    """The sections of settings that plug-ins declare: defaults by name."""
    lookups: dict[str, Lookup] = discover("gerai.partners.lookups", "LOOKUP")
    return {name: lookup.settings for name, lookup in lookups.items()}


def read_settings(file: Path | None) -> Settings:
    """The settings, or a clear message and exit code 2."""
    try:
        return load_settings(file)
    except SettingsError as error:
        fail(str(error), 2)


def load_settings(file: Path | None) -> Settings:
    """The settings. SettingsError."""
    settings = load(file, plugins=plugin_sections())
    dialects = plugin_names("gerai.doors.dialects")
    if unknown := [name for name, _ in settings.doors.hosts if name not in dialects]:
        raise SettingsError(f"doors.{unknown[0]}_host: no such dialect; there are {', '.join(dialects)}")
    if file_of_days := settings.payouts.holidays_file:
        try:
            calendar_of(Path(file_of_days))
        except HolidayFileError as error:
            raise SettingsError(f"payouts.holidays_file: {error}") from error
    return settings


def with_database_url(settings: Settings, dsn: str) -> Settings:
    """The same settings on another database."""
    return dataclasses.replace(settings, database=dataclasses.replace(settings.database, url=dsn))


def chosen_folder(settings: Settings, folder: Path | None) -> Path | None:
    """The data folder that is meant: ``folder``, else the default one. None: DATABASE_URL names the database."""
    return None if folder is None and settings.database.url else folder or DEFAULT_FOLDER


@contextmanager
def chosen_database(settings: Settings, folder: Path | None) -> Generator[Settings]:
    """Settings whose database can be reached: of ``folder``, else of DATABASE_URL, else of the default folder."""
    folder = chosen_folder(settings, folder)
    if folder is None:
        require_database(settings)
        yield settings
        return
    try:
        wait_s = settings.database.start_wait_s
        with running(folder, wait_s, lambda: _say_waiting(wait_s)) as dsn:
            # The same key as `gerai up` on this folder: what one seals, the other opens.
            local = with_holidays(with_seal_key(with_database_url(settings, dsn), folder), folder)
            yield dataclasses.replace(local, webhooks=dataclasses.replace(local.webhooks, allow_loopback=True))
    except EmbeddedError as error:
        fail_with(error)


def require_database(settings: Settings, *, migrated: bool = False) -> None:
    """Make sure that there is a PostgreSQL 15 or newer behind DATABASE_URL (and that its schema is current)."""
    if not settings.database.url:
        fail("DATABASE_URL is not set: the address of a PostgreSQL 15 or newer, such as postgresql://…", 2)
    try:
        version = _version_once_started(settings.database)
    except (DatabaseError, ValueError):
        # The driver could not even read it; its complaint would show the password.
        fail("DATABASE_URL is not the address of a PostgreSQL: postgresql://user:password@host/database", 2)
    if version < _OLDEST_SERVER:
        fail(f"PostgreSQL 15 or newer is needed, this is {version // 10_000}")
    if migrated:
        require_migrated(settings)


def _version_once_started(database: DatabaseSettings) -> int:
    """The server's version; waited for while it starts. Leaves with 1 when it does not answer."""
    until_s, said = time.monotonic() + database.start_wait_s, False
    while True:
        try:
            return server_version(database.url, database)
        except ConnectionLost as error:
            reason, starting = " ".join(str(error).split()), is_starting(error)
        if not starting:
            fail(f"the database does not answer: {reason}")
        if time.monotonic() >= until_s:
            fail(f"the database is still starting after {database.start_wait_s:g} s: {reason}")
        if not said:
            said = True
            _say_waiting(database.start_wait_s)
        time.sleep(_LOOK_EVERY_S)


def _say_waiting(wait_s: float) -> None:
    errors.line(f"the database is starting or recovering; waiting for it, at most {wait_s:g} s …")


def require_migrated(settings: Settings, data: Path | None = None) -> None:
    """Make sure that the schema of the database is current, and no restore into it was cut off. ``data``: the data
    folder that was named."""
    try:
        missing = pending(settings.database.url, settings.database)
    except HalfRestored as error:
        fail(str(error))
    except DatabaseError as error:
        fail(f"the database cannot be read: {' '.join(str(error).split())}")
    if missing:
        fail(f"the database lacks {', '.join(missing)}; run `gerai migrate{data_option(data)}` first")


def data_option(data: Path | None) -> str:
    """What stands in a command line that is to work on the same data folder; begins with a space unless empty."""
    return "" if data is None else f" --data {shlex.quote(str(data))}"
