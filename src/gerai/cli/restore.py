"""`gerai restore`: a backup, brought back into a new data folder or an empty database."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from gerai.backup.files import read_passphrase
from gerai.backup.format import BackupError
from gerai.backup.restore import Restored, check_file, opened, restore_database, restore_folder
from gerai.cli.backup import PassphraseOption
from gerai.cli.database import SettingsOption, chosen_folder, read_settings, require_database
from gerai.cli.seal_key import SEAL_KEY_FILE, warn_of_restored_secrets
from gerai.cli.terminal import Steps, console, errors, fail, fail_with, to_the_second
from gerai.kit.files import write_private
from gerai.settings import Settings
from gerai.store.embedded import scratch
from gerai.store.embedded_host import EmbeddedError

_FROM_INPUT: Final = "-"
IntoOption = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="GERAI_DATA", help="New data folder to restore into, instead of DATABASE_URL's empty database."
    ),
]


def restore(
    file: Annotated[str, typer.Argument(help="The backup, or - for standard input.")],
    data: IntoOption = None,
    passphrase_file: PassphraseOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Restore into a database that is thrown away, and keep nothing.")
    ] = False,
    seal_key: Annotated[
        Path | None, typer.Option("--seal-key", help="New file for webhooks.seal_key, when DATABASE_URL is restored.")
    ] = None,
    settings_file: SettingsOption = None,
) -> None:
    """Bring a backup back into a new data folder, or an empty database that DATABASE_URL names; then check the books.

    Nothing that is there is overwritten. 1 when the backup is damaged (nothing is left then), or its books are broken
    or could not be checked (the data is there then).
    """
    settings = read_settings(settings_file)
    folder = chosen_folder(settings, data)
    _require_fit(seal_key, verify=verify, folder=folder)
    wanted = "" if seal_key is None else SEAL_KEY_FILE
    try:
        passphrase = read_passphrase(passphrase_file)
        with Steps() as steps:
            if file != _FROM_INPUT:
                # All of it before anything is made: a damaged one leaves no trace.
                steps.next("reading the backup")
                check_file(Path(file), passphrase, wanted)
            with _source(file) as stream:
                if verify:
                    with scratch() as server:
                        restored = restore_database(stream, passphrase, server.dsn, steps.next)
                elif folder is not None:
                    restored = restore_folder(stream, passphrase, folder, steps.next)
                else:
                    require_database(settings)
                    restored = restore_database(stream, passphrase, settings.database.url, steps.next, wanted)
    except (BackupError, EmbeddedError) as error:
        fail_with(error)
    where = str(folder or "the database of DATABASE_URL")
    report_restored(restored, f"{file} can be restored" if verify else f"restored into {where}")
    if folder is None and not verify:
        _hand_seal_key(restored, settings, seal_key)
    keys = [restored.files.get(SEAL_KEY_FILE, b"").decode(), settings.webhooks.seal_key]
    place = "webhooks.seal_key" if verify or folder is None else str(folder / SEAL_KEY_FILE)
    warn_of_restored_secrets(restored.sealed, keys, place)
    if not restored.books_hold:
        raise typer.Exit(1)


def _require_fit(seal_key: Path | None, *, verify: bool, folder: Path | None) -> None:
    """Leave with exit code 2 when no key can be, or would be, written where --seal-key says."""
    if seal_key is None:
        return
    if verify:
        fail("--verify keeps nothing, so it writes no key: leave --seal-key out", 2)
    if folder is not None:
        fail(f"--seal-key is for DATABASE_URL; a data folder gets its key as {folder / SEAL_KEY_FILE}", 2)
    if seal_key.exists():
        fail(f"{seal_key} is there already", 2)
    if not os.access(seal_key.absolute().parent, os.W_OK):
        fail(f"{seal_key} cannot be written: its folder is not there, or not yours", 2)


@contextmanager
def _source(file: str) -> Generator[BinaryIO]:
    if file == _FROM_INPUT:
        yield sys.stdin.buffer
        return
    with opened(Path(file)) as stream:
        yield stream


def report_restored(restored: Restored, done: str) -> None:
    """Print what was brought back, and whether its books hold."""
    head, tail = restored.head, restored.tail
    console.line(
        f"{done}: {tail.rows} rows of {len(tail.tables)} tables, "
        f"as of {to_the_second(head.made_at)} WIB (Gerai {head.gerai})"
    )
    if restored.migrated:
        console.line(f"migrated: {', '.join(restored.migrated)}")
    if restored.books_hold:
        console.line("the books hold")
    for reason in restored.unchecked:
        errors.line(f"the books could not be checked: {reason}", style="red")
    for violation in restored.violations:
        errors.line(f"the books do not hold: {violation.description}", style="red")
        for row in violation.rows:
            errors.line("  " + "  ".join(f"{k}={v}" for k, v in row.items()))


def _hand_seal_key(restored: Restored, settings: Settings, file: Path | None) -> None:
    """A database of one's own has its key in the settings."""
    key = restored.files.get(SEAL_KEY_FILE, b"").decode()
    if not key:
        return
    if file is not None:
        write_private(file, key)
        console.line(f"webhooks.seal_key is in {file}")
    elif key != settings.webhooks.seal_key:
        errors.line(
            "the backup holds another webhooks.seal_key than the settings: --seal-key FILE writes it into a file"
        )
