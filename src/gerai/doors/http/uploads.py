"""Files on their way into this process: each is in memory as long as its sender takes, so there are few at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final

from gerai.domain.refusals import Busy
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act


class UploadPlaces:
    """So many in all; ``of``: of them so many of one merchant, one address …, so that nobody alone has all places.
    ``again_after_s``: when whoever finds none may come again."""

    def __init__(self, at_once: int, of: Mapping[str, int], again_after_s: int) -> None:
        self._at_once, self._most, self._again_after_s = at_once, of, again_after_s
        self._taken = 0
        self._taken_of = Counter[tuple[str, str]]()

    @contextmanager
    def one(self, **of: str) -> Generator[None]:
        """A place for one more, of these. Refuses Busy."""
        if self._taken >= self._at_once or any(self._taken_of[one] >= self._most[one[0]] for one in of.items()):
            raise Busy(self._again_after_s)
        self._taken += 1
        self._taken_of.update(of.items())
        try:
            yield
        finally:
            self._taken -= 1
            self._taken_of -= Counter(of.items())


#: Of files that are brought into shops, through all doors of this process.
UPLOADS: Final = UploadPlaces(4, {"merchant": 2}, 5)


@contextmanager
def taking_file(act: Act, within: Within) -> Generator[None]:
    """In this block an act's request is read and done: one that takes a file has a place among those on their way in.
    Refuses Busy."""
    if not act.file_bytes:
        yield
        return
    with UPLOADS.one(merchant=str(within.merchant_id)):
        yield
