"""What a person does about payments and top-ups of which a gateway says something odd, at the terminal."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from terminal_kit import gerai as gerai_apart
from terminal_kit import gerai_here as gerai

from gateway_kit import PRICE, ToyGateway, gateway_shop
from gerai.cli.gateways import GATEWAYS
from gerai.domain.money import rupiah
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.give_back import give_back
from gerai.engine.merchants.open import change_settings
from gerai.kit.discover import discover
from gerai.ports.gateways import GatewayRefused
from top_up_kit import top_ups


@pytest.fixture(autouse=True)
def toy_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if its folder were among the partners."""
    toy = ToyGateway()
    monkeypatch.setitem(GATEWAYS, "toy", toy)

    def found(package: str, name: str) -> dict[str, Any]:
        return discover(package, name) | ({"toy": toy} if name == "GATEWAY" else {})

    monkeypatch.setattr("gerai.found.discover", found)


async def test_another_amount(dsn: str, engine: Engine) -> None:
    """The list names the top-up, and what to do; an order's money waits with what came late. Money that is there is
    booked by the code, to the rupiah that was asked for; what is decided is listed no more."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    async with shop.desk:
        ani = await top_ups(shop)
        payment, deposit = await shop.started(), await ani.started()
        for one in (payment, deposit):
            shop.toy.pays(one, paid_sen=PRICE - 100)
            await shop.look(one)
    rc, out, err = await gerai(dsn, "payments", "gateways", "faults", *of)
    assert rc == 0, err
    for part in (deposit.public_id, "payment or top-up", "gerai payments resolve TOPUP accept|refund"):
        assert part in " ".join(out.split())
    assert (out.count("mismatch"), payment.public_id in out) == (1, False)
    waiting = " ".join((await gerai(dsn, "payments", "waiting", *of))[1].split())
    assert (payment.public_id in waiting, "other amount" in waiting) == (True, True)
    code = deposit.public_id
    for amount in (("--amount", "49999"), ()):
        rc, _, err = await gerai(dsn, "payments", "confirm", code, *amount, *of)
        assert (rc, await ani.stands(deposit)) == (1, ("pending", 0))
    assert "Rp49.999 arrived, but Rp50.000 was asked: nothing is booked" in " ".join(err.split())
    assert f"gerai payments resolve {code} accept|refund" in " ".join(err.split())
    assert (await gerai(dsn, "payments", "confirm", code, "--amount", "50000", *of))[0] == 0
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    out = (await gerai(dsn, "payments", "gateways", "faults", *of))[1]
    assert code not in out
    assert await check(engine, shop.merchant_id) == []


async def test_another_amount_that_is_accepted(dsn: str, engine: Engine) -> None:
    """It is in the wallet as it came, and said so; decided once."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    async with shop.desk:
        ani = await top_ups(shop)
        deposit = await ani.started()
        shop.toy.pays(deposit, paid_sen=PRICE - 100)
        await shop.look(deposit)
    resolve = ("payments", "resolve", deposit.public_id, "accept", *of)
    rc, out, err = await gerai(dsn, *resolve)
    assert (rc, "Rp49.999 is in the wallet of member" in " ".join(out.split())) == (0, True), err
    assert (await gerai(dsn, *resolve))[0] == 1
    assert await ani.stands(deposit) == ("succeeded", PRICE - 100)
    assert await check(engine, shop.merchant_id) == []


async def test_another_amount_is_decided_once(dsn: str, engine: Engine) -> None:
    """With the amount that came nothing is confirmed, and what decides it is named; decided twice at once, into the
    wallet or back, exactly what came moves, once; then the list has it no more, and nothing of it is refunded again."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    came_sen = PRICE - rupiah(12_500)
    async with shop.desk:
        ani = await top_ups(shop)
        kept, back = await ani.started("BNI"), await ani.started("BNI")
        for one in (kept, back):
            shop.toy.pays(one, paid_sen=came_sen)
            await shop.look(one)
        for words in (("confirm", kept.public_id, "--amount", "37500"), ("refund", kept.public_id)):
            rc, out, err = await gerai(dsn, "payments", *words, *of)
            assert (rc, out, f"gerai payments resolve {kept.public_id} " in err) == (1, "", True), err
        assert await ani.stands(kept) == ("pending", 0)
        for one, decision in ((kept, "wallet"), (back, "refund")):
            resolve = ("payments", "resolve", one.public_id, decision, *of)
            said = await asyncio.gather(gerai_apart(dsn, *resolve), gerai_apart(dsn, *resolve))
            assert sorted(rc for rc, _, _ in said) == [0, 1], said
        [listed] = await engine.payments.refunds(shop.merchant_id)
        assert (listed.task.amount_sen, listed.payment) == (came_sen, back.public_id)
        for _ in range(2):
            await give_back(engine, shop.desk, shop.merchant_id, None, listed.task.task_id)
    assert shop.toy.given_back == [(back.public_id, came_sen)]
    assert (await ani.stands(kept), (await ani.now(back)).status) == (("succeeded", came_sen), "refunded")
    faults = (await gerai(dsn, "payments", "gateways", "faults", *of))[1]
    assert faults.startswith("nothing waits")
    for one, said in ((kept, "Rp37.500 of top-up"), (back, "is refunded already")):
        rc, _, err = await gerai(dsn, "payments", "refund", one.public_id, *of)
        assert (rc, said in err) == (1, True), err
    assert await engine.payments.refunds(shop.merchant_id) == []
    assert await check(engine, shop.merchant_id) == []


async def test_a_late_top_up_that_goes_back(dsn: str, engine: Engine) -> None:
    """Its gateway gives nothing back that came this way: a person is asked to at once, and the job changes nothing."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    await change_settings(engine, shop.merchant_id, {"late_payment": "hold"})
    async with shop.desk:
        ani = await top_ups(shop)
        deposit = await ani.started()
        await ani.ends(deposit)
        shop.toy.pays(deposit)
        await shop.look(deposit)
    assert deposit.public_id in (await gerai(dsn, "payments", "waiting", *of))[1]
    rc, out, err = await gerai(dsn, "payments", "resolve", deposit.public_id, "refund", *of)
    [listed] = await engine.payments.refunds(shop.merchant_id)
    task = str(listed.task.task_id)
    said = " ".join(out.split())
    assert rc == 0, err
    assert "Rp50.000 is owed to its payer (the gateway gives nothing back that was paid this way)" in said
    assert (f"gerai payments refunds done {task}" in said, "through its gateway" in said) == (True, False)
    await give_back(engine, shop.desk, shop.merchant_id, None, listed.task.task_id)
    assert (await ani.stands(deposit), shop.toy.given_back) == (("refunded", 0), [])
    out = " ".join((await gerai(dsn, "payments", "refunds", "list", *of))[1].split())
    assert f"{task}: the gateway gives nothing back that was paid this way" in out
    rc, out, err = await gerai(dsn, "payments", "refunds", "withdraw", task, *of)
    assert (rc, f"Rp50.000 of top-up {deposit.public_id} is not to be sent" in " ".join(out.split())) == (0, True), err
    assert await ani.stands(deposit) == ("late", 0)
    assert await check(engine, shop.merchant_id) == []


async def test_who_sends_a_refund_is_known_beforehand(dsn: str, engine: Engine) -> None:
    """Of an order's money, by `refund` and by `resolve`: where the way gives nothing back it is the
    seller's at once, and can be said to be sent; else its gateway's."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    async with shop.desk:
        by_hand, whole = await shop.started("BCA"), await shop.started("BNI")
        late = await shop.started("BCA")
        for one in (by_hand, whole):
            shop.toy.pays(one)
            await shop.look(one)
        shop.toy.pays(late, paid_sen=PRICE - 100)
        await shop.look(late)
        for words, told in (
            (("refund", by_hand.public_id, "--amount", "20000"), "Rp20.000 is owed to its payer (the gateway gives"),
            (("resolve", late.public_id, "refund"), "Rp49.999 is owed to its payer (the gateway gives nothing back"),
            (("refund", whole.public_id), "Rp50.000 goes back through its gateway"),
        ):
            rc, out, err = await gerai(dsn, "payments", *words, *of)
            assert (rc, told in " ".join(out.split())) == (0, True), (out, err)
        tasks = {one.payment: one.task for one in await engine.payments.refunds(shop.merchant_id)}
        stands = {name: (task.status, task.amount_sen) for name, task in tasks.items()}
        assert stands == {
            by_hand.public_id: ("open", rupiah(20_000)), late.public_id: ("open", PRICE - 100),
            whole.public_id: ("sending", PRICE),
        }  # fmt: skip
        for task in tasks.values():
            await give_back(engine, shop.desk, shop.merchant_id, task.order_id, task.task_id)
        assert shop.toy.given_back == [(whole.public_id, PRICE)]
        assert ("find_refund", by_hand.public_id) not in shop.toy.asked
        done = ("payments", "refunds", "done", str(tasks[by_hand.public_id].task_id), "--reference", "BCA-7", *of)
        assert (await gerai(dsn, *done))[0] == 0
    assert [one.payment for one in await engine.payments.refunds(shop.merchant_id)] == [late.public_id]
    assert await check(engine, shop.merchant_id) == []


async def test_a_refund_that_the_gateway_will_not_send(dsn: str, engine: Engine) -> None:
    """The list says who sends it and why the gateway would not; asked again it is the gateway's, and cannot be done by
    hand before it is taken; then it can, once."""
    shop = await gateway_shop(engine)
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    async with shop.desk:
        payment = await shop.started("BNI")
        shop.toy.pays(payment)
        await shop.look(payment)
        rc, out, err = await gerai(dsn, "payments", "refund", payment.public_id, *of)
        assert (rc, "goes back through its gateway" in " ".join(out.split())) == (0, True), err
        [listed] = await engine.payments.refunds(shop.merchant_id)
        task = str(listed.task.task_id)
        assert "its gateway" in " ".join((await gerai(dsn, "payments", "refunds", "list", *of))[1].split())
        shop.toy.refunding = [GatewayRefused("412", "balance too low")]
        await give_back(engine, shop.desk, shop.merchant_id, payment.order_id, listed.task.task_id)
    out = " ".join((await gerai(dsn, "payments", "refunds", "list", *of))[1].split())
    assert f"{task}: Toy: 412 balance too low" in out
    rc, out, err = await gerai(dsn, "payments", "refunds", "again", task, *of)
    assert (rc, "asked again to send Rp50.000" in " ".join(out.split())) == (0, True), err
    by_hand = ("payments", "refunds", "done", task, "--reference", "BCA-1", *of)
    rc, _, err = await gerai(dsn, *by_hand)
    assert (rc, f"gerai payments refunds take {task}" in " ".join(err.split())) == (1, True), err
    assert (await gerai(dsn, "payments", "refunds", "take", task, *of))[0] == 0
    assert (await gerai(dsn, *by_hand))[0] == 0
    assert (shop.toy.given_back, await engine.payments.refunds(shop.merchant_id)) == ([], [])
    assert await check(engine, shop.merchant_id) == []
