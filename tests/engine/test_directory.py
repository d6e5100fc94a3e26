"""The directory: read for many merchants at once, the same as read one by one, and only what changed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from engine_kit import open_shop, read_once
from gerai.app import MERCHANT_SETTINGS, PARTS
from gerai.doors.dialects.cekceir.demo import DEMO as CEKCEIR
from gerai.doors.dialects.scalev.demo import DEMO as SCALEV
from gerai.doors.http.demo import DemoShop
from gerai.engine import core
from gerai.engine import directory as directory_module
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.core import Engine
from gerai.engine.directory import Directory, Part
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.keys.manage import create_key, revoke_key
from gerai.engine.merchants.open import add_member, open_merchant, set_test_clock
from gerai.store.connection import Connection, open_connection


@dataclass
class Street:
    """Merchants of every kind, and their keys."""

    merchant_ids: list[int]
    tokens: list[str]


@pytest.fixture
async def street(engine: Engine) -> Street:
    """An empty merchant, two with members and keys, one with services, one with a storefront."""
    found = Street([], [])
    for number in range(5):
        code = f"street-{secrets.token_hex(4)}"
        settings = {"robux_rate_sen": number * 100}
        found.merchant_ids.append(await open_merchant(engine, code, f"Toko {number}", settings, simulated=number >= 3))
    _, one, two, services, storefront = found.merchant_ids
    for merchant_id in (one, two):
        links = {"discord": str(merchant_id), "telegram": "t"}
        member_id, _ = await add_member(engine, merchant_id, "test", "m", "Member", links=links, discount_bp=250)
        for name in ("first", "second"):
            token = secrets.token_urlsafe(20)
            owner = member_id if name == "first" else None
            await create_key(
                engine, merchant_id, "sandbox", "test", token, name=name, prefix=token[:4], member_id=owner,
                permissions=("a", "b"), limits={"read": 7},
            )  # fmt: skip
            found.tokens.append(token)
    await set_test_clock(engine, two, offset_s=60)
    await CEKCEIR.seed(DemoShop(engine, services))
    await SCALEV.seed(DemoShop(engine, storefront))
    return found


def known(directory: Directory, street: Street) -> list[Any]:
    """Everything a directory says of these merchants."""
    return [
        (directory.merchant(i), directory.get(SERVICES, i), directory.get(STOREFRONT, i).catalogue)
        for i in street.merchant_ids
    ] + [directory.find_key(token) for token in street.tokens]


async def test_many_are_read_as_one_by_one(engine: Engine, street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merchants, members with links and wallets, keys and catalogues: read together, in pieces, or each alone."""
    together, in_pieces, alone = (
        Directory(PARTS, MERCHANT_SETTINGS),
        Directory(PARTS, MERCHANT_SETTINGS),
        Directory(PARTS, MERCHANT_SETTINGS),
    )
    async with engine.connection() as connection:
        await together.load(connection)
        for merchant_id in street.merchant_ids:
            await alone.load(connection, [merchant_id])
        monkeypatch.setattr(directory_module, "_AT_ONCE", 2)
        await in_pieces.load(connection)
    assert (
        known(together, street) == known(in_pieces, street) == known(alone, street) == known(engine.directory, street)
    )
    assert [m.merchant_id for m in alone.merchants()] == sorted(street.merchant_ids)
    key = together.find_key(street.tokens[0])
    assert key is not None
    assert key.member is not None
    assert (key.name, key.limits, key.permissions, key.account_id is None) == ("first", {"read": 7}, {"a", "b"}, False)
    assert key.member.links == {"discord": (str(street.merchant_ids[1]),), "telegram": ("t",)}
    assert len(together.get(SERVICES, street.merchant_ids[3]).by_id) > 1
    assert together.get(STOREFRONT, street.merchant_ids[4]).catalogue.variants
    assert together.get(STOREFRONT, street.merchant_ids[0]).catalogue.variants == {}


async def test_more_merchants_take_no_more_statements(
    engine: Engine, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement per table, whether one merchant is read or five."""
    asked: list[str] = []
    execute = psycopg.AsyncConnection.execute

    async def counted(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        if self is mine:
            asked.append(str(query))
        return await execute(self, query, *args, **options)

    directory = Directory(PARTS, MERCHANT_SETTINGS)
    async with engine.connection() as mine:
        monkeypatch.setattr(psycopg.AsyncConnection, "execute", counted)
        await directory.load(mine, street.merchant_ids[:1])
        one = len(asked)
        await directory.load(mine, street.merchant_ids)
    assert (one > 10, len(asked)) == (True, 2 * one)


async def test_one_reload_changes_only_its_merchant(engine: Engine, street: Street) -> None:
    """A revoked key is revoked, a deleted one is gone, and other merchants' snapshots stay the same objects."""
    _, one, two, *_ = street.merchant_ids
    directory = Directory(PARTS, MERCHANT_SETTINGS)
    async with engine.connection() as connection:
        await directory.load(connection, street.merchant_ids)
        others: MerchantFacts = directory.merchant(two)
        first, second = (directory.find_key(token) for token in street.tokens[:2])
        assert first is not None
        assert second is not None
        await revoke_key(engine, one, first.key_id)
        await connection.execute("DELETE FROM api_keys WHERE merchant_id = %s AND key_id = %s", (one, second.key_id))
        await directory.load(connection, [one, -1])
    revoked = directory.find_key(street.tokens[0])
    assert revoked is not None
    assert revoked.revoked_at is not None
    assert directory.find_key(street.tokens[1]) is None
    assert directory.find_key(street.tokens[2]) is not None
    assert directory.merchant(two) is others
    assert len(directory.merchants()) == 5


async def test_an_engine_stops_though_a_cancellation_is_lost(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows the directory is told to end until it ends: a command that changes something and leaves at once
    catches it in the middle of a wait that may lose the first word (Python 3.11)."""
    lost: list[str] = []

    async def follow(directory: Directory, dsn: str) -> None:
        directory.loaded.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost.append("once")
                if len(lost) > 1:
                    raise

    monkeypatch.setattr(core, "follow", follow)
    engine = Engine(dsn, reads_pool_size=2)
    await engine.start()
    await asyncio.wait_for(engine.stop(), 10)
    assert lost == ["once", "once"]


async def _deaf(directory: Directory, dsn: str) -> None:
    directory.loaded.set()
    await asyncio.Event().wait()


async def test_an_act_is_known_where_it_was_done(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a merchant, makes a key or revokes it needs no notification: this process knows it when the act
    returns. What is opened in a block of the tests' kit is known at its end, also beside another block."""
    monkeypatch.setattr(core, "follow", _deaf)
    async with Engine(dsn, reads_pool_size=4).running() as engine:
        code, token = f"deaf-{secrets.token_hex(4)}", secrets.token_urlsafe(20)
        merchant_id = await open_merchant(engine, code, "Toko")
        assert engine.directory.merchant(merchant_id).code == code
        key_id = await create_key(engine, merchant_id, "sandbox", "test", token, name="k", prefix=token[:4])
        key = engine.directory.find_key(token)
        assert key is not None
        assert (key.key_id, key.revoked_at) == (key_id, None)
        await revoke_key(engine, merchant_id, key_id)
        revoked = engine.directory.find_key(token)
        assert revoked is not None
        assert revoked.revoked_at is not None
        shops = await asyncio.gather(*(open_shop(engine) for _ in range(4)))
        for shop in shops:
            assert engine.directory.merchant(shop.merchant_id).merchant_id == shop.merchant_id
        async with read_once(engine):
            last = await open_merchant(engine, f"{code}-last", "Toko")
            assert last not in [known.merchant_id for known in engine.directory.merchants()]
        assert engine.directory.merchant(last).code == f"{code}-last"


async def test_a_snapshot_is_of_one_moment(engine: Engine, dsn: str) -> None:
    """A whole storefront that somebody commits between two statements of a load is read wholly or not at all: nothing
    refers to what was not read."""
    merchant_id = await open_merchant(engine, f"moment-{secrets.token_hex(4)}", "Toko", simulated=True)
    seen: list[tuple[int, int]] = []

    async def read_around(connection: Connection, merchant_ids: Sequence[int]) -> dict[int, None]:
        """A part of which one table is read before the commit, and one after it."""

        async def count(table: str) -> int:
            text = f"SELECT count(*) FROM {table} WHERE merchant_id = %s"
            row = await (await connection.execute(text.encode(), (merchant_id,))).fetchone()
            return 0 if row is None else row[0]

        products = await count("products")
        if not seen:
            async with read_once(engine):
                await SCALEV.seed(DemoShop(engine, merchant_id))
        seen.append((products, await count("variants")))
        return dict.fromkeys(merchant_ids)

    torn = Directory((Part("torn", read_around), STOREFRONT), MERCHANT_SETTINGS)
    async with await open_connection(dsn) as connection:
        await torn.load(connection, [merchant_id])
        assert seen == [(0, 0)]
        assert torn.get(STOREFRONT, merchant_id).catalogue.variants == {}
        await torn.load(connection, [merchant_id])
    assert seen[1][0] > 0
    assert seen[1][1] > seen[1][0]
    assert len(torn.get(STOREFRONT, merchant_id).catalogue.variants) == seen[1][1]
