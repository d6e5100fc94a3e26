"""The database of a data folder that a Gerai serves now."""

from __future__ import annotations

from pathlib import Path

from gerai.store.embedded import dsn_of
from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import EmbeddedError
from gerai.store.embedded_process import await_ready


def served_at(folder: Path) -> str:
    """Its connection string; none is started. EmbeddedError: there is none, or nobody serves it."""
    pointer = read_pointer(folder.absolute())
    if pointer is None:
        raise EmbeddedError(f"{folder} holds no database")
    found = await_ready(pointer.home / "data", 0.0, lambda: None)
    return dsn_of(found.socket_folder, pointer.password)
