"""Shops at the desk: who sees which, and one that closes takes nothing new while what is open is finished."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from desk_kit import OPERATOR, OWNER, VIEWER, do, open_desk, seen, written
from gerai.app import App
from gerai.demo.shop import DEMOS
from gerai.domain.refusals import InputInvalid, PermissionMissing, StateConflict
from gerai.doors.http.demo import DemoShop
from gerai.engine.check import check
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.desk.acts.close_merchant import ClosedMerchant
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.acts.reopen_merchant import ReopenedMerchant
from gerai.engine.desk.acts.rotate_key import Rotation
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller
from gerai.engine.merchants.open import add_member
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.record import RecordPayment

CLOSE, REOPEN = ClosedMerchant(), ReopenedMerchant()
BOT = NewKey(door="admin", name="Bot", scopes=("orders:read", "settings:read"))
#: What each door says to an order at a closed shop, in its contract's words.
REFUSED = {
    "leuwongrr": (403, "message", "Akun pemilik token tidak aktif atau belum memenuhi syarat API."),
    "cekceir": (403, "code", "FORBIDDEN_ERROR"),
    "durianpay": (403, "error_code", "DPAY_FORBIDDEN"),
    "scalev": (403, "error_code", "insufficient_scope"),
}


async def order(within: Within) -> int:
    """An open order of Rp5.000; returns its id."""
    engine, order_id = within.engine, within.engine.ids.next()
    await engine.submit(
        PlaceOrder(
            merchant_id=within.merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number=f"N-{order_id}", secret=f"s{order_id}", total_sen=5_000_00,
            lines=(NewLine("thing", 1, "Thing", 1, 5_000_00, 5_000_00),), funding="invoice",
        )
    )  # fmt: skip
    return order_id


async def funded(within: Within, amount_sen: int) -> None:
    """A member with so much in the wallet of the desk's environment."""
    _, wallets = await add_member(within.engine, within.merchant_id, "cekceir", "ani", "Ani")
    command = ManualDeposit(
        merchant_id=within.merchant_id, environment="production", account_id=wallets["production"],
        amount_sen=amount_sen, note="", channel="cekceir",
    )  # fmt: skip
    await within.engine.submit(command)


async def test_a_closed_shop_takes_no_order_and_finishes_what_is_open(within: Within) -> None:
    """The order of before is paid, another one is refused and leaves nothing; one entry says who closed it and why."""
    open_order = await order(within)
    await do(within, "merchants.close", CLOSE, reason="pindah usaha")
    with pytest.raises(PermissionMissing, match=r"merchant\.open"):
        await order(within)
    await within.engine.submit(
        RecordPayment(
            merchant_id=within.merchant_id, environment="production", order_id=open_order, outcome="paid",
            public_id="p1", method="cash",
        )
    )  # fmt: skip
    view = await within.engine.orders.by_id(within.merchant_id, open_order)
    assert view is not None
    assert [payment.status for payment in view.payments] == ["completed"]
    assert len(await seen(within, "orders.list")) == 1
    [(_, entry)] = await written(within)
    assert (entry.act, entry.actor_name, entry.reason) == ("merchants.close", "Ani", "pindah usaha")
    assert entry.facts == {"owed_sen": 0}
    assert await check(within.engine, within.merchant_id) == []


async def test_it_opens_again(within: Within) -> None:
    """After reopening orders are taken as before; each is refused where it changes nothing, and written down once."""
    with pytest.raises(StateConflict, match="open"):
        await do(within, "merchants.reopen", REOPEN, reason="salah")
    await do(within, "merchants.close", CLOSE, reason="libur")
    with pytest.raises(StateConflict, match="closed"):
        await do(within, "merchants.close", CLOSE, reason="libur")
    await do(within, "merchants.reopen", REOPEN, reason="buka lagi")
    assert await order(within)
    assert [entry.act for _, entry in await written(within)] == ["merchants.reopen", "merchants.close"]


async def test_who_may_close_and_why(within: Within) -> None:
    """An operator and a viewer may not; nobody may without a reason; of ten at once one closes it."""
    for caller in (OPERATOR, VIEWER):
        with pytest.raises(PermissionMissing, match="settings:write"):
            await do(within, "merchants.close", CLOSE, caller, reason="x")
    with pytest.raises(InputInvalid, match="reason"):
        await do(within, "merchants.close", CLOSE)
    assert await written(within) == []
    every = [do(within, "merchants.close", CLOSE, reason="x") for _ in range(10)]
    ended = await asyncio.gather(*every, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in ended) == 1
    assert {type(one) for one in ended if isinstance(one, BaseException)} == {StateConflict}
    assert len(await written(within)) == 1


async def test_money_of_others_holds_it_open(within: Within) -> None:
    """A shop with Rp25.000 in wallets is not closed unless somebody says that it stays; then the entry says how much,
    and the wallet has it still."""
    await funded(within, 25_000_00)
    with pytest.raises(StateConflict, match="holding_money"):
        await do(within, "merchants.close", CLOSE, reason="x")
    assert await order(within)
    assert await written(within) == []
    done = await do(within, "merchants.close", ClosedMerchant(money_stays=True), reason="x")
    assert done.details == {"owed_sen": 25_000_00}
    [wallet] = await seen(within, "wallets.list")
    assert wallet.available_sen == 25_000_00
    assert await check(within.engine, within.merchant_id) == []


async def test_a_closed_shop_makes_no_key(within: Within) -> None:
    """None is made or rotated; those there are stay readable and can be revoked."""
    key = await do(within, "keys.create", BOT)
    await do(within, "merchants.close", CLOSE, reason="x")
    with pytest.raises(StateConflict, match="closed"):
        await do(within, "keys.create", BOT)
    with pytest.raises(StateConflict, match="closed"):
        await do(within, "keys.rotate", Rotation(id=int(key.id)))
    [row] = await seen(within, "keys.list")
    assert row.state == "live"


async def test_every_door_refuses_in_its_own_words(app: App, client: httpx.AsyncClient, within: Within) -> None:
    """At each counter an order of a closed shop gets the contract's answer for an owner who is not active, in both
    environments; none is placed. Reopened, the same request makes one."""
    shop = DemoShop(app.engine, within.merchant_id)
    for name, demo in DEMOS.items():
        section = await demo.seed(shop)
        await do(within, "merchants.close", ClosedMerchant(money_stays=True), reason="x")
        call, before = demo.order(section, 1), await orders_of(within)
        answer = await client.request(call.method, call.path, headers=call.headers, json=call.body)
        status, field, text = REFUSED[name]
        assert (answer.status_code, answer.json()[field]) == (status, text), name
        assert await orders_of(within) == before, name
        await do(within, "merchants.reopen", REOPEN, reason="x")
        again = await client.request(call.method, call.path, headers=call.headers, json=call.body)
        assert again.status_code in (200, 201), (name, again.text)
        assert await orders_of(within) == before + 1, name


async def orders_of(within: Within) -> int:
    """How many orders the shop has, in both environments."""
    async with within.engine.connection() as connection:
        text = "SELECT count(*) FROM orders WHERE merchant_id = %s"
        [(count,)] = await (await connection.execute(text, (within.merchant_id,))).fetchall()
    return count


async def test_each_sees_the_shops_they_may(within: Within) -> None:
    """A key sees its own shop, a person those they have a role in, whoever is at the terminal all of them; what they
    may not see is not found by its id either."""
    other = await open_desk(within.house)
    mine, theirs = within.merchant_id, other.merchant_id
    assert [row.id for row in await seen(within, "merchants.list")] == [mine]
    assert await seen(within, "merchants.show", id=theirs) == []
    both = replace_caller(OWNER, (mine, theirs))
    assert [row.id for row in await seen(within, "merchants.list", both)] == sorted((mine, theirs))
    [row] = await seen(within, "merchants.show", both, id=theirs)
    assert (row.id, row.closed_at) == (theirs, None)
    everywhere = replace_caller(OWNER, None)
    known = {row.id for row in await seen(within, "merchants.list", everywhere, limit=200)}
    assert known >= {mine, theirs}
    with pytest.raises(PermissionMissing):
        await seen(within, "merchants.list", DeskCaller(OWNER.actor, frozenset({"orders:read"})))


def replace_caller(caller: DeskCaller, merchants: tuple[int, ...] | None) -> DeskCaller:
    """The same who may look at these merchants too."""
    return DeskCaller(caller.actor, caller.permissions, caller.request_id, merchants)
