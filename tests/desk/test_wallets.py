"""Members' money at the desk: seen, topped up, put right; each sen is booked once and no wallet goes below zero."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk_kit import OPERATOR, VIEWER, do, open_desk, seen, written
from engine_kit import Shop, open_shop
from gerai.domain.filters import DepositFilter, Scope
from gerai.domain.money import MAX_SEN
from gerai.domain.refusals import (
    AmountOutOfRange,
    IdempotencyKeyReused,
    InputInvalid,
    InsufficientFunds,
    NotFound,
    PermissionMissing,
)
from gerai.engine.check import check
from gerai.engine.command import Outcome
from gerai.engine.core import Engine
from gerai.engine.desk.acts.adjust_wallet import Adjustment
from gerai.engine.desk.acts.top_up_wallet import TopUp
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import look, views
from gerai.engine.merchants.open import add_member
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.wallet.adjust import AdjustWallet


@pytest.fixture
async def member(within: Within) -> int:
    """A member of a door that shows deposits, with nothing in its wallet."""
    member_id, _ = await add_member(within.engine, within.merchant_id, "leuwongrr", "ani", "Ani")
    return member_id


async def statement(within: Within, member: int) -> list[Any]:
    """The wallet's transfers."""
    return await seen(within, "wallets.statement", id=member)


async def test_a_top_up_is_in_the_wallet_once(within: Within, member: int) -> None:
    """Ten at once under one key book once; the wallet has it, the door shows the deposit, the audit the reason."""
    top_up = TopUp(id=member, amount_sen=50_000_00, reference="FT1")
    done = await asyncio.gather(*(do(within, "wallets.top_up", top_up, reason="tunai", key="k") for _ in range(10)))
    assert sum(not one.replayed for one in done) == 1
    assert {(one.id, one.details["available_sen"]) for one in done} == {(str(member), 50_000_00)}
    [row] = await seen(within, "wallets.list")
    assert (row.id, row.door, row.available_sen, row.held_sen, row.environment) == (
        member, "leuwongrr", 50_000_00, 0, "production",
    )  # fmt: skip
    [booked] = await statement(within, member)
    assert (booked.reason, booked.in_sen, booked.available_sen, booked.note) == (
        "deposit", 50_000_00, 50_000_00, "tunai",
    )  # fmt: skip
    scope = Scope(within.merchant_id, "production", "leuwongrr", member)
    [deposit] = await within.engine.deposits.page(scope, DepositFilter(), 10)
    assert (deposit.status, deposit.provider_reference, deposit.note) == ("succeeded", "FT1", "tunai")
    assert deposit.public_id.startswith("D")
    [(_, entry)] = await written(within)
    assert (entry.reason, entry.target, entry.facts["amount_sen"]) == ("tunai", str(member), 50_000_00)
    assert await check(within.engine, within.merchant_id) == []


async def test_one_bank_line_is_one_top_up(within: Within, member: int) -> None:
    """Under one bank reference, blanks around it or not, money is booked once, whoever says so and without a key; for
    another amount or member, or as an order's money, it is refused, and nothing moves."""
    await do(within, "wallets.top_up", TopUp(id=member, amount_sen=50_000_00, reference="BCA-1"), reason="x")
    again = TopUp(id=member, amount_sen=50_000_00, reference=" BCA-1 ")
    done = await do(within, "wallets.top_up", again, OPERATOR, reason="y")
    assert (done.replayed, done.details) == (True, {"available_sen": 50_000_00})
    other, _ = await add_member(within.engine, within.merchant_id, "leuwongrr", "budi", "Budi")
    for wrong in (TopUp(id=member, amount_sen=100, reference="BCA-1"), msgspec.structs.replace(again, id=other)):
        with pytest.raises(IdempotencyKeyReused):
            await do(within, "wallets.top_up", wrong, reason="z")
    assert [row.in_sen for row in await statement(within, member)] == [50_000_00]
    assert await statement(within, other) == []
    assert await check(within.engine, within.merchant_id) == []


async def test_a_wallet_is_put_right_both_ways(within: Within, member: int) -> None:
    """Up and down to the sen, each a transfer with the seller's funding; more than there is is refused and changes
    nothing."""
    up = Adjustment(id=member, direction="up", amount_sen=1_000_01)
    await do(within, "wallets.adjust", up, reason="hadiah")
    down = Adjustment(id=member, direction="down", amount_sen=400_00)
    done = await do(within, "wallets.adjust", down, reason="koreksi")
    assert done.details == {"available_sen": 600_01}
    with pytest.raises(InsufficientFunds):
        await do(within, "wallets.adjust", msgspec.structs.replace(down, amount_sen=600_02), reason="koreksi")
    assert [(r.reason, r.in_sen - r.out_sen, r.available_sen, r.note) for r in await statement(within, member)] == [
        ("adjustment", -400_00, 600_01, "koreksi"), ("adjustment", 1_000_01, 1_000_01, "hadiah"),
    ]  # fmt: skip
    assert len(await written(within)) == 2
    assert await check(within.engine, within.merchant_id) == []


async def test_two_takings_at_once(within: Within, member: int) -> None:
    """What is there is taken once: the other is refused."""
    await do(within, "wallets.top_up", TopUp(id=member, amount_sen=100_00), reason="tunai")
    down = Adjustment(id=member, direction="down", amount_sen=60_00)
    results = await asyncio.gather(
        *(do(within, "wallets.adjust", down, reason="koreksi") for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(result, InsufficientFunds) for result in results) == 1
    same = await asyncio.gather(
        *(
            do(within, "wallets.adjust", msgspec.structs.replace(down, amount_sen=10_00), reason="x", key="k")
            for _ in range(5)
        )
    )
    assert sum(not one.replayed for one in same) == 1
    [row] = await seen(within, "wallets.list")
    assert row.available_sen == 30_00
    assert await check(within.engine, within.merchant_id) == []


async def test_what_is_held_stays_held(within: Within, member: int) -> None:
    """The statement shows a hold and its end with the order's number; what is held cannot be taken."""
    await do(within, "wallets.top_up", TopUp(id=member, amount_sen=100_00), reason="tunai")
    [wallet] = await within.engine.wallets.of_members(within.merchant_id, "production", 10)
    order_id = within.engine.ids.next()
    await within.engine.submit(
        PlaceOrder(
            merchant_id=within.merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number="N-77", secret=f"s{order_id}", funding="hold", member_id=member,
            account_id=wallet[4], lines=(NewLine("thing", 1, "Thing", 1, 70_00, 70_00),), total_sen=70_00,
        )
    )  # fmt: skip
    [row] = await seen(within, "wallets.list")
    assert (row.available_sen, row.held_sen) == (30_00, 70_00)
    with pytest.raises(InsufficientFunds):
        await do(within, "wallets.adjust", Adjustment(id=member, direction="down", amount_sen=30_01), reason="x")
    await within.engine.submit(CancelOrder(merchant_id=within.merchant_id, environment="production", order_id=order_id))
    assert [(r.phase, r.in_sen - r.out_sen, r.available_sen, r.order) for r in await statement(within, member)] == [
        ("void", 70_00, 100_00, "N-77"), ("pending", -70_00, 30_00, "N-77"), ("single", 100_00, 100_00, ""),
    ]  # fmt: skip


async def test_pages(within: Within) -> None:
    """Wallets by member, transfers from the newest, page by page; those of the other environment are not among them."""
    ids = [(await add_member(within.engine, within.merchant_id, "cekceir", f"m{n}", f"M{n}"))[0] for n in range(5)]
    for n in range(5):
        await do(within, "wallets.top_up", TopUp(id=ids[0], amount_sen=(n + 1) * 100), reason="tunai")

    async def pages(name: str, **wanted: Any) -> list[Any]:
        view, after, rows = views()[name], "", list[Any]()
        while True:
            page = await look(view, within, view.filter(after=after, limit=2, **wanted), VIEWER)
            rows += page.rows
            if not (after := page.next):
                return rows

    assert [row.id for row in await pages("wallets.list")] == ids
    assert [row.in_sen for row in await pages("wallets.statement", id=ids[0])] == [500, 400, 300, 200, 100]
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    assert [row.available_sen for row in await seen(sandbox, "wallets.list")] == [0] * 5
    assert await statement(sandbox, ids[0]) == []


async def test_who_may_and_why(within: Within, member: int) -> None:
    """Without a reason, the permission, or such a member here, nothing moves."""
    top_up = TopUp(id=member, amount_sen=100)
    with pytest.raises(InputInvalid, match="reason"):
        await do(within, "wallets.top_up", top_up)
    with pytest.raises(PermissionMissing):
        await do(within, "wallets.top_up", top_up, VIEWER, reason="x")
    other = await open_desk(within.house)
    for name, given_ in (
        ("wallets.top_up", top_up),
        ("wallets.adjust", Adjustment(id=member, direction="up", amount_sen=1)),
    ):
        with pytest.raises(NotFound):
            await do(other, name, given_, reason="x")
    with pytest.raises(NotFound):
        await statement(other, member)
    assert await seen(other, "wallets.list") == []
    await do(within, "wallets.top_up", top_up, OPERATOR, reason="x")
    assert len(await written(within)) == 1


async def test_nothing_and_too_much(shop: Shop) -> None:
    """A change of nothing, or of more than any amount, is refused."""
    for change in (0, MAX_SEN + 1, -MAX_SEN - 1):
        with pytest.raises(AmountOutOfRange):
            await shop.engine.submit(_adjust(shop, change))
    [opening] = await shop.engine.wallets.statement(shop.merchant_id, shop.account_id, None, 10)
    assert opening.reason == "deposit"


def _adjust(shop: Shop, change_sen: int) -> AdjustWallet:
    return AdjustWallet(
        merchant_id=shop.merchant_id, environment=shop.environment, account_id=shop.account_id, change_sen=change_sen
    )


@pytest.fixture
async def shop(engine: Engine) -> Shop:
    """A shop whose member has some money."""
    return await open_shop(engine, money_sen=100)


async def assert_the_books_agree(engine: Engine, changes: list[int], *, at_once: bool) -> None:
    """Hand these changes in, one after the other or at once, and look at what came of them."""
    shop = await open_shop(engine, money_sen=100)
    commands = [engine.submit(_adjust(shop, change)) for change in changes]
    groups = [commands] if at_once else [[command] for command in commands]
    done = [one for group in groups for one in await asyncio.gather(*group, return_exceptions=True)]
    assert {type(one) for one in done} <= {Outcome, InsufficientFunds, AmountOutOfRange}
    booked = [change for change, one in zip(changes, done, strict=True) if isinstance(one, Outcome)]
    balance = await engine.wallets.balance(shop.merchant_id, shop.account_id)
    assert balance.available_sen == 100 + sum(booked) >= 0
    funding = engine.directory.merchant(shop.merchant_id).accounts[shop.environment, "funding"]
    sides = {shop.account_id: 0, funding: 0}
    for transfer in await engine.wallets.statement(shop.merchant_id, shop.account_id, None, 50):
        sides[transfer.debit_account_id] -= transfer.amount_sen
        sides[transfer.credit_account_id] += transfer.amount_sen
    assert sides == {shop.account_id: balance.available_sen, funding: -balance.available_sen}
    assert await check(engine, shop.merchant_id) == []


def test_the_books_after_any_adjustments(dsn: str) -> None:
    """Whatever is put in or taken out: the wallet has what was booked and never less than nothing, both sides of the
    transfers sum to zero, and the check of the books finds nothing."""
    with asyncio.Runner() as runner:
        engine = Engine(dsn, deadline_s=60.0)
        runner.run(engine.start())

        @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.integers(-300, 300), max_size=8), st.booleans())
        def walk(changes: list[int], at_once: bool) -> None:
            runner.run(assert_the_books_agree(engine, changes, at_once=at_once))

        try:
            walk()
        finally:
            runner.run(engine.stop())
