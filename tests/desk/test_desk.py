"""The desk: an act is done by who may do it, once, over what they have seen, and is written down with the change."""

from __future__ import annotations

import asyncio
import re

import msgspec
import psycopg
import pytest

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.permissions import PERMISSIONS
from gerai.domain.refusals import ChangedMeanwhile, IdempotencyKeyReused, InputInvalid, NotFound, PermissionMissing
from gerai.engine.acting import Acting, acting
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.desk.acts.add_warehouse import NewWarehouse
from gerai.engine.desk.acts.edit_warehouse import WarehouseEdit
from gerai.engine.desk.fields import words_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done, View, acts, views
from gerai.engine.desk.views.warehouses import WarehouseRow
from gerai.engine.merchants.open import add_member

NEW = NewWarehouse(name="Gudang Surabaya", address="Jl. Wonokromo 1", location_id=6, postal_code="60241")


async def warehouses(within: Within) -> list[WarehouseRow]:
    """What the view shows."""
    return await seen(within, "warehouses.list")


async def test_an_act_is_written_down_with_its_change(within: Within) -> None:
    """What was made is seen at once, and one entry names who made it, what it is and when."""
    done = await do(within, "warehouses.add", NEW)
    [row] = await warehouses(within)
    assert (str(row.id), row.name, row.district) == (done.id, "Gudang Surabaya", "Wonokromo, Kota Surabaya, Jawa Timur")
    [(_, entry)] = await written(within)
    assert (entry.actor_kind, entry.actor, entry.actor_name) == ("person", "7", "Ani")
    assert (entry.act, entry.target, entry.facts) == ("warehouses.add", done.id, {"name": "Gudang Surabaya"})
    assert (entry.environment, entry.request_id, entry.reason) == ("production", "request-1", "")


async def test_who_may_not_changes_nothing(within: Within) -> None:
    """A viewer's act is refused by the permission it lacks; nothing is made and nothing is written down."""
    with pytest.raises(PermissionMissing, match=r"catalogue:write"):
        await do(within, "warehouses.add", NEW, VIEWER)
    assert await warehouses(within) == []
    assert await written(within) == []


async def test_a_refused_act_leaves_no_entry(within: Within) -> None:
    """What the act refuses is neither made nor written down."""
    with pytest.raises(InputInvalid, match="location_id"):
        await do(within, "warehouses.add", msgspec.structs.replace(NEW, location_id=7))
    with pytest.raises(NotFound, match="warehouse"):
        await do(within, "warehouses.edit", WarehouseEdit(id=1, name="Lain"))
    assert await warehouses(within) == []
    assert await written(within) == []


async def test_the_same_key_does_it_once(within: Within) -> None:
    """Ten at once under one idempotency key make one thing, and all get its id; another request under it is refused."""
    every = await asyncio.gather(*(do(within, "warehouses.add", NEW, key="k1") for _ in range(10)))
    [row] = await warehouses(within)
    assert {done.id for done in every} == {str(row.id)}
    assert sum(not done.replayed for done in every) == 1
    with pytest.raises(IdempotencyKeyReused):
        await do(within, "warehouses.add", msgspec.structs.replace(NEW, name="Lain"), key="k1")
    assert len(await warehouses(within)) == len(await written(within)) == 1


async def test_a_refused_act_keeps_no_key(within: Within) -> None:
    """A corrected retry under the same key works."""
    with pytest.raises(NotFound):
        await do(within, "warehouses.edit", WarehouseEdit(id=1, name="Lain"), key="k2")
    done = await do(within, "warehouses.add", NEW, key="k2")
    edit = WarehouseEdit(id=int(done.id), name="Lain")
    assert (await do(within, "warehouses.edit", edit, key="k2")).replayed is False
    assert [row.name for row in await warehouses(within)] == ["Lain"]


async def test_nobody_overwrites_what_they_have_not_seen(within: Within) -> None:
    """Two change what both have seen, at once: one does, the other is refused and can look again."""
    await do(within, "warehouses.add", NEW)
    [row] = await warehouses(within)
    edits = [WarehouseEdit(id=row.id, seen=row.seen, name=name) for name in ("Satu", "Dua")]
    results = await asyncio.gather(*(do(within, "warehouses.edit", e) for e in edits), return_exceptions=True)
    assert {type(result) for result in results} == {Done, ChangedMeanwhile}
    [after] = await warehouses(within)
    assert after.name in ("Satu", "Dua")
    assert after.address == row.address
    assert after.seen != row.seen
    newest = (await written(within))[0].entry
    assert newest.facts == {"name": ["Gudang Surabaya", after.name]}


async def test_a_command_of_an_act_is_written_down_too(within: Within) -> None:
    """A command that an act submits brings the act's entry in its own transaction; a refused one, or one outside of an
    act, brings none."""
    _, wallets = await add_member(within.engine, within.merchant_id, "test", "m1", "Ani")
    deposit = ManualDeposit(
        merchant_id=within.merchant_id, environment="sandbox", account_id=wallets["sandbox"], amount_sen=500_00,
        note="tunai",
    )  # fmt: skip
    act = Acting(OWNER.actor, "wallets.top_up", "sandbox", "tunai")
    with acting(act):
        act.about(wallets["sandbox"], amount_sen=500_00)
        await within.engine.submit(deposit)
        with pytest.raises(NotFound):
            await within.engine.submit(msgspec.structs.replace(deposit, account_id=1))
    await within.engine.submit(deposit)
    [(_, entry)] = await written(within)
    assert (entry.act, entry.reason, entry.facts) == ("wallets.top_up", "tunai", {"amount_sen": 500_00})


@pytest.mark.parametrize("statement", ["UPDATE audit SET reason = ''", "DELETE FROM audit", "TRUNCATE audit"])
async def test_what_was_done_stays_written(within: Within, dsn: str, statement: str) -> None:
    """The database refuses to change or remove an entry, also for the application's own role."""
    await do(within, "warehouses.add", NEW)
    before = await written(within)
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege, match="only written"):
        connection.execute(statement.encode())
    assert await written(within) == before


async def test_shops_do_not_see_each_other(within: Within) -> None:
    """Another shop's warehouse is neither seen nor changed, nor what was done there."""
    done = await do(within, "warehouses.add", NEW)
    other = await open_desk(within.house)
    assert await warehouses(other) == []
    with pytest.raises(NotFound):
        await do(other, "warehouses.edit", WarehouseEdit(id=int(done.id), name="Diambil"))
    assert await written(other) == []
    assert [row.name for row in await warehouses(within)] == ["Gudang Surabaya"]


async def test_a_change_is_known_in_every_process(within: Within, dsn: str) -> None:
    """Another engine on the same database sees what was made within a second."""
    other = type(within.engine)(dsn, parts=(STOREFRONT,))
    async with other.running():
        done = await do(within, "warehouses.add", NEW)
        for _ in range(50):
            known = other.directory.get(STOREFRONT, within.merchant_id).catalogue.warehouses
            if int(done.id) in known:
                break
            await asyncio.sleep(0.02)
        assert [*known] == [int(done.id)]


@pytest.mark.parametrize("one", [*views().values(), *acts().values()], ids=lambda one: one.name)
def test_every_view_and_act_is_whole(one: View | Act) -> None:
    """Its name is ``things.verb``, its title stands in both languages, its permission exists, and every field that
    people fill in or read has words."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", one.name)
    assert one.title.id
    assert one.title.en
    assert one.permission in PERMISSIONS
    shown = one.filter if isinstance(one, View) else one.input
    assert {*shown.__struct_fields__} <= {*words_of(shown)}
    assert shown.__struct_config__.forbid_unknown_fields
    if isinstance(one, View):
        assert {*one.row.__struct_fields__} - {"seen"} <= {*words_of(one.row)}
        assert one.permission.endswith(":read") or one.permission in ("keys:manage", "webhooks:manage", "people:manage")
