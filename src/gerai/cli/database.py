"""The database a command works on: the one DATABASE_URL names, or that of a data folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gerai.cli.terminal import fail
from gerai.kit.discover import discover, plugin_names
from gerai.kit.files import write_private
from gerai.kit.secret_box import new_key
from gerai.ports.lookup import Lookup
from gerai.settings import Settings, SettingsError, load
from gerai.store.connection import ConnectionLost, DatabaseError, server_version
from gerai.store.embedded import running
from gerai.store.embedded_host import EmbeddedError
from gerai.store.migrate import pending

DEFAULT_FOLDER: Final = Path("gerai-data")
#: In a data folder: what seals the secrets of webhook endpoints.
SEAL_KEY_FILE: Final = "seal.key"
_OLDEST_SERVER: Final = 150_000

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
        settings = load(file, plugins=plugin_sections())
    except SettingsError as error:
        fail(str(error), 2)
    dialects = plugin_names("gerai.doors.dialects")
    if unknown := [name for name, _ in settings.doors.hosts if name not in dialects]:
        fail(f"doors.{unknown[0]}_host: no such dialect; there are {', '.join(dialects)}", 2)
    return settings


def with_database_url(settings: Settings, dsn: str) -> Settings:
    """The same settings on another database."""
    return dataclasses.replace(settings, database=dataclasses.replace(settings.database, url=dsn))


def with_seal_key(settings: Settings, folder: Path) -> Settings:
    """The same settings with the sealing key of a data folder, made when there is none; a key that is set wins."""
    # A key that is set wins: secrets sealed with it are opened by no other.
    if settings.webhooks.seal_key:
        return settings
    file = folder / SEAL_KEY_FILE
    if not file.exists():
        write_private(file, new_key())
    key = file.read_text(encoding="utf-8").strip()
    return dataclasses.replace(settings, webhooks=dataclasses.replace(settings.webhooks, seal_key=key))


@contextmanager
def chosen_database(settings: Settings, folder: Path | None) -> Generator[Settings]:
    """Settings whose database can be reached: of ``folder``, else of DATABASE_URL, else of the default folder."""
    if folder is None and settings.database.url:
        require_database(settings)
        yield settings
        return
    try:
        with running(folder or DEFAULT_FOLDER) as dsn:
            # The same key as `gerai up` on this folder: what one seals, the other opens.
            local = with_seal_key(with_database_url(settings, dsn), folder or DEFAULT_FOLDER)
            yield dataclasses.replace(local, webhooks=dataclasses.replace(local.webhooks, allow_loopback=True))
    except EmbeddedError as error:
        fail(str(error))


def require_database(settings: Settings, *, migrated: bool = False) -> None:
    """Make sure that there is a PostgreSQL 15 or newer behind DATABASE_URL (and that its schema is current)."""
    if not settings.database.url:
        fail("DATABASE_URL is not set: the address of a PostgreSQL 15 or newer, such as postgresql://…", 2)
    try:
        version = server_version(settings.database.url, settings.database)
    except ConnectionLost as error:
        fail(f"the database does not answer: {' '.join(str(error).split())}")
    except (DatabaseError, ValueError):
        # The driver could not even read it; its complaint would show the password.
        fail("DATABASE_URL is not the address of a PostgreSQL: postgresql://user:password@host/database", 2)
    if version < _OLDEST_SERVER:
        fail(f"PostgreSQL 15 or newer is needed, this is {version // 10_000}")
    if migrated:
        require_migrated(settings)


def require_migrated(settings: Settings) -> None:
    """Make sure that the schema of the database is current."""
    if missing := pending(settings.database.url, settings.database):
        fail(f"the database lacks {', '.join(missing)}; run `gerai migrate` first")
