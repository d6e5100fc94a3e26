"""Files on their way into this process: each is in memory as long as its sender takes, so there are few at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from gerai.domain.refusals import Busy


class UploadPlaces:
    """So many, and no more."""

    def __init__(self, at_once: int) -> None:
        self._left = at_once

    @contextmanager
    def one(self) -> Generator[None]:
        """A place for one more. Refuses Busy."""
        if not self._left:
            raise Busy(5)
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


#: Of files that are brought into shops, through all doors of this process.
UPLOADS: Final = UploadPlaces(4)
