"""The tables the batch writes, held against the database: names, types, and the order of writing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from gerai.domain.records import Account
from gerai.engine.state import State
from gerai.store import tables
from gerai.store.table import Table

TABLES: dict[str, Table[Any]] = {table.name: table for table in vars(tables).values() if isinstance(table, Table)}
#: Columns the database fills by itself, and those that no command reads or changes.
OWN = {"events": {"event_id"}, "audit": {"audit_id"}, "stock": {"low_at"}}
_COLUMNS = """
SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"""
_PARENTS = "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_types_are_the_databases(dsn: str, name: str) -> None:
    """Every table has exactly the record's fields as columns, each of the type the batch packs."""
    with psycopg.connect(dsn) as connection:
        found = dict(connection.execute(_COLUMNS, (name,)).fetchall())
    table = TABLES[name]
    assert {column: kind for column, kind in found.items() if column not in OWN.get(name, ())} == dict(
        zip(table.columns, table.types, strict=True)
    )


def test_every_table_of_the_working_copy_is_written() -> None:
    """What a command can change is written: the working copy and the order of writing name the same tables."""
    assert set(State().rows) == set(tables.WRITE_ORDER)
    assert len(tables.WRITE_ORDER) == len(set(tables.WRITE_ORDER))
    assert {table.name for table in tables.WRITE_ORDER} == TABLES.keys() - {"events", "order_terms", "audit"}


def test_parents_are_written_first(dsn: str) -> None:
    """A row is written after those it refers to."""
    place = {table.name: position for position, table in enumerate(tables.WRITE_ORDER)}
    with psycopg.connect(dsn) as connection:
        pairs = [(child, parent) for child, parent in connection.execute(_PARENTS).fetchall() if child != parent]
    ours = [(child, parent) for child, parent in pairs if child in place and parent in place]
    assert ("order_lines", "orders") in ours
    assert [pair for pair in ours if place[pair[0]] < place[pair[1]]] == []


def test_a_table_names_only_fields_of_its_record() -> None:
    """A slip in a key, a mutable column or a type stops the program when it starts, naming the column."""
    with pytest.raises(ValueError, match=r"^accounts has no balance_sen$"):
        Table("accounts", Account, key=("merchant_id", "account_id"), mutable=("balance_sen",))
    with pytest.raises(ValueError, match=r"^accounts has no colour$"):
        Table("accounts", Account, key=("merchant_id", "account_id"), types={"colour": "text"})
