"""Files that hold secrets."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_private(file: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Replace ``file`` with one of mode 0600, in one step: a reader sees the old text or the new one. OSError, and
    nothing is left of the new one.

    ``owner``: user and group id of the new file; only root may give one.
    """
    fresh = _written_beside(file, text, owner)
    try:
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def create_private(file: Path, text: str) -> bool:
    """Make ``file``, of mode 0600, with all of the text from its first moment; False, and nothing is changed, when it
    is there: of several who make it at once one does. OSError."""
    fresh = _written_beside(file, text, None)
    try:
        os.link(fresh, file)
    except FileExistsError:
        return False
    except OSError:
        # No second name for a file on this disk, as on most memory sticks.
        if file.exists():
            return False
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def kept_or_made(file: Path, make: Callable[[], str]) -> str:
    """What the file holds, without the blanks around it; where there is none, or an empty one, what is made now: the
    same for all who ask at once. OSError."""
    if not file.exists() and create_private(file, text := make()):
        return text
    # What is no text is somebody's all the same, and nothing is put in its place.
    if found := file.read_text(encoding="utf-8", errors="replace").strip():
        return found
    write_private(file, text := make())
    return text


def _written_beside(file: Path, text: str, owner: tuple[int, int] | None) -> Path:
    """The text on the disk, under a name that is nobody's."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            if owner is not None:
                os.fchown(stream.fileno(), *owner)
            stream.write(text)
            stream.flush()
            # On disk before it gets its name: after a power cut there is the old file or the new one, never an empty
            # one.
            os.fsync(stream.fileno())
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh
