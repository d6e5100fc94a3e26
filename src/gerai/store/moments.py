"""Times as they are read. One that no calendar of ours has, as a version before or an edit by hand may have stored it,
counts as the nearest that there is: it must keep nobody from a list in which its row is one of many."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import structlog
from psycopg import DataError, adapters
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from gerai.kit.clock import YEARS

log = structlog.get_logger("gerai.store")
_FIRST: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(YEARS.stop - 1, 12, 31, tzinfo=UTC)
_OID: Final = adapters.types["timestamptz"].oid


class _Moments(Loader):
    """Reads a ``timestamptz`` as the driver does, and what it cannot read as the first or the last time there is."""

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._read = _AS_DRIVEN[self.format](oid, context).load

    def load(self, data: Buffer) -> datetime:
        try:
            return self._read(data)
        except DataError:
            return self._nearest(bytes(data))

    @abstractmethod
    def _nearest(self, data: bytes) -> datetime: ...


class Moments(_Moments):
    """In the form for people: ``0044-03-15 12:00:00+00 BC``, ``infinity``."""

    format = Format.TEXT

    def _nearest(self, data: bytes) -> datetime:
        return _told(data, _FIRST if data.endswith(b"BC") or data.startswith(b"-") else _LAST)


class BinaryMoments(_Moments):
    """In the form for programs: microseconds since 2000."""

    format = Format.BINARY

    def _nearest(self, data: bytes) -> datetime:
        return _told(data, _FIRST if int.from_bytes(data, "big", signed=True) < 0 else _LAST)


_AS_DRIVEN: Final[dict[Format, type[Any]]] = {
    form: adapters.get_loader(_OID, form) or Loader for form in (Format.TEXT, Format.BINARY)
}


@lru_cache(maxsize=256)
def _told(stored: bytes, nearest: datetime) -> datetime:
    """Logged once for each of the last few: a list is read again and again."""
    log.error("store.time_unreadable", stored=stored.hex(" "), read_as=nearest.isoformat())
    return nearest
