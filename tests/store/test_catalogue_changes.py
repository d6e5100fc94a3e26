"""What changed in a catalogue is noted by the database itself, and found by an index."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from typing import Any

import psycopg
import pytest

from gerai.engine.catalogue.patching import SECTIONS
from gerai.store import locations, services
from gerai.store.catalogue_changes import changed_since, many, moment
from gerai.store.connection import open_connection

_TRIGGERS = """
SELECT c.relname, bool_or(t.tgtype & 4 > 0), bool_or(t.tgtype & 16 > 0), bool_or(t.tgtype & 8 > 0)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname = 'gerai_note_change' GROUP BY 1"""
_STORE = """
INSERT INTO stores (merchant_id, store_id, unique_id, uuid, name, payment_methods)
VALUES (%s, %s, %s, gen_random_uuid(), 'Toko', '{}')"""
_SERVICES = """
INSERT INTO courier_services (merchant_id, service_id, courier_id, courier_code, courier_name, code, name)
SELECT %s, n, 1, 'jne', 'JNE', 'C' || n, 'REG' FROM generate_series(1, %s) n"""
_NOTES = """
INSERT INTO catalogue_changes
SELECT %s, 'variants', n, '', pg_current_xact_id() FROM generate_series(1, 50000) n"""
_SINCE = """
EXPLAIN (ANALYZE, FORMAT JSON) SELECT section, id, rest FROM catalogue_changes WHERE merchant_id IN (%s, 0)
AND changed_in >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot(changed_in, %s::pg_snapshot)"""


@pytest.fixture
async def connections(dsn: str) -> AsyncGenerator[list[Any]]:
    """Two that may have transactions of their own."""
    async with await open_connection(dsn) as one, await open_connection(dsn) as two:
        yield [one, two]


def test_every_table_of_a_catalogue_is_noted(dsn: str) -> None:
    """Rows that are added, changed and removed; of what orders change all the time, not what is changed."""
    tables = {table.name for found in SECTIONS.values() for table in found}
    tables |= {one.name for one in (locations.SERVICES, locations.RATES, locations.LOCATIONS)}
    tables |= {services.TYPES.name, services.SERVICES.name}
    with psycopg.connect(dsn) as connection:
        found = {name: events for name, *events in connection.execute(_TRIGGERS).fetchall()}
    assert found == {name: [True, name not in ("stock", "code_pools"), True] for name in tables}


async def test_what_a_moment_did_not_see_is_found(connections: list[Any]) -> None:
    """A transaction that began before another one and ends after it is found by whoever read between the two ends; what
    is taken back never is, and what belongs to another merchant is not."""
    one, two = connections
    merchant_id, other_id = (secrets.randbits(40) for _ in range(2))

    async def add(connection: Any, store_id: int, to: int = merchant_id) -> None:
        await connection.execute(_STORE, (to, store_id, f"store_{store_id}"))

    began = await moment(one)
    async with one.transaction():
        await add(one, 1)
        await add(two, 2)
        await add(two, 1, other_id)
        between = await moment(two)
        assert (await changed_since(two, {merchant_id: began}))[merchant_id] == {"stores": {(2, "")}}
        # Its own are found by itself.
        assert (await changed_since(one, {merchant_id: between}))[merchant_id] == {"stores": {(1, "")}}
    async with two.transaction(force_rollback=True):
        await add(two, 3)
    assert await changed_since(two, {merchant_id: between, other_id: began}) == {
        merchant_id: {"stores": {(1, "")}}, other_id: {"stores": {(1, "")}}
    }  # fmt: skip
    assert await changed_since(two, {merchant_id: await moment(two)}) == {merchant_id: {}}
    assert await changed_since(two, {}) == {}


async def test_many_rows_are_one_note(connections: list[Any]) -> None:
    """A statement over more than a thousand rows notes the section; a thousand are noted one by one."""
    connection, _ = connections
    for number, expected in ((1000, 1000), (1001, 1)):
        merchant_id, began = secrets.randbits(40), await moment(connection)
        await connection.execute(_SERVICES, (merchant_id, number))
        found = (await changed_since(connection, {merchant_id: began}))[merchant_id]
        assert len(found["courier_services"]) == expected
        assert many(found, ["courier_services"])
        assert not many(found, ["stores"])


async def test_it_is_found_by_an_index(connections: list[Any]) -> None:
    """Among fifty thousand notes of a merchant those since a moment are found without looking at the others."""
    connection, _ = connections
    merchant_id = secrets.randbits(40)
    await connection.execute(_NOTES, (merchant_id,))
    await connection.execute("ANALYZE catalogue_changes")
    now = await moment(connection)
    await connection.execute(_STORE, (merchant_id, 1, "store_1"))
    cursor = await connection.execute(_SINCE, (merchant_id, now, now))
    [[[plan]]] = await cursor.fetchall()
    assert plan["Plan"]["Actual Rows"] == 1
    assert "catalogue_changes_since" in str(plan)
    assert "Seq Scan" not in str(plan)
    assert (await changed_since(connection, {merchant_id: now}))[merchant_id] == {"stores": {(1, "")}}
