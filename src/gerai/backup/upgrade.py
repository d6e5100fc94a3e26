"""Try this version on the data of an earlier one, in a database that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from gerai.backup.format import BackupError
from gerai.backup.restore import NewerBackup, Restored, restore_database
from gerai.backup.write import write_backup
from gerai.settings import DatabaseSettings
from gerai.store.embedded import scratch


def try_upgrade(database: DatabaseSettings, step: Callable[[str], None]) -> Restored:
    """Copy a running database as it is, migrate the copy to this version and check its books. The database itself is
    only read. NewerBackup when its data is of a newer version, BackupError when it cannot be copied or migrated,
    EmbeddedError when there can be no database for the copy."""

    def write(into: int) -> None:
        with os.fdopen(into, "wb") as out:
            write_backup(database, out)

    with ThreadPoolExecutor(1) as pool, scratch() as server:
        reading_end, writing_end = os.pipe()
        writing = pool.submit(write, writing_end)
        try:
            # Closed when the reader fails: the writer ends then, too.
            with os.fdopen(reading_end, "rb") as stream:
                return restore_database(stream, "", server.dsn, step)
        except NewerBackup:
            raise
        except BackupError as error:
            failure = writing.exception()
            # What ended the writer is the reason, unless it only lost its reader.
            raise error if failure is None or isinstance(failure, OSError) else failure from None
