"""Bring a backup back into an empty database, or into a new data folder: whole, or nothing of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from gerai.backup.files import sync_folder
from gerai.backup.format import BackupDamaged, BackupError, Head, Tail
from gerai.backup.read import BackupReader
from gerai.engine.check import Violation, examine_database
from gerai.engine.installation import SealedSecrets, sealed_secrets_in
from gerai.kit.files import write_private
from gerai.store import restore_tables
from gerai.store.connection import DatabaseError
from gerai.store.embedded import EmbeddedPostgres
from gerai.store.embedded_folder import delete_data, moved
from gerai.store.embedded_host import EmbeddedError
from gerai.store.faults import fault_of, passes
from gerai.store.migrate import migrate, migration_names

#: Beside the data folder that is to come.
_UNFINISHED: Final = ".restoring"
Step = Callable[[str], None]


class NewerBackup(BackupError):
    """The backup holds what this version of Gerai does not know."""


@dataclass(frozen=True)
class Restored:
    """What was brought back. ``migrated``: what this version added to the schema; ``violations``: of the books;
    ``unchecked``: what of the books could not be checked, with the reasons; ``sealed``: secrets of webhook endpoints,
    gateways and notices, as they are stored."""

    head: Head
    tail: Tail
    files: dict[str, bytes]
    migrated: list[str]
    violations: list[Violation]
    sealed: list[SealedSecrets]
    unchecked: list[str]

    @property
    def books_hold(self) -> bool:
        """Whether every invariant was checked, and holds."""
        return not self.violations and not self.unchecked


def require_known(head: Head) -> None:
    """NewerBackup when its data was written by a newer Gerai than this."""
    if unknown := sorted(set(head.migrations) - migration_names()):
        raise NewerBackup(
            f"the data is of a newer Gerai ({head.gerai}): this one does not know {', '.join(unknown)}; "
            "install that version, or a later one"
        )


def require_file(files: Mapping[str, bytes], name: str) -> None:
    """BackupError when the backup holds no file of this name; an empty name wants none."""
    if name and not files.get(name):
        raise BackupError(
            f"the backup holds no {name}: it was made without one, or into a stream without a passphrase; "
            "nothing is restored"
        )


def check_file(file: Path, passphrase: str, wanted: str = "") -> Head:
    """Read a whole backup and bring nothing back. BackupError when it is damaged, not for this version, or without the
    ``wanted`` file."""
    with opened(file) as stream:
        reader = BackupReader(stream, passphrase)
        require_known(reader.head)
        require_file(reader.files, wanted)
        reader.verify()
        return reader.head


@contextmanager
def opened(file: Path) -> Generator[BinaryIO]:
    """The file. BackupError when it cannot be read."""
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from error


def restore_database(stream: BinaryIO, passphrase: str, dsn: str, step: Step, wanted: str = "") -> Restored:
    """Bring a backup back into an empty database, at the migrations it was made with; then migrate on and check the
    books: what that finds, or cannot look at, takes nothing away. BackupError, also when the ``wanted`` file is not in
    it, and the database is as empty as it was; killed, it is marked, and restoring again begins anew.
    """
    reader = BackupReader(stream, passphrase)
    require_known(reader.head)
    require_file(reader.files, wanted)
    try:
        with restore_tables.alone(dsn):
            restore_tables.begin(dsn)
            return _fill_or_empty(reader, dsn, step)
    except restore_tables.NotEmpty as error:
        raise BackupError(f"{error}; restore into an empty one") from error
    except restore_tables.AnotherRestore as error:
        raise BackupError(str(error)) from error
    except DatabaseError as error:
        raise _failed(error) from error


def restore_folder(stream: BinaryIO, passphrase: str, folder: Path, step: Step) -> Restored:
    """Bring a backup back into a data folder that is not there yet (or is empty). BackupError; then there is none."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(f"{folder} is there already; restore into a new folder")
    unfinished = folder.with_name(folder.name + _UNFINISHED)
    # Of a restore that was killed.
    delete_data(unfinished)
    server = EmbeddedPostgres(unfinished)
    try:
        step("creating the database")
        restored = restore_database(stream, passphrase, server.start(), step)
        server.stop()
        for name, data in restored.files.items():
            write_private(unfinished / name, data.decode())
        moved(unfinished, folder)
        sync_folder(folder.parent)
    except BaseException as error:
        server.stop()
        delete_data(unfinished)
        if isinstance(error, OSError | UnicodeDecodeError | EmbeddedError):
            raise BackupError(f"{folder} could not be made: {error}") from error
        raise
    return restored


def _fill_or_empty(reader: BackupReader, dsn: str, step: Step) -> Restored:
    """All of it, and the mark is gone; or whatever stopped it, and the database is empty again."""
    try:
        restored = _fill(reader, dsn, step)
        restore_tables.hand_over(dsn)
    except BaseException:
        with contextlib.suppress(DatabaseError):
            restore_tables.give_up(dsn)
        raise
    return restored


def _fill(reader: BackupReader, dsn: str, step: Step) -> Restored:
    head = reader.head
    step("preparing the tables")
    migrate(dsn, only=head.migrations)
    with restore_tables.loading(dsn) as loading:
        for table, parts in reader.tables():
            step(f"restoring {table.name}")
            loading.load(table, parts)
        assert reader.tail is not None
        loading.set_sequences(head.sequences)
        step("making indexes")
    restored = set(head.migrations)
    missing = sorted(migration_names() - restored)
    step("migrating to this version")
    # Also what an unfinished migration of the old one left to be done.
    migrate(dsn, only=migration_names())
    step("checking the books")
    violations, unchecked = _examined(dsn)
    sealed = asyncio.run(sealed_secrets_in(dsn))
    return Restored(head, reader.tail, reader.files, missing, violations, sealed, unchecked)


def _examined(dsn: str) -> tuple[list[Violation], list[str]]:
    """What of the books does not hold, and what could not be checked. Never raises: all data is there by now."""
    try:
        examination, _ = asyncio.run(examine_database(dsn))
    except Exception as error:
        return [], [" ".join(str(error).split()) or type(error).__name__]
    return examination.violations, [f"{name}: {fault}" for name, fault in examination.unchecked.items()]


def _failed(error: DatabaseError) -> BackupError:
    reason = " ".join(str(error).split())
    if passes(fault_of(error)):
        return BackupError(f"the database failed while it was filled: {reason}; restore again once it can")
    return BackupDamaged(f"the database refused what the backup holds: {reason}")
