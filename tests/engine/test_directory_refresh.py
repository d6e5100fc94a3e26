"""Of a merchant only what changed is read again, and what is known then is what reading everything finds."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from catalogue_changes_kit import Changer, known

from desk_kit import do, house_of, open_desk
from engine_kit import another_engine, assert_within
from gerai.app import MERCHANT_SETTINGS, PARTS, App
from gerai.doors.dialects.cekceir.demo import DEMO as CEKCEIR
from gerai.doors.dialects.scalev.demo import DEMO as SCALEV
from gerai.doors.http.demo import DemoShop
from gerai.engine.catalogue import services, storefront
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.core import Engine
from gerai.engine.desk.acts.edit_variant import VariantEdit
from gerai.engine.directory import Directory
from gerai.engine.merchants.open import open_merchant
from gerai.store import directory as sql
from gerai.store.connection import open_connection


@pytest.fixture
async def merchant_id(engine: Engine) -> int:
    """A merchant with a storefront and services."""
    made = await open_merchant(engine, f"refresh-{secrets.token_hex(4)}", "Toko", simulated=True)
    await CEKCEIR.seed(DemoShop(engine, made))
    await SCALEV.seed(DemoShop(engine, made))
    return made


@pytest.fixture
async def connections(dsn: str) -> AsyncGenerator[list[Any]]:
    """One that reads and two that change."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(await open_connection(dsn)) for _ in range(3)]


def fresh() -> Directory:
    """A process's own."""
    return Directory(PARTS, MERCHANT_SETTINGS)


async def read_wholly(connection: Any, merchant_id: int) -> dict[str, Any]:
    """What reading everything finds."""
    directory = fresh()
    await directory.load(connection, [merchant_id])
    return known(directory, merchant_id)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_changes_it_is_as_read_wholly(merchant_id: int, connections: list[Any], seed: int) -> None:
    """Changes of every kind, some together in one transaction, some in two that overlap; one process looks after each
    of them, another one now and then, as if notices were missed. Each knows then what a full read finds, in the same
    order, whatever it had worked out of the catalogue before; and while a transaction is open, nothing of it."""
    reading, writing, beside = connections
    often, seldom = fresh(), fresh()
    for directory in (often, seldom):
        await directory.load(reading, [merchant_id])
    changer, chance = Changer(merchant_id, seed), random.Random(seed)
    made: list[str] = []
    for turn in range(16):
        async with writing.transaction():
            for _ in range(chance.choice((1, 1, 4))):
                made.append(await changer.change(writing))
            if overlaps := turn % 3 == 0:
                # It commits first, though it began later.
                await beside.execute(
                    "INSERT INTO locations VALUES (0, %s, %s, 'Kota', 'Kota', 'Jawa', NULL, NULL, '{}')",
                    (10**6 + seed * 100 + turn, f"98.{seed}.{turn}"),
                )
                await often.refresh(reading, [merchant_id])
                assert known(often, merchant_id) == await read_wholly(reading, merchant_id), made
        await often.refresh(reading, [merchant_id])
        wholly = await read_wholly(reading, merchant_id)
        assert known(often, merchant_id) == wholly, (made, overlaps)
        if chance.random() < 0.2:
            await seldom.refresh(reading, [merchant_id])
            assert known(seldom, merchant_id) == wholly, made
    await seldom.refresh(reading, [merchant_id])
    assert known(seldom, merchant_id) == await read_wholly(reading, merchant_id)


@pytest.mark.parametrize("number", [700, 1200])
async def test_many_changes_are_read_wholly(merchant_id: int, connections: list[Any], number: int) -> None:
    """Hundreds at once, as a file brings them, or so many that they are not noted one by one: everything of that
    catalogue is read, and the same."""
    reading, writing, _ = connections
    directory = fresh()
    await directory.load(reading, [merchant_id])
    before = len(directory.get(STOREFRONT, merchant_id).catalogue.variants)
    for text in (
        "INSERT INTO variants SELECT merchant_id, 50000 + n, product_id, 'variant_n' || n, uuid, 'N' || n, 'N' || n, "
        "n, 0, 0, 0, false, true, options, '{}', '{}' FROM (SELECT * FROM variants WHERE merchant_id = %s LIMIT 1) v, "
        "generate_series(1, %s) n",
        "INSERT INTO shipping_rates SELECT merchant_id, service_id, '', '77.' || n, n, 1, 2, false FROM (SELECT * FROM "
        "courier_services WHERE merchant_id = %s LIMIT 1) s, generate_series(1, %s) n",
        "INSERT INTO services SELECT (jsonb_populate_record(NULL::services, to_jsonb(s) || "
        "jsonb_build_object('service_id', 50000 + n, 'code', 'x' || n))).* FROM "
        "(SELECT * FROM services WHERE merchant_id = %s LIMIT 1) s, generate_series(1, %s) n",
    ):
        await writing.execute(text, (merchant_id, number))
    await directory.refresh(reading, [merchant_id])
    assert known(directory, merchant_id) == await read_wholly(reading, merchant_id)
    assert len(directory.get(STOREFRONT, merchant_id).catalogue.variants) == before + number


async def test_what_did_not_change_is_neither_read_nor_copied(
    merchant_id: int, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One price: no table is read wholly, services and rates are the same objects, and so is every other variant."""
    reading, writing, _ = connections
    directory = fresh()
    await directory.load(reading, [merchant_id])
    before, kinds = directory.get(STOREFRONT, merchant_id), directory.get(SERVICES, merchant_id)
    variant_id, *others = before.catalogue.variants
    old = before.catalogue.variants[variant_id]
    monkeypatch.setattr(storefront, "rows", None)
    monkeypatch.setattr(services, "rows", None)
    await writing.execute(
        "UPDATE variants SET price_sen = 7 WHERE merchant_id = %s AND variant_id = %s", (merchant_id, variant_id)
    )
    await directory.refresh(reading, [merchant_id])
    after = directory.get(STOREFRONT, merchant_id)
    assert (after.catalogue.variants[variant_id].price_sen, old.price_sen != 7) == (7, True)
    # Whoever began with the catalogue before keeps it.
    assert before.catalogue.variants[variant_id] is old
    assert after.rates is before.rates
    assert after.catalogue.products is before.catalogue.products
    assert after.catalogue.stock_ids is before.catalogue.stock_ids
    assert directory.get(SERVICES, merchant_id) is kinds
    assert all(after.catalogue.variants[id] is before.catalogue.variants[id] for id in others)


async def test_an_act_reads_only_what_changed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variant is edited without a table being read wholly, before or after. What an act decides by is its own
    transaction's, and is kept nowhere."""
    within = await open_desk(house_of(app))
    engine, merchant_id = app.engine, within.merchant_id
    await SCALEV.seed(DemoShop(engine, merchant_id))
    variant_id = next(iter(variants_in(engine, merchant_id)))
    # Notifications of what was done so far come round, and are read.
    await asyncio.sleep(0.5)
    for module in (storefront, services):
        monkeypatch.setattr(module, "rows", None)
    await do(within, "variants.edit", VariantEdit(id=variant_id, price_sen=1_234_00))
    assert prices(engine, merchant_id, variant_id) == (1_234_00,)
    async with engine.connection() as connection:
        async with connection.transaction(force_rollback=True):
            await sql.in_turn(connection, merchant_id)
            text = "UPDATE variants SET price_sen = 5 WHERE merchant_id = %s AND variant_id = %s"
            await connection.execute(text, (merchant_id, variant_id))
            inside = await engine.directory.read_in(connection, STOREFRONT, merchant_id)
        assert inside.catalogue.variants[variant_id].price_sen == 5
        assert prices(engine, merchant_id, variant_id) == (1_234_00,)
        after = await engine.directory.read_in(connection, STOREFRONT, merchant_id)
    assert after.catalogue.variants[variant_id].price_sen == 1_234_00


async def test_another_process_follows_and_heals(own_dsn: str) -> None:
    """A change is known in another process within a second; one whose notice its link lost, and one that nobody
    notified of, with the next that comes."""
    as_ours: dict[str, Any] = {"parts": PARTS, "merchant_settings": MERCHANT_SETTINGS}
    async with another_engine(own_dsn, **as_ours) as here, another_engine(own_dsn, **as_ours) as there:
        merchant_id = await open_merchant(here, "sebelah", "Toko", simulated=True)
        await SCALEV.seed(DemoShop(here, merchant_id))
        await assert_within(lambda: bool(variants_in(there, merchant_id)), 2)
        one, two, *_ = variants_in(there, merchant_id)
        with psycopg.connect(own_dsn, autocommit=True) as connection:
            change = "UPDATE variants SET price_sen = %s WHERE merchant_id = %s AND variant_id = %s"
            await assert_within(lambda: known(there.directory, merchant_id) == known(here.directory, merchant_id), 5)
            for unseen in range(1, 20):  # Until no notice of what was made above is on its way any more.
                connection.execute(change, (unseen, merchant_id, one))
                await asyncio.sleep(0.2)
                if variants_in(there, merchant_id)[one] != unseen:
                    break
            assert variants_in(there, merchant_id)[one] != unseen
            connection.execute(change, (11, merchant_id, one))
            connection.execute(change, (12, merchant_id, two))
            connection.execute("SELECT pg_notify('gerai_directory', %s)", (str(merchant_id),))
            await assert_within(lambda: prices(there, merchant_id, one, two) == (11, 12), 2)
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
            connection.execute(change, (13, merchant_id, one))
            for engine in (here, there):
                await assert_within(lambda at=engine: prices(at, merchant_id, one, two) == (13, 12), 5)
        for engine in (here, there):
            async with engine.connection() as connection:
                assert known(engine.directory, merchant_id) == await read_wholly(connection, merchant_id)


def variants_in(engine: Engine, merchant_id: int) -> dict[int, int]:
    """Prices by variant; none while the merchant is not known."""
    if merchant_id not in [one.merchant_id for one in engine.directory.merchants()]:
        return {}
    return {id: one.price_sen for id, one in engine.directory.get(STOREFRONT, merchant_id).catalogue.variants.items()}


def prices(engine: Engine, merchant_id: int, *ids: int) -> tuple[int, ...]:
    found = variants_in(engine, merchant_id)
    return tuple(found[id] for id in ids)
