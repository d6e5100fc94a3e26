"""What a data folder records of its database, and the lock that gives the folder to one Gerai at a time.

Used by ``embedded.py``, and by whoever makes or deletes a whole folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gerai.kit.files import write_private
from gerai.store.embedded_host import ROOT_HOMES, EmbeddedError, remove_tree, root_homes
from gerai.store.embedded_process import end_left_over

POINTER: Final = "database.json"
#: In a home below /var/lib/gerai: the data folder it was made for.
_OWNER: Final = "belongs-to"


class FolderBusy(EmbeddedError):
    """Another Gerai uses this data folder."""


@dataclass(frozen=True)
class Pointer:
    """``DIR/database.json`` (0600): where the cluster is, its password, and whether it was ever completed."""

    home: Path
    password: str
    complete: bool


def read_pointer(folder: Path) -> Pointer | None:
    try:
        found: dict[str, Any] = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        return Pointer(folder / found["home"], found["password"] + "", found["complete"] is True)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise EmbeddedError(f"{folder} is a file; --data names a folder") from None
    except PermissionError:
        raise EmbeddedError(f"{folder} belongs to another user; use --data for a folder of your own") from None
    except (OSError, ValueError, KeyError, TypeError):
        # Never made anew: it names where the orders are, and holds the only password to them.
        raise EmbeddedError(f"{folder / POINTER} is not as Gerai wrote it; put it back from a backup") from None


def require_free(folder: Path) -> None:
    """FolderBusy when another Gerai uses the folder now, EmbeddedError when it is none. Nothing is made or kept."""
    pointer = read_pointer(folder)
    if pointer is not None and pointer.home.is_dir():
        os.close(take_lock(pointer.home))


def new_pointer(folder: Path) -> Pointer:
    """A fresh home and password. Written down before anything is made, so that a crash leaves nothing unknown."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"cannot make {folder}: {error.strerror}") from error
    # PostgreSQL's system user may not enter every folder that root may, /root for instance.
    home = root_homes() / secrets.token_hex(8) if os.geteuid() == 0 else folder / "postgres"
    if home.exists():
        raise EmbeddedError(f"{home} exists, but {folder / POINTER}, which holds its password, does not")
    pointer = Pointer(home, secrets.token_urlsafe(24), complete=False)
    write_pointer(folder, pointer)
    return pointer


def sign(home: Path, folder: Path) -> None:
    """Write down which data folder a new home was made for."""
    (home / _OWNER).write_text(f"{folder}\n", encoding="utf-8")


def forgotten_homes(folder: Path) -> list[Path]:
    """Databases root once made for this data folder and that it names no more, because it was deleted meanwhile.

    They are never deleted by us: what is in them may be all that is left.
    """
    if os.geteuid() != 0 or not ROOT_HOMES.is_dir():
        return []
    pointer = read_pointer(folder)
    signed = [f for f in ROOT_HOMES.glob(f"*/{_OWNER}") if f.read_text(encoding="utf-8").strip() == str(folder)]
    return sorted(f.parent for f in signed if pointer is None or f.parent != pointer.home)


def write_pointer(folder: Path, pointer: Pointer) -> None:
    home = pointer.home.relative_to(folder) if pointer.home.is_relative_to(folder) else pointer.home
    found = {"home": str(home), "password": pointer.password, "complete": pointer.complete}
    write_private(folder / POINTER, json.dumps(found))


def take_lock(home: Path) -> int:
    """The kernel's lock on ``home/lock``; it ends with our process, however that ends."""
    # Never through a link: as root it could lead to any file of the machine.
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderBusy("another Gerai is running on this data folder") from None
    return descriptor


def remove_data(folder: Path) -> None:
    """Delete a data folder that nobody uses, with its database."""
    pointer = read_pointer(folder)
    if pointer is not None:
        remove_tree(pointer.home)
    remove_tree(folder)


def delete_data(folder: Path) -> None:
    """Delete a data folder with its database, also one that was left half made; nothing happens when there is none.
    FolderBusy when a Gerai uses it."""
    if (pointer := read_pointer(folder)) is not None and pointer.home.exists():
        lock = take_lock(pointer.home)
        try:
            end_left_over(pointer.home / "data")
        finally:
            os.close(lock)
    remove_data(folder)


def moved(folder: Path, target: Path) -> None:
    """Give a stopped data folder its final name, in one step; an empty folder of that name is replaced."""
    pointer = read_pointer(folder)
    if pointer is not None and not pointer.home.is_relative_to(folder):
        sign(pointer.home, target)
    folder.rename(target)
