"""``schema.sql``: what all migrations add up to, printed from a real database.

``python -m gerai.store.schema`` writes it. The job queue's own tables are not in it; they belong to their library.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.migrate import FOLDER, migrate

FILE: Final = FOLDER.parent / "schema.sql"
_HEADING: Final = "-- The sum of all migrations; written by `python -m gerai.store.schema`, compared by a test.\n\n"
#: Comments, settings of the dump's own session, and psql's commands.
_NOISE: Final = re.compile(r"--.*|SET .*|SELECT pg_catalog\.set_config\(.*|\\.*|")
_NOT_OURS: Final = ("procrastinate_*", "_yoyo_*", "yoyo_*")


def dump(server: EmbeddedPostgres) -> str:
    """The tables, indexes and constraints of a started, migrated server, in a form that only changes with them."""
    command = [str(server.bin_dir() / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges", "--table=public.*"]
    command += [f"--exclude-table={pattern}" for pattern in _NOT_OURS]
    answer = subprocess.run([*command, server.dsn], capture_output=True, text=True, check=True)
    lines = [line for line in answer.stdout.splitlines() if not _NOISE.fullmatch(line)]
    text = "\n".join(line.replace("public.", "") for line in lines)
    text = re.sub(r"\n +ADD CONSTRAINT", " ADD CONSTRAINT", text)
    return _HEADING + re.sub(r";\n(?=CREATE TABLE)", ";\n\n", text) + "\n"


def current() -> str:
    """``schema.sql`` as it should be: everything migrated from nothing."""
    with scratch() as server:
        migrate(server.dsn)
        return dump(server)


def write(file: Path = FILE) -> None:
    """Write it anew."""
    file.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    write()
