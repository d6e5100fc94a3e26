"""Two engines on one database, as two server processes are: they never collide, wait in circles or disagree."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine_kit import Shop, another_engine, assert_within, open_shop
from gerai.domain.refusals import InsufficientFunds, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.command import Contact
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.directory import Part
from gerai.engine.keys.manage import create_key, revoke_key
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payments.record import RecordPayment
from gerai.merchant_settings import MerchantSettings

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def test_ids_never_collide(dsn: str) -> None:
    """Ten thousand ids of each of two engines, drawn side by side with refills: all different, all positive."""
    async with another_engine(dsn) as one, another_engine(dsn) as two:
        drawn: list[int] = []
        for _ in range(100):
            for engine in (one, two):
                drawn += [engine.ids.next() for _ in range(100)]
                async with engine.connection() as connection:
                    await engine.ids.refill(connection)
        assert len(set(drawn)) == len(drawn) == 20_000
        assert min(drawn) > 0


async def test_a_revoked_key_stops_in_the_other_process_within_a_second(dsn: str, engine: Engine) -> None:
    """A key made here works there; revoked here, it is revoked there within a second. So with settings."""
    async with another_engine(dsn) as other:
        merchant_id = await open_merchant(engine, f"keys-{secrets.token_hex(4)}", "Keys")
        token = secrets.token_hex(20)
        key_id = await create_key(engine, merchant_id, "sandbox", "test", token, name="k", prefix=token[:4])
        await assert_within(lambda: other.directory.find_key(token) is not None, 1.0)
        found = other.directory.find_key(token)
        assert found is not None
        assert (found.key_id, found.revoked_at) == (key_id, None)
        await revoke_key(engine, merchant_id, key_id)
        mine = engine.directory.find_key(token)
        assert mine is not None
        assert mine.revoked_at is not None
        await assert_within(lambda: getattr(other.directory.find_key(token), "revoked_at", None) is not None, 1.0)
        with pytest.raises(NotFound):
            await revoke_key(engine, merchant_id, key_id)
        await change_settings(other, merchant_id, {"late_payment": "hold"})
        await assert_within(lambda: engine.directory.merchant(merchant_id).settings.late_payment == "hold", 1.0)


async def test_the_directory_survives_the_loss_of_its_connection(dsn: str, engine: Engine) -> None:
    """The listening connection is killed: what changed meanwhile is known once it is back."""
    async with another_engine(dsn) as other:
        merchant_id = await open_merchant(engine, f"lost-{secrets.token_hex(4)}", "Lost")
        await assert_within(lambda: merchant_id in {m.merchant_id for m in other.directory.merchants()}, 1.0)
        async with engine.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %gerai_directory%'"
            )
        await change_settings(engine, merchant_id, {"late_payment": "wallet"})
        await assert_within(lambda: other.directory.merchant(merchant_id).settings.late_payment == "wallet", 5.0)
        await change_settings(engine, merchant_id, {"late_payment": "hold"})
        await assert_within(lambda: other.directory.merchant(merchant_id).settings.late_payment == "hold", 5.0)


async def test_the_directory_survives_a_row_it_cannot_read(dsn: str, engine: Engine) -> None:
    """One merchant's broken catalogue: what is known stays known, and changes after its repair are seen."""
    broken = {"now": False}

    async def load(connection: Any, merchant_ids: Sequence[int]) -> dict[int, int]:
        if broken["now"]:
            raise ValueError("a row that makes no sense")
        return {merchant_id: merchant_id for merchant_id in merchant_ids}

    merchant_id = await open_merchant(engine, f"odd-{secrets.token_hex(4)}", "Odd")
    async with another_engine(dsn, parts=(Part("odd", load),)) as other:
        broken["now"] = True
        await change_settings(engine, merchant_id, {"late_payment": "wallet"})
        await asyncio.sleep(0.1)
        assert other.directory.merchant(merchant_id).settings == MerchantSettings()
        broken["now"] = False
        await assert_within(lambda: other.directory.merchant(merchant_id).settings.late_payment == "wallet", 5.0)


async def test_an_engine_does_not_start_on_a_database_it_cannot_read(dsn: str) -> None:
    """A first load that fails ends the start with the reason, and leaves nothing running."""

    async def load(connection: Any, merchant_ids: Sequence[int]) -> dict[int, int]:
        raise ValueError("a row that makes no sense")

    with pytest.raises(ValueError, match="makes no sense"):
        async with another_engine(dsn, parts=(Part("odd", load),)):
            pytest.fail("it must not start")


async def test_overlapping_hot_rows_never_wait_in_a_circle(dsn: str, engine: Engine) -> None:
    """Two engines write batches that touch the same few wallets, stock rows and orders of three merchants in every
    order: nothing deadlocks, nothing is lost, and the books agree afterwards."""
    shops = [await open_shop(engine, money_sen=100_000_00) for _ in range(3)]
    async with another_engine(dsn) as rival:
        stock = [await shop.add_stock(10_000) for shop in shops]
        opened = [await shop.place(lines=(shop.line(5_000_00, 1, stock[n]),)) for n, shop in enumerate(shops)]
        async with engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
            [before] = await cursor.fetchone() or (0,)

        async def work(writer: Engine, seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(40):
                picked = chance.sample(range(3), 3)
                await asyncio.gather(*(_touch(replace(shops[n], engine=writer), stock[n], opened[n]) for n in picked))

        await asyncio.gather(*(work(writer, seed) for seed in range(5) for writer in (engine, rival)))
        async with engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
            assert await cursor.fetchone() == (before,)
        for n, shop in enumerate(shops):
            assert await shop.count("orders") == 401
            assert await shop.stock(stock[n]) == (10_000, 401)
            assert (await shop.wallet()).available_sen == 100_000_00 - 400 * 1_00
            assert await check(engine, shop.merchant_id) == []


async def _touch(shop: Shop, stock_id: int, opened: Any) -> None:
    """A wallet order with stock, and a look at the shop's common order that changes nothing."""
    placed, refused = await asyncio.gather(
        shop.place("wallet", 1_00, lines=(shop.line(1_00, 1, stock_id),)),
        shop.do(RecordPayment, opened, outcome="failed", payment_id=1),
        return_exceptions=True,
    )
    assert isinstance(refused, NotFound)
    if isinstance(placed, BaseException):
        raise placed


async def test_the_last_money_is_spent_once(dsn: str, engine: Engine) -> None:
    """Two processes race for a wallet that can pay one of two orders, a hundred times: always exactly one is paid."""
    shop = await open_shop(engine)
    async with another_engine(dsn) as rival:
        other = replace(shop, engine=rival)
        for _ in range(100):
            await shop.deposit(1_00)
            outcomes = await asyncio.gather(
                shop.place("wallet", 1_00), other.place("hold", 1_00), return_exceptions=True
            )
            assert sorted(isinstance(outcome, InsufficientFunds) for outcome in outcomes) == [False, True]
            assert (await shop.wallet()).available_sen == 0
        assert await check(engine, shop.merchant_id) == []


async def test_a_deposit_is_credited_once(dsn: str, engine: Engine) -> None:
    """Two processes hear of the same payment at the same moment, sixty times: one credits the wallet, the other is told
    that it was done. So when it is cancelled meanwhile: then it is paid late, or paid and not cancelled."""
    shop = await open_shop(engine)
    async with another_engine(dsn) as rival:
        other = replace(shop, engine=rival)
        for number in range(60):
            deposit = await shop.start_deposit(1_00)
            news = [each.with_deposit(RecordDeposit, deposit, outcome="paid") for each in (shop, other)]
            acts = [*news, other.with_deposit(CancelDeposit, deposit)] if number % 2 else news
            outcomes = await asyncio.gather(*acts, return_exceptions=True)
            assert [isinstance(outcome, StateConflict) for outcome in outcomes[:2]].count(True) == 1
            assert all(isinstance(o, StateConflict) for o in outcomes if isinstance(o, BaseException))
            assert (await shop.wallet()).available_sen == (number + 1) * 1_00
        assert await shop.count("transfers") == 60
        assert await check(engine, shop.merchant_id) == []


async def test_wallets_of_deposits_and_of_orders_never_wait_in_a_circle(dsn: str, engine: Engine) -> None:
    """Two engines settle deposits into, and orders from, the same two wallets in every order: nothing deadlocks."""
    shop = await open_shop(engine, money_sen=100_000_00)
    member_id, wallets = await add_member(engine, shop.merchant_id, "test", "second", "Second")
    async with another_engine(dsn) as rival, engine.connection() as connection:
        cursor = await connection.execute(DEADLOCKS)
        before = await cursor.fetchone()
        second = replace(shop, member_id=member_id, account_id=wallets["production"])
        for _ in range(40):
            held, *started = await asyncio.gather(
                shop.place("hold", 1_00), *(each.start_deposit(2_00) for each in (shop, second, second, shop))
            )
            acts = [
                replace(shop, engine=writer).with_deposit(RecordDeposit, deposit, outcome="paid")
                for deposit, writer in zip(started, (engine, rival, engine, rival), strict=True)
            ]
            await asyncio.gather(*acts, replace(shop, engine=rival).do(CancelOrder, held), shop.place("wallet", 1_00))
        cursor = await connection.execute(DEADLOCKS)
        assert await cursor.fetchone() == before
        assert (await shop.wallet()).available_sen == 100_000_00 + 40 * 3_00
        assert (await second.wallet()).available_sen == 40 * 4_00
        assert await check(engine, shop.merchant_id) == []


async def test_the_last_piece_is_sold_once(dsn: str, engine: Engine) -> None:
    """Ten pieces and thirty buyers in two processes: ten orders."""
    shop = await open_shop(engine)
    async with another_engine(dsn) as rival:
        stock_id = await shop.add_stock(10)
        outcomes = await asyncio.gather(
            *(
                replace(shop, engine=writer).place(lines=(shop.line(5_000_00, 1, stock_id),))
                for _ in range(15)
                for writer in (engine, rival)
            ),
            return_exceptions=True,
        )
        assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 10
        assert await shop.stock(stock_id) == (10, 10)


async def test_paid_and_cancelled_at_once_ends_one_way(dsn: str, engine: Engine) -> None:
    """The payer pays while the seller cancels: either the order is paid, or it is cancelled and the money is late."""
    shop = await open_shop(engine)
    async with another_engine(dsn) as rival:
        ends: set[tuple[str, str]] = set()
        for number in range(60):
            placed = await shop.place()
            both = [shop.pay(placed), replace(shop, engine=rival).do(CancelOrder, placed)]
            outcomes = await asyncio.gather(*(both if number % 2 else reversed(both)), return_exceptions=True)
            assert all(isinstance(o, StateConflict) for o in outcomes if isinstance(o, BaseException))
            query = "SELECT o.status, p.status FROM orders o JOIN payments p USING (merchant_id, order_id) "
            [end] = await shop.rows(query + "WHERE merchant_id = %s AND order_id = %s", placed.view.order.order_id)
            ends.add((end[0], end[1]))
        assert ends <= {("processing", "completed"), ("cancelled", "late")}
        assert await check(engine, shop.merchant_id) == []


@pytest.mark.parametrize("handle", ["email", "mobile"])
async def test_one_customer_at_two_counters_becomes_one_member(dsn: str, engine: Engine, handle: str) -> None:
    """Two processes meet the same new customer at the same moment, fifty times: one member each, two orders each."""
    shop = await open_shop(engine)
    async with another_engine(dsn) as rival:
        for number in range(50):
            named = {"email": f"c{number}@example.id"} if handle == "email" else {"mobile": f"+62811100{number}"}
            contacts = [Contact(public_id=f"{who}{number}", **named) for who in ("a", "b")]
            one, two = await asyncio.gather(
                shop.place(contact=contacts[0]), replace(shop, engine=rival).place(contact=contacts[1])
            )
            assert one.view.order.member_id == two.view.order.member_id
        assert await shop.count("members") == 51
        assert await shop.count("orders") == 100
