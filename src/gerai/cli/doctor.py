"""`gerai doctor`: is everything as it should be, and if not, what is to be done?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from gerai import __version__
from gerai.cli.database import (
    DEFAULT_FOLDER,
    DataOption,
    SettingsOption,
    data_option,
    load_settings,
    with_database_url,
)
from gerai.cli.seal_key import with_kept_seal_key
from gerai.cli.terminal import Grid, Steps, console, print_json, styled
from gerai.doctor.diagnosis import Condition, Installation
from gerai.doctor.run import Examined, examine, needs_a_person
from gerai.doctor.work import worst
from gerai.kit.clock import real_now
from gerai.settings import Settings, SettingsError, load
from gerai.store.embedded import running
from gerai.store.embedded_folder import POINTER, FolderBusy, read_pointer, require_free
from gerai.store.embedded_host import EmbeddedError

#: How long a database that is starting is waited for: a doctor says how it stands now.
_WAIT_S: Final = 3.0
_SHOWN: Final = {
    Condition.OK: styled("ok", "green"),
    Condition.WARN: styled("warn", "yellow"),
    Condition.FAIL: styled("fail", "red"),
    Condition.NOT_CHECKED: styled("--", "dim"),
}


def doctor(
    data: DataOption = None,
    settings_file: SettingsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    books: Annotated[
        bool, typer.Option("--books", help="Check the books now; else the last check's result is shown.")
    ] = False,
) -> None:
    """Look at everything an installation stands on, with what to do. Exit 1 when something needs a person."""
    with _installation(data, settings_file) as here, Steps() as steps:
        examined = asyncio.run(examine(here, books_now=books, begins=steps.next))
    if as_json:
        print_json(to_json(examined))
    else:
        _show(examined)
    if needs_a_person(examined):
        raise typer.Exit(1)


@contextmanager
def _installation(data: Path | None, settings_file: Path | None) -> Generator[Installation]:
    """What is to be looked at. Whatever of it cannot be had is a finding, and stops nothing."""
    settings, fault = _settings(settings_file)
    if data is None and settings.database.url:
        yield Installation(settings, fault, settings.database.url)
        return
    folder, option = data or DEFAULT_FOLDER, data_option(data)
    with ExitStack() as stack:
        try:
            idle = _is_idle(folder)
            dsn = stack.enter_context(running(folder, _WAIT_S))
            pointer = read_pointer(folder.absolute())
        except EmbeddedError as error:
            made = (folder / POINTER).exists()
            here = Installation(
                settings, fault, database_fault=str(error), folder=folder, data_option=option, is_made=made
            )
        else:
            home = None if pointer is None else pointer.home
            local = with_kept_seal_key(with_database_url(settings, dsn), folder)
            here = Installation(local, fault, dsn, folder=folder, home=home, idle=idle, data_option=option)
        yield here


def _settings(file: Path | None) -> tuple[Settings, str]:
    """The settings, or the defaults and why they could not be read; the database is what the environment names."""
    try:
        return load_settings(file), ""
    except SettingsError as error:
        url = os.environ.get("DATABASE_URL", "")
        return load(None, {"DATABASE_URL": url} if url else {}), str(error)


def _is_idle(folder: Path) -> bool:
    """Whether no other Gerai uses this folder now. EmbeddedError."""
    try:
        require_free(folder.absolute())
    except FolderBusy:
        return False
    return True


def to_json(examined: list[Examined]) -> str:
    """The JSON of ``--json``: names and figures stay as they are from version to version."""
    checks = [
        {"name": check.name, "state": finding.state, "seen": finding.seen, "figures": dict(finding.figures),
         "do": None if finding.do is None else {"id": finding.do.id, "en": finding.do.en}}
        for check, finding in examined
    ]  # fmt: skip
    found = {
        "gerai": __version__, "at": real_now().isoformat(), "state": worst(finding.state for _, finding in examined),
        "needs_a_person": needs_a_person(examined), "checks": checks,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def _show(examined: list[Examined]) -> None:
    grid = Grid()
    for check, finding in examined:
        grid.add(_SHOWN[finding.state], check.title, finding.seen)
    console.grid(grid, wrapped=True)
    for check, finding in examined:
        if finding.do is not None:
            console.lines("", f"{check.title}: {finding.seen}")
            console.lines(f"  {finding.do.id}", f"  {finding.do.en}", style="cyan")
    if not needs_a_person(examined):
        console.lines("", "Semua baik. / All is well.")
