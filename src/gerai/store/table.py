"""A table as the engine's batch sees it: how its rows are inserted, updated and read, many at a time.

The statements are made once, from the record class and the column types, in the one shape that was measured:
``unnest`` over one binary array per column. ``python -m gerai sql`` is not needed to see them: print
``ORDERS.insert_sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, TypeVar, get_type_hints

import msgspec

from gerai.store.arrays import Packed, pack

Row = TypeVar("Row", bound=msgspec.Struct)

_JSON: Final = frozenset({"json", "jsonb"})
_encode = msgspec.json.Encoder().encode


class Table(Generic[Row]):
    """``types`` names each column's PostgreSQL type in the record's field order; ``mutable`` are the columns an
    update may change. JSON columns travel as text; where the record's field is a struct, it is read as one."""

    def __init__(
        self, name: str, record: type[Row], types: str, *, key: tuple[str, ...], mutable: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self.record = record
        self.columns: tuple[str, ...] = record.__struct_fields__
        self.types = tuple(types.split())
        if len(self.types) != len(self.columns):
            raise ValueError(f"{name}: {len(self.columns)} columns, {len(self.types)} types")
        self.key = key
        self._json = tuple(i for i, t in enumerate(self.types) if t in _JSON)
        hints = get_type_hints(record)
        self._structs = tuple((i, hints[self.columns[i]]) for i in self._json if _is_struct(hints[self.columns[i]]))
        self.insert_sql = self._insert()
        self._update_columns = key + mutable if mutable else ()
        self._update_index = [self.columns.index(c) for c in self._update_columns]
        self.update_sql = self._update(mutable) if mutable else b""
        self.select_list = ", ".join(f"t.{c}" for c in self.columns)

    def _unnest(self, columns: Sequence[str]) -> str:
        types = [self.types[self.columns.index(c)] for c in columns]
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

    def _columns(self, rows: Iterable[Row]) -> list[Sequence[Any]]:
        columns: list[Sequence[Any]] = list(zip(*map(msgspec.structs.astuple, rows), strict=True))
        for i in self._json:
            columns[i] = [None if v is None else _encode(v) for v in columns[i]]
        return columns

    def insert_params(self, rows: Iterable[Row]) -> list[Packed]:
        """One array per column, in the record's order."""
        return list(map(pack, self.types, self._columns(rows)))

    def update_params(self, rows: Iterable[Row]) -> list[Packed]:
        """One array per key and mutable column."""
        columns = self._columns(rows)
        return [pack(self.types[i], columns[i]) for i in self._update_index]

    def read(self, values: Sequence[Any]) -> Row:
        """A record from a row selected with ``select_list``."""
        if not self._structs:
            return self.record(*values)
        read = list(values)
        for i, struct in self._structs:
            read[i] = msgspec.convert(read[i], struct)
        return self.record(*read)


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)
