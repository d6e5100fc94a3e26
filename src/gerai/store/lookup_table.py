"""Small catalogue tables that are read whole: every row of some merchants; adding, changing and removing rows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast

import msgspec
from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from psycopg.types.json import Json

Record = TypeVar("Record", bound=msgspec.Struct)
#: Rows by merchant.
Grouped = defaultdict[int, list[tuple[Any, ...]]]
#: Rows that are read without a pause.
_AT_ONCE: Final = 1_000


class LookupTable(NamedTuple):
    """A table and the columns that are read and written, in order; ``merchant_id`` comes before them."""

    name: str
    columns: tuple[str, ...]


def lookup_table(name: str, columns: str) -> LookupTable:
    """``small("stores", "store_id name")``."""
    return LookupTable(name, tuple(columns.split()))


async def rows(connection: AsyncConnection, table: LookupTable, merchant_ids: Sequence[int]) -> Grouped:
    """All rows of these merchants by merchant, each merchant's by the first column, then the second. One statement."""
    cursor = await connection.execute(
        SQL("SELECT merchant_id, {} FROM {} WHERE merchant_id = ANY(%s) ORDER BY 1, 2, 3").format(
            SQL(", ").join(map(Identifier, table.columns)), Identifier(table.name)
        ),
        (list(merchant_ids),),
    )
    found: Grouped = defaultdict(list)
    # A large shop has a hundred thousand rows: whoever waits beside is answered between them.
    while some := await cursor.fetchmany(_AT_ONCE):
        for row in some:
            found[row[0]].append(row[1:])
        await asyncio.sleep(0)
    return found


async def rows_named(
    connection: AsyncConnection, table: LookupTable, merchant_id: int, columns: Sequence[str], names: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows whose ``columns`` are one of these ``names`` (tuples of numbers and texts), by the first two columns;
    each is looked up by its key."""
    if not names:
        return []
    wanted = SQL(", ").join(map(Identifier, table.columns))
    arrays = SQL(", ").join(SQL("%s::int8[]" if isinstance(one, int) else "%s::text[]") for one in names[0])
    # OFFSET 0 keeps the planner from reading all rows of the merchant for that.
    statement = SQL(
        "SELECT t.* FROM unnest({}) AS n ({}) CROSS JOIN LATERAL "
        "(SELECT {} FROM {} l WHERE l.merchant_id = %s AND {} OFFSET 0) t ORDER BY 1, 2"
    ).format(
        arrays, SQL(", ").join(map(Identifier, columns)), wanted, Identifier(table.name),
        SQL(" AND ").join(map(_same, columns)),
    )  # fmt: skip
    cursor = await connection.execute(statement, (*map(list, zip(*names, strict=True)), merchant_id))
    return await cursor.fetchall()


def _same(column: str) -> Composed:
    return SQL("l.{0} = n.{0}").format(Identifier(column))


def grouped(found: Iterable[tuple[Any, ...]]) -> Grouped:
    """Rows by their first column, without it; who has none has an empty list."""
    groups: Grouped = defaultdict(list)
    for row in found:
        groups[row[0]].append(row[1:])
    return groups


async def add(connection: AsyncConnection, table: LookupTable, merchant_id: int, new: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the columns' order (a dict becomes JSON); existing ones stay as they are."""
    names = ("merchant_id", *table.columns)
    async with connection.cursor() as cursor:
        await cursor.executemany(
            SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
                Identifier(table.name),
                SQL(", ").join(map(Identifier, names)),
                SQL(", ").join([Placeholder()] * len(names)),
            ),
            [(merchant_id, *map(_adapted, row)) for row in new],
        )


async def add_many(
    connection: AsyncConnection, table: LookupTable, merchant_id: int, new: Sequence[Sequence[Any]]
) -> None:
    """Insert rows that are not there yet, as :func:`add`, in one statement of the kind that loads tables."""
    if not new:
        return
    copied = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table.name), SQL(", ").join(map(Identifier, ("merchant_id", *table.columns)))
    )
    async with connection.cursor() as cursor, cursor.copy(copied) as copy:
        for row in new:
            await copy.write_row([merchant_id, *map(_adapted, row)])


async def change_many(
    connection: AsyncConnection, table: LookupTable, merchant_id: int, changed: Sequence[Sequence[Any]]
) -> None:
    """Give rows these values, as :func:`change`, by their first column."""
    if not changed:
        return
    async with connection.cursor() as cursor:
        await cursor.executemany(_update(table, 1), [(*map(_adapted, row[1:]), merchant_id, row[0]) for row in changed])


async def change(
    connection: AsyncConnection, table: LookupTable, merchant_id: int, row: Sequence[Any], *, keys: int = 1
) -> bool:
    """Give a row these values, which stand in the columns' order; the first ``keys`` name it. False: there is none."""
    cursor = await connection.execute(_update(table, keys), (*map(_adapted, row[keys:]), merchant_id, *row[:keys]))
    return cursor.rowcount == 1


def _update(table: LookupTable, keys: int) -> Composed:
    names = table.columns
    return SQL("UPDATE {} SET {} WHERE merchant_id = %s AND {}").format(
        Identifier(table.name),
        SQL(", ").join(SQL("{} = %s").format(Identifier(name)) for name in names[keys:]),
        SQL(" AND ").join(SQL("{} = %s").format(Identifier(name)) for name in names[:keys]),
    )


async def remove(connection: AsyncConnection, table: LookupTable, merchant_id: int, *key: Any) -> bool:
    """Remove the rows whose first columns are these. False: there is none."""
    cursor = await connection.execute(
        SQL("DELETE FROM {} WHERE merchant_id = %s AND {}").format(
            Identifier(table.name),
            SQL(" AND ").join(SQL("{} = %s").format(Identifier(name)) for name in table.columns[: len(key)]),
        ),
        (merchant_id, *key),
    )
    return cursor.rowcount > 0


def values_of(row: msgspec.Struct) -> list[Any]:
    """The record's fields in order, as the database takes them: a tuple is a list, a struct an object of what differs
    from its defaults."""
    return [_plain(value) for value in msgspec.structs.astuple(row)]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(inner) for inner in cast("tuple[Any, ...]", value)]
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


def _adapted(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else value


def record(kind: type[Record], *values: Any) -> Record:
    """A record whose fields, in order, are these values."""
    return msgspec.convert(dict(zip(kind.__struct_fields__, values, strict=True)), kind)
