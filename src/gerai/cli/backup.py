"""`gerai backup`: everything in one file, beside a running server."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gerai.backup.files import folder_files, read_passphrase
from gerai.backup.format import BackupError
from gerai.backup.scheduled import back_up_if_due, make_file
from gerai.backup.write import Written, write_backup
from gerai.cli.database import DataOption, SettingsOption, chosen_database, chosen_folder, read_settings
from gerai.cli.seal_key import SEAL_KEY_FILE, warn_of_backup_without_key
from gerai.cli.terminal import Steps, console, errors, fail
from gerai.settings import Settings

#: In a data folder.
BACKUPS: Final = "backups"
_TO_OUTPUT: Final = "-"
_NICENESS: Final = 10
PassphraseOption = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File whose first line seals (and opens) the backup.")
]


def backup(
    to: Annotated[
        str, typer.Option("--to", help="Folder for the file, or - for standard output; else DATA/backups.")
    ] = "",
    passphrase_file: PassphraseOption = None,
    data: DataOption = None,
    settings_file: SettingsOption = None,
    scheduled: Annotated[bool, typer.Option("--scheduled", hidden=True)] = False,
    secrets_from: Annotated[Path | None, typer.Option("--secrets-of", hidden=True)] = None,
) -> None:
    """Write everything that is in the database, and the data folder's keys, into one file. The server may run on."""
    settings = read_settings(settings_file)
    if scheduled:
        _scheduled(settings, secrets_from)
        return
    folder = chosen_folder(settings, data)
    if not to and folder is None:
        fail("--to names the folder for the backup (or - for standard output)", 2)
    if to == _TO_OUTPUT and sys.stdout.isatty():
        fail("a backup is not for a terminal: send it into a file or a program", 2)
    began_s = time.monotonic()
    try:
        passphrase = read_passphrase(passphrase_file)
        with chosen_database(settings, data) as settings, Steps() as steps:
            steps.next("reading the database")
            if to == _TO_OUTPUT:
                written, where = _to_output(settings, folder, passphrase, steps), "standard output"
            else:
                target = Path(to) if to or folder is None else folder / BACKUPS
                written, where = _to_file(settings, folder, target, passphrase, steps)
            warn_of_backup_without_key(settings, folder)
    except BackupError as error:
        fail(str(error))
    except BrokenPipeError:
        fail("whoever reads the backup has gone: it is not whole")
    _report(written, where, time.monotonic() - began_s, on_errors=to == _TO_OUTPUT)


def _scheduled(settings: Settings, folder: Path | None) -> None:
    """The worker's: only when it is due, behind everybody else, and its only word is the file's name."""
    os.nice(_NICENESS)
    try:
        made = back_up_if_due(settings.backup, settings.database, _secrets_of(settings, folder))
    except BackupError as error:
        fail(str(error))
    if made is not None:
        typer.echo(made[0])


def _secrets_of(settings: Settings, folder: Path | None) -> dict[str, bytes]:
    """What belongs to the database and is not in it: above all the key that opens its sealed secrets."""
    found = {} if folder is None else folder_files(folder)
    key = settings.webhooks.seal_key.encode()
    # A key that is set wins, as it does for the server.
    return found | {SEAL_KEY_FILE: key} if key else found


def _to_output(settings: Settings, folder: Path | None, passphrase: str, steps: Steps) -> Written:
    secrets = _secrets_of(settings, folder)
    if secrets and not passphrase:
        # Nobody knows into whose hands a stream comes.
        left = ", ".join(secrets)
        errors.line(f"without a passphrase these are left out of a stream: {left}")
        secrets = {}
    output: Any = sys.stdout.buffer
    written = write_backup(settings.database, output, passphrase=passphrase, files=secrets, next_table=steps.next)
    output.flush()
    return written


def _to_file(
    settings: Settings, folder: Path | None, target: Path, passphrase: str, steps: Steps
) -> tuple[Written, str]:
    file, written = make_file(settings.database, _secrets_of(settings, folder), target, passphrase, steps.next)
    if not passphrase:
        errors.line("the file is not sealed: whoever reads it has every key and customer (--passphrase-file seals)")
    return written, str(file)


def _report(written: Written, where: str, took_s: float, *, on_errors: bool) -> None:
    rows, tables = written.tail.rows, len(written.tail.tables)
    size_mb = written.size / 1e6
    text = f"{where}: {rows} rows of {tables} tables, {size_mb:.1f} MB in {took_s:.1f} s"
    (errors if on_errors else console).line(text)
