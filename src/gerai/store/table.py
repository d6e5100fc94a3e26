"""A table as the engine's batch sees it: how its rows are inserted, updated and read, many at a time.

The statements are made once, from the record class and its annotations, in the one shape that was measured: ``unnest``
over one binary array per column. To see one, print ``ORDERS.insert_sql``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Generic, TypeVar, get_args, get_type_hints

import msgspec

from gerai.store.arrays import Packed, pack

Row = TypeVar("Row", bound=msgspec.Struct)

_JSON: Final = frozenset({"json", "jsonb"})
_encode = msgspec.json.Encoder().encode
#: What most JSON columns of a new row hold: not worth encoding each time.
_EMPTY = b"{}"
_AS_DECLARED: Final[Mapping[str, str]] = {}
#: The column type of a field. Anything else (dictionaries, structs, what a door keeps) is jsonb.
TYPES: Final[Mapping[Any, str]] = {int: "int8", str: "text", bytes: "bytea", datetime: "timestamptz"}


def column_type(hint: Any) -> str:
    """The PostgreSQL type of a field with this annotation; ``X | None`` is a column of X that may be NULL."""
    inner = [part for part in get_args(hint) if part is not NoneType] if isinstance(hint, UnionType) else [hint]
    return TYPES.get(inner[0], "jsonb") if len(inner) == 1 else "jsonb"


def _no_key(row: object) -> tuple[Any, ...]:
    raise AssertionError(f"{type(row).__name__} has no key")


class Table(Generic[Row]):
    """Columns are the record's fields. ``key`` names a row, ``mutable`` are the columns an update may change, ``types``
    the PostgreSQL types that do not follow from the field (:data:`TYPES`). JSON columns travel as text; where the
    record's field is a struct, it is read as one."""

    def __init__(
        self,
        name: str,
        record: type[Row],
        *,
        key: tuple[str, ...] = (),
        mutable: tuple[str, ...] = (),
        types: Mapping[str, str] = _AS_DECLARED,
    ) -> None:
        self.name = name
        self.record = record
        self.columns: tuple[str, ...] = record.__struct_fields__
        if unknown := {*key, *mutable, *types} - {*self.columns}:
            # At import: a misspelt column must not wait for its first row.
            raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
        hints = get_type_hints(record)
        self.types = tuple(types.get(column) or column_type(hints[column]) for column in self.columns)
        self.key = key
        #: A row's key, as a tuple in that order.
        self.key_of: Callable[[Row], tuple[Any, ...]] = attrgetter(*key) if key else _no_key
        self._json = tuple(i for i, t in enumerate(self.types) if t in _JSON)
        self._structs = tuple((i, hints[self.columns[i]]) for i in self._json if _is_struct(hints[self.columns[i]]))
        # Made once: the driver finds a prepared statement by its text.
        self.insert_sql = self._insert()
        self._update_columns = key + mutable if mutable else ()
        self._update_index = [self.columns.index(c) for c in self._update_columns]
        self.update_sql = self._update(mutable) if mutable else b""
        self.delete_sql = self._delete() if key else b""
        self.select_list = ", ".join(f"t.{c}" for c in self.columns)

    def _unnest(self, columns: Sequence[str]) -> str:
        types = [self.types[self.columns.index(c)] for c in columns]
        # JSON travels as text and is cast where it is used (_value).
        return ", ".join("%b::" + ("text" if t in _JSON else t) + "[]" for t in types)

    def _value(self, column: str) -> str:
        type_name = self.types[self.columns.index(column)]
        return f"n.{column}::{type_name}" if type_name in _JSON else f"n.{column}"

    def _insert(self) -> bytes:
        names = ", ".join(self.columns)
        values = ", ".join(self._value(c) for c in self.columns)
        source = f"unnest({self._unnest(self.columns)}) AS n({names})"
        return f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {source}".encode()

    def _update(self, mutable: tuple[str, ...]) -> bytes:
        names = ", ".join(self._update_columns)
        sets = ", ".join(f"{c} = {self._value(c)}" for c in mutable)
        where = " AND ".join(f"t.{c} = n.{c}" for c in self.key)
        source = f"unnest({self._unnest(self._update_columns)}) AS n({names})"
        return f"UPDATE {self.name} t SET {sets} FROM {source} WHERE {where}".encode()

    def _delete(self) -> bytes:
        where = " AND ".join(f"t.{c} = n.{c}" for c in self.key)
        source = f"unnest({self._unnest(self.key)}) AS n({', '.join(self.key)})"
        return f"DELETE FROM {self.name} t USING {source} WHERE {where}".encode()

    def _columns(self, rows: Iterable[Row]) -> list[Sequence[Any]]:
        # Turned from rows to columns once: everything behind works on whole columns.
        columns: list[Sequence[Any]] = list(zip(*map(msgspec.structs.astuple, rows), strict=True))
        for i in self._json:
            columns[i] = _encoded(columns[i])
        return columns

    def insert_params(self, rows: Iterable[Row]) -> list[Packed]:
        """One array per column, in the record's order."""
        return list(map(pack, self.types, self._columns(rows)))

    def update_params(self, rows: Iterable[Row]) -> list[Packed]:
        """One array per key and mutable column."""
        columns = self._columns(rows)
        return [pack(self.types[i], columns[i]) for i in self._update_index]

    def delete_params(self, rows: Iterable[Row]) -> list[Packed]:
        """One array per key column."""
        columns = self._columns(rows)
        return [pack(self.types[i], columns[i]) for i in map(self.columns.index, self.key)]

    def read(self, values: Sequence[Any]) -> Row:
        """A record from a row selected with ``select_list``."""
        # Most tables have none: values go into the record as they come.
        if not self._structs:
            return self.record(*values)
        read = list(values)
        for i, struct in self._structs:
            read[i] = msgspec.convert(read[i], struct)
        return self.record(*read)


def _encoded(values: Sequence[Any]) -> list[bytes | None]:
    """A JSON column, as bytes."""
    first = values[0]
    if all(value is first for value in values):
        # One object for every row, as operations use for what most rows do not have.
        return [None if first is None else _encode(first)] * len(values)
    return [None if v is None else _EMPTY if v == {} else _encode(v) for v in values]


def _is_struct(hint: Any) -> bool:
    parts = [part for part in get_args(hint) if part is not NoneType] if isinstance(hint, UnionType) else [hint]
    return all(isinstance(part, type) and issubclass(part, msgspec.Struct) for part in parts)
