"""Files that hold secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(file: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Replace ``file`` with one of mode 0600, in one step: a reader sees the old text or the new one. OSError, and
    nothing is left of the new one.

    ``owner``: user and group id of the new file; only root may give one.
    """
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
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
