"""The rows of one table in a batch's working copy, and the way back when a command is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from gerai.domain.records import Event, Order

Row = TypeVar("Row", bound=msgspec.Struct)
Key = tuple[Any, ...]
#: Rows, the key that changed, what was there before (None: nothing), whether it was the key's first update.
Undo = tuple["Rows[Any]", Key, Any, bool]


class Rows(Generic[Row]):
    """Rows of one table by key. ``inserted`` and ``updated`` are what must be written; ``loaded`` are the updated ones
    as the database has them. ``handles``: other ways to name a row, which never change in a row's life (an order's
    payments, a member's e-mail)."""

    __slots__ = ("_handles", "_key", "_named", "_undo", "inserted", "loaded", "rows", "updated")

    def __init__(
        self, undo: list[Undo], key: Callable[[Row], Key], handles: Callable[[Row], tuple[Key, ...]] | None = None
    ) -> None:
        self._key = key
        self._handles = handles
        self._named: dict[Key, list[Key]] = {}
        self._undo = undo
        self.rows: dict[Key, Row] = {}
        self.inserted: dict[Key, Row] = {}
        self.updated: dict[Key, Row] = {}
        self.loaded: dict[Key, Row] = {}

    def load(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.rows[self._key(row)] = row
            self._name(row)

    def get(self, *key: Any) -> Row | None:
        return self.rows.get(key)

    def named(self, *handle: Any) -> list[Row]:
        """The rows with this handle, in the order they came."""
        return [self.rows[key] for key in self._named.get(handle, ())]

    def insert(self, row: Row) -> Row:
        key = self._key(row)
        if key in self.rows:
            raise AssertionError(f"{type(row).__name__} {key} exists already")
        self.rows[key] = self.inserted[key] = row
        self._name(row)
        self._undo.append((self, key, None, False))
        return row

    def update(self, row: Row) -> Row:
        key = self._key(row)
        before = self.rows[key]
        self.rows[key] = row
        if key in self.inserted:
            # Made by this batch: one INSERT with the last values, never an INSERT and an UPDATE.
            self.inserted[key] = row
            self._undo.append((self, key, before, False))
        else:
            if first := key not in self.updated:
                self.loaded[key] = before
            self._undo.append((self, key, before, first))
            self.updated[key] = row
        return row

    def take_back(self, key: Key, before: Row | None, first_update: bool) -> None:
        """Undo one insert (``before`` None) or update."""
        if before is None:
            self._forget(key)
            return
        self.rows[key] = before
        if key in self.inserted:
            self.inserted[key] = before
        elif first_update:
            # What was loaded is what the database has: nothing to write.
            del self.updated[key], self.loaded[key]
        else:
            self.updated[key] = before

    def _name(self, row: Row) -> None:
        if self._handles is not None:
            for handle in self._handles(row):
                self._named.setdefault(handle, []).append(self._key(row))

    def _forget(self, key: Key) -> None:
        row = self.rows.pop(key)
        del self.inserted[key]
        if self._handles is not None:
            for handle in self._handles(row):
                self._named[handle].remove(key)


class EarlierEvents:
    """Events from before the batch, by order; those of one load oldest first."""

    __slots__ = ("_events",)

    def __init__(self) -> None:
        self._events: dict[tuple[int, int | None], list[Event]] = {}

    def load(self, events: Iterable[Event]) -> None:
        for event in events:
            self._events.setdefault((event.merchant_id, event.order_id), []).append(event)

    def of(self, order: Order) -> list[Event]:
        return self._events.get((order.merchant_id, order.order_id), [])
