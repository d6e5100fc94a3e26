"""The backup that is made by itself: one process of the installation, when the last one is old, within the disk."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from gerai.backup.files import delete_old, new_file, read_passphrase
from gerai.backup.format import BackupError
from gerai.backup.write import Written, write_backup
from gerai.settings import BackupSettings, DatabaseSettings
from gerai.store import backup_record
from gerai.store.connection import DatabaseError

#: The next backup may be so much larger than the last one.
_GROWTH_PERCENT: Final = 150
_MEGABYTE: Final = 1024 * 1024
_HOUR_S: Final = 3600.0


def back_up_if_due(
    settings: BackupSettings, database: DatabaseSettings, files: Mapping[str, bytes]
) -> tuple[Path, Written] | None:
    """Make the scheduled backup when it is due and nobody else makes it; then delete old ones. None: nothing to do.

    BackupError, which is also recorded. Nothing is deleted before the new one was read again and found whole.
    """
    folder = Path(settings.dir)
    try:
        with backup_record.turn(database) as mine:
            if mine is None or not mine.is_due(settings.every_h * _HOUR_S):
                return None
            return _make(settings, database, files, folder, mine.last_size())
    except DatabaseError as error:
        raise BackupError(f"the database does not answer: {' '.join(str(error).split())}") from error
    except BackupError as error:
        with contextlib.suppress(DatabaseError):
            backup_record.record_failed(database, str(error))
        raise


def make_file(
    database: DatabaseSettings,
    files: Mapping[str, bytes],
    folder: Path,
    passphrase: str,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[Path, Written]:
    """One backup into ``folder``, read again, and recorded as the last one. BackupError."""
    began_s = time.monotonic()
    with new_file(folder) as unfinished:
        written = write_backup(
            database,
            unfinished.stream,
            passphrase=passphrase,
            files=files,
            next_table=lambda name: step(f"reading {name}"),
        )
        step("reading the file again")
        file = unfinished.finish(written, passphrase=passphrase)
    # It is there; a database that cannot be written (or is of an earlier version) does not take it back.
    with contextlib.suppress(DatabaseError):
        took_ms = round((time.monotonic() - began_s) * 1000)
        backup_record.record_made(database, written.head.made_at, written.size, took_ms)
    return file, written


def _make(
    settings: BackupSettings, database: DatabaseSettings, files: Mapping[str, bytes], folder: Path, last_size: int
) -> tuple[Path, Written]:
    passphrase = read_passphrase(Path(settings.passphrase_file) if settings.passphrase_file else None)
    try:
        _require_room(folder, settings.leave_free_mb * _MEGABYTE + last_size * _GROWTH_PERCENT // 100)
        file, written = make_file(database, files, folder, passphrase)
        delete_old(folder, written.head.made_at, keep_days=settings.keep_days, keep_at_least=settings.keep_at_least)
    except OSError as error:
        # Looking at the folder, or deleting in it: a disk that fills because of it is somebody's to look at.
        raise BackupError(f"backups in {folder}: {error.strerror or error}") from error
    return file, written


def _require_room(folder: Path, wanted_bytes: int) -> None:
    """A disk that is full stops the shop, which is worse than a backup that is late."""
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(there).free
    if free < wanted_bytes:
        raise BackupError(
            f"no backup into {folder}: {free // _MEGABYTE} MB are free there, {wanted_bytes // _MEGABYTE} MB are wanted"
        )
