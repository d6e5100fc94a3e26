"""Backups as files of a folder: how they are called, how one gets there whole or not at all, which are deleted."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from gerai.backup.crypt import PASSPHRASE_AT_LEAST
from gerai.backup.format import FOLDER_FILES, BackupError
from gerai.backup.read import BackupReader
from gerai.backup.write import Written

_TIME: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"gerai-(\d{8}T\d{6}Z)\.(?:tar|sealed)")
_PART: Final = ".part"
#: What nobody finished in this time nobody will.
_LEFT_OVER_AFTER_S: Final = 86_400.0


class Kept(NamedTuple):
    """A backup in a folder."""

    file: Path
    made_at: datetime


def name_of(made_at: datetime, *, sealed: bool) -> str:
    """``gerai-20261129T073605Z.tar``, or ``.sealed``."""
    return f"gerai-{made_at.astimezone(UTC).strftime(_TIME)}.{'sealed' if sealed else 'tar'}"


def read_passphrase(file: Path | None) -> str:
    """The first line of the file; an empty text without one. BackupError."""
    if file is None:
        return ""
    try:
        first = (file.read_text(encoding="utf-8").splitlines() or [""])[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"the passphrase cannot be read from {file}: {_reason(error)}") from error
    if len(first) < PASSPHRASE_AT_LEAST:
        raise BackupError(f"the passphrase in {file} is shorter than {PASSPHRASE_AT_LEAST} characters")
    return first


def folder_files(folder: Path) -> dict[str, bytes]:
    """The secrets of a data folder that belong into its backup."""
    found: dict[str, bytes] = {}
    for name in FOLDER_FILES:
        with contextlib.suppress(FileNotFoundError):
            found[name] = (folder / name).read_bytes()
    return found


@contextmanager
def new_file(folder: Path) -> Generator[UnfinishedFile]:
    """A file in ``folder`` (made when missing, 0700) that nobody but its owner reads, complete or not there at all."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f".gerai-{os.getpid()}-{time.time_ns()}{_PART}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(f"no backup can be written into {folder}: {_reason(error)}") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield UnfinishedFile(part, stream)
    except OSError as error:
        raise BackupError(f"the backup could not be written into {folder}: {_reason(error)}") from error
    finally:
        part.unlink(missing_ok=True)


class UnfinishedFile:
    """A file that is being written. ``stream`` takes its bytes."""

    def __init__(self, part: Path, stream: BinaryIO) -> None:
        self._part = part
        self.stream = stream

    def finish(self, written: Written, *, passphrase: str) -> Path:
        """Read it once more, from the disk, and give it its name. BackupDamaged when it is not what was written."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        if hasattr(os, "posix_fadvise"):
            # The system still has in memory what we wrote, which says nothing about the disk.
            os.posix_fadvise(self.stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with self._part.open("rb") as stream:
            BackupReader(stream, passphrase).verify()
        file = self._part.with_name(name_of(written.head.made_at, sealed=bool(passphrase)))
        self._call_it(file)
        sync_folder(file.parent)
        return file

    def _call_it(self, file: Path) -> None:
        """Give it this name, unless another one has it: one made in the same second is never replaced."""
        try:
            os.link(self._part, file)
        except FileExistsError:
            raise BackupError(f"{file} is there already") from None
        except OSError:
            # No second name for a file on this disk, as on most memory sticks.
            if file.exists():
                raise BackupError(f"{file} is there already") from None
            self._part.rename(file)


def kept_in(folder: Path) -> list[Kept]:
    """The backups of a folder, oldest first."""
    found: list[Kept] = []
    for file in folder.glob("gerai-*"):
        if (name := _NAME.fullmatch(file.name)) is not None:
            # What has the form of a name and no time in it is not ours.
            with contextlib.suppress(ValueError):
                found.append(Kept(file, datetime.strptime(name[1], _TIME).replace(tzinfo=UTC)))
    return sorted(found, key=lambda kept: kept.made_at)


def delete_old(folder: Path, now: datetime, *, keep_days: int, keep_at_least: int) -> list[Path]:
    """Delete backups older than ``keep_days`` days, but never one of the newest ``keep_at_least``; and what was begun a
    day ago and never finished. Returns the backups deleted. Other files are not touched."""
    old = [kept.file for kept in kept_in(folder)[:-keep_at_least] if kept.made_at < now - timedelta(days=keep_days)]
    for file in old:
        file.unlink(missing_ok=True)
    for part in folder.glob(f".gerai-*{_PART}"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _LEFT_OVER_AFTER_S:
                part.unlink()
    return old


def sync_folder(folder: Path) -> None:
    """What was renamed or linked in it is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
