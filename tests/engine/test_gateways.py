"""Payments that a gateway takes: stored before it is asked, never failed because an answer was lost, paid once, and
never by another amount."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway_kit import KEY, METHODS, PRICE, GatewayShop, ToyGateway, gateway_shop
from gerai.domain.money import rupiah
from gerai.domain.refusals import InputInvalid, MethodUnavailable, PartnerUnavailable, Refusal
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import close_contract, draft_contract, open_contract, ways_of
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.due import due_of
from gerai.engine.gateways.follow import end, faults_of, follow, to_look_at
from gerai.engine.gateways.record import instructed
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payment_steps import END_AT_GATEWAY_TASK, FOLLOW_GATEWAY_TASK
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.offered import offered_channels
from gerai.kit.clock import real_now
from gerai.kit.http import Unanswered, Unreachable
from gerai.kit.secret_box import SecretBox, new_key
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, Seen
from top_up_kit import top_ups


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


async def test_from_the_start_to_the_paid_order(shop: GatewayShop) -> None:
    """The payer sees what the gateway answered; once it says that the buyer paid, the order is paid, once."""
    payment = await shop.started()
    assert (payment.status, payment.instructions["kind"], payment.instructions["code"][:4]) == (
        "processing",
        "code",
        "8808",
    )
    assert (await shop.attempt(payment)).status == "open"
    await shop.look(payment)
    assert await shop.stands(payment) == ("processing", 0)
    happened = await shop.engine.events.of_orders(shop.merchant_id, [payment.order_id])
    assert [one.name for one in happened if one.name.startswith("payment.")] == ["payment.started"]
    shop.toy.pays(payment)
    await asyncio.gather(*(shop.look(payment) for _ in range(5)))
    assert await shop.stands(payment) == ("completed", PRICE)
    assert (await shop.attempt(payment)).status == "ended"
    await shop.look(payment)
    assert await shop.stands(payment) == ("completed", PRICE)
    assert [asked for asked in shop.toy.asked if asked[0] == "start"] == [("start", payment.public_id)]


async def test_what_is_refused_is_failed_and_the_order_stays_payable(shop: GatewayShop) -> None:
    """Said no, or certainly not reached: nothing is open there, and the payer chooses another way at once."""
    for fails, refusal in (
        (GatewayRefused("402", "not enabled"), MethodUnavailable), (Unreachable("ConnectError"), PartnerUnavailable),
    ):  # fmt: skip
        shop.toy.fails, shop.toy.made = fails, False
        view = await shop.ordered()
        payment = await shop.stored(view)
        with pytest.raises(refusal):
            await shop.desk.started(await shop.now(payment), payment.payment_id)
        assert await shop.stands(payment) == ("failed", 0)
        assert (await shop.attempt(payment)).status == "ended"
        other = await shop.stored(await shop.now(payment), "BNI")
        await shop.desk.started(await shop.now(other), other.payment_id)
        assert instructed((await shop.now(other)).payments[-1])
        assert [p.failure for p in (await shop.now(payment)).payments] == [{}, {}]


async def test_what_ends_too_soon_is_not_started(shop: GatewayShop) -> None:
    """A gateway that needs longer than the order has is not asked: another way is chosen at once."""
    view = await shop.ordered(expires_at=real_now() + timedelta(seconds=50))
    payment = await shop.stored(view)
    with pytest.raises(MethodUnavailable):
        await shop.desk.started(await shop.now(payment), payment.payment_id)
    assert (await shop.stands(payment), shop.toy.asked) == (("failed", 0), [])


async def test_an_answer_that_was_lost_is_found(shop: GatewayShop) -> None:
    """The start may have been made: the payment stays open without anything to pay with, and the next look brings what
    the gateway made, or the money that has come by then."""
    for pays in (False, True):
        shop.toy.fails, shop.toy.hidden = OutcomeUnknown("TimeoutError"), True
        payment = await shop.stored(await shop.ordered())
        with pytest.raises(PartnerUnavailable):
            await shop.desk.started(await shop.now(payment), payment.payment_id)
        shop.toy.hidden = False
        assert await shop.stands(payment) == ("processing", 0)
        assert not instructed((await shop.now(payment)).payments[-1])
        if pays:
            shop.toy.pays(payment)
        await shop.look(payment)
        assert await shop.stands(payment) == (("completed", PRICE) if pays else ("processing", 0))
        assert pays or instructed((await shop.now(payment)).payments[-1])
        assert len([1 for what, of in shop.toy.asked if (what, of) == ("start", payment.public_id)]) == 1


async def test_one_look_may_be_enough(shop: GatewayShop) -> None:
    """The answer came too late, and the gateway has it: whoever waits gets the number, and need not come again."""
    shop.toy.fails = OutcomeUnknown("TimeoutError")
    payment = await shop.stored(await shop.ordered())
    view = await shop.desk.started(await shop.now(payment), payment.payment_id)
    assert instructed(view.payments[-1])
    assert [what for what, _ in shop.toy.asked] == ["start", "find"]


async def test_a_code_that_is_told_once_is_asked_for_again(shop: GatewayShop) -> None:
    """The answer with the QR was lost, and a look has none: started once more by the same reference it is the same
    payment, and its payer has something to pay."""
    shop.toy.fails, shop.toy.forgets, shop.toy.hidden = OutcomeUnknown("TimeoutError"), True, True
    payment = await shop.stored(await shop.ordered())
    with pytest.raises(PartnerUnavailable):
        await shop.desk.started(await shop.now(payment), payment.payment_id)
    shop.toy.hidden, shop.toy.asked = False, []
    await shop.look(payment)
    shown = (await shop.now(payment)).payments[-1]
    made = shop.toy.payments[payment.public_id].instructions
    assert made is not None
    assert (instructed(shown), shown.instructions["code"]) == (True, made.code)
    await shop.look(payment)
    assert [what for what, _ in shop.toy.asked] == ["find", "start", "find"]


async def test_a_start_that_was_never_made_is_failed_only_when_that_is_known(shop: GatewayShop) -> None:
    """A crash before the call: the gateway does not know the payment the second time, either, and it is failed. One
    that cannot be asked by our reference is never failed by that: it waits for its end, visibly."""
    payment = await shop.stored(await shop.ordered())
    await shop.look(payment)
    assert await shop.stands(payment) == ("processing", 0)
    await shop.look(payment)
    assert await shop.stands(payment) == ("failed", 0)

    shop.toy.recoverable = False
    payment = await shop.stored(await shop.ordered())
    for _ in range(5):
        await shop.look(payment)
    assert await shop.stands(payment) == ("processing", 0)
    assert (await shop.attempt(payment)).status == "asked"
    listed = await to_look_at(shop.engine, shop.merchant_id)
    assert [(name, one.fault) for name, one in listed] == [
        (payment.public_id, "nobody knows whether it was started there")
    ]


async def test_a_crash_after_the_call(shop: GatewayShop) -> None:
    """The gateway made it, and nobody wrote it down: the job that was deferred with the payment does."""
    payment = await shop.stored(await shop.ordered())
    contract = await shop.desk.contract(shop.merchant_id, shop.contract.contract_id)
    assert contract is not None
    view = await shop.now(payment)
    await shop.toy.start(shop.desk.http(contract[1]), contract[1], shop.desk.attempt_of(due_of(view, payment)))
    [due_s] = await shop.jobs(payment, FOLLOW_GATEWAY_TASK)
    assert 50 < due_s <= 60
    await shop.look(payment)
    assert instructed((await shop.now(payment)).payments[-1])


async def test_money_after_the_end_is_late(shop: GatewayShop) -> None:
    """The order ran out while its code could still be paid: it comes back, as after any late payment."""
    payment = await shop.started(expires_at=real_now() + timedelta(hours=1))
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = now() - interval '1 second' WHERE order_id = %s", (payment.order_id,)
        )
    names = {"merchant_id": shop.merchant_id, "environment": "production"}
    await shop.engine.submit(ExpireOrder(**names, order_id=payment.order_id))
    assert await shop.stands(payment) == ("expired", 0)
    assert (await shop.attempt(payment)).status == "open"
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    shop.toy.pays(payment)
    await shop.look(payment)
    assert await shop.stands(payment) == ("late", 0)


async def test_what_a_payer_left_is_ended_at_the_gateway(shop: GatewayShop) -> None:
    """Another way was chosen: the first one is cancelled where it could still be paid, by a job of the same commit. Who
    was quicker has paid late; what cannot be cancelled is followed on."""
    names = {"merchant_id": shop.merchant_id, "environment": "production"}
    for quicker in (False, True):
        payment = await shop.started()
        if quicker:
            shop.toy.pays(payment)
        await shop.engine.submit(CancelPayment(**names, order_id=payment.order_id, payment_id=payment.payment_id))
        assert len(await shop.jobs(payment, END_AT_GATEWAY_TASK)) == 1
        await end(shop.engine, shop.desk, shop.merchant_id, target_of(payment))
        stands = await shop.stands(payment)
        assert stands == (("completed", PRICE) if quicker else ("cancelled", 0))
        assert (await shop.attempt(payment)).status == "ended"
    shop.toy.cancels = False
    payment = await shop.started()
    await shop.engine.submit(CancelPayment(**names, order_id=payment.order_id, payment_id=payment.payment_id))
    await end(shop.engine, shop.desk, shop.merchant_id, target_of(payment))
    assert ("cancel", payment.public_id) not in shop.toy.asked
    assert (await shop.attempt(payment)).status == "open"


async def test_it_is_looked_at_ever_more_seldom(shop: GatewayShop) -> None:
    """At 1, 5 and 15 minutes, then every hour until a day after its end; not any more once it is paid."""
    payment = await shop.started()
    for expected in (60, 240, 600, 3600, 3600):
        due_s = await shop.jobs(payment, FOLLOW_GATEWAY_TASK)
        assert expected - 10 < due_s[-1] <= expected
        await shop.look(payment)
    before = len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK))
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET expires_at = now() - interval '25 hours' WHERE payment_id = %s", (payment.payment_id,)
        )
    await shop.look(payment)
    shop.toy.pays(payment)
    await shop.look(payment)
    await shop.look(payment)
    assert len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)) == before


@pytest.mark.parametrize(
    "fails", [Unanswered("TimeoutError"), Unreachable("ConnectError"), GatewayRefused("401", "key")]
)
async def test_a_gateway_that_cannot_be_asked_is_asked_again(shop: GatewayShop, fails: Exception) -> None:
    """Nothing is concluded from silence."""
    payment = await shop.started()
    shop.toy.fails = fails
    before = len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK))
    await shop.look(payment)
    assert await shop.stands(payment) == ("processing", 0)
    assert len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)) == before + 1
    shop.toy.fails = None
    shop.toy.pays(payment)
    await shop.look(payment)
    assert await shop.stands(payment) == ("completed", PRICE)


@pytest.mark.parametrize("status", ["failed", "expired", "cancelled"])
async def test_an_end_at_the_gateway_ends_it_here(shop: GatewayShop, status: str) -> None:
    """And a paid payment never goes back, whatever is reported later."""
    payment = await shop.started()
    seen = shop.toy.payments[payment.public_id]
    shop.toy.payments[payment.public_id] = replace(seen, status=status, instructions=None)  # type: ignore[arg-type]
    await shop.look(payment)
    assert await shop.stands(payment) == ("failed" if status == "failed" else "expired", 0)
    paid = await shop.started()
    shop.toy.pays(paid)
    await shop.look(paid)
    await shop.engine.submit(seen_of(paid, Seen(status, "toy")))  # type: ignore[arg-type]
    assert await shop.stands(paid) == ("completed", PRICE)


async def test_an_end_that_was_reported_is_not_the_last_word(shop: GatewayShop) -> None:
    """The gateway reported the end, by its notice or when it was looked at; then it is paid there, and that report is
    lost: it is found at the next look, and is late. Nobody is told to look at what has merely ended, and a day after
    its end nothing is looked at any more."""
    for status in ("expired", "failed", "cancelled"):
        for looked_at in (True, False):
            payment = await shop.started()
            seen = shop.toy.payments[payment.public_id]
            ended = replace(seen, status=status, instructions=None)  # type: ignore[arg-type]
            shop.toy.payments[payment.public_id] = ended
            if looked_at:
                await shop.look(payment)
            else:
                await shop.engine.submit(seen_of(payment, ended))
            assert (await shop.attempt(payment)).status == "ended"
            starts, before = (
                shop.toy.asked.count(("start", payment.public_id)),
                await shop.jobs(payment, FOLLOW_GATEWAY_TASK),
            )
            shop.toy.fails = GatewayRefused("404", "gone")
            await shop.look(payment)
            shop.toy.fails = None
            assert len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)) == len(before) + 1
            assert (await shop.attempt(payment)).fault == ""
            shop.toy.pays(payment)
            await shop.look(payment)
            assert (await shop.stands(payment))[0] in ("late", "completed")
            assert (await shop.attempt(payment)).status == "ended"
            assert shop.toy.asked.count(("start", payment.public_id)) == starts
            asked = len(shop.toy.asked)
            await shop.look(payment)
            assert len(shop.toy.asked) == asked
    long_ago = "now() - interval '25 hours'"
    for change in (f"expires_at = {long_ago}", f"expires_at = NULL, updated_at = {long_ago}"):
        payment = await shop.started()
        await shop.engine.submit(seen_of(payment, Seen("expired", "toy-1")))
        async with shop.engine.connection() as connection:
            await connection.execute(
                f"UPDATE payments SET {change} WHERE payment_id = %s",  # type: ignore[arg-type]
                (payment.payment_id,),
            )
        before = len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK))
        await shop.look(payment)
        assert len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)) == before


async def test_what_was_never_started_is_not_looked_for(shop: GatewayShop) -> None:
    """The gateway said no: there is nothing there that anybody could pay."""
    view = await shop.ordered()
    payment = await shop.stored(view)
    shop.toy.fails, shop.toy.made = GatewayRefused("400", "no"), False
    with pytest.raises(MethodUnavailable):
        await shop.desk.started(await shop.now(payment), payment.payment_id)
    asked = len(shop.toy.asked)
    await shop.look(payment)
    assert len(shop.toy.asked) == asked
    assert (await shop.attempt(payment)).status == "ended"


async def test_jobs_that_came_before_leave_no_further_ones(shop: GatewayShop) -> None:
    """Ten runs of the same look, as after crashes: one job is ahead, and a run that was had already asks nothing."""
    payment = await shop.started()
    target = target_of(payment)
    await asyncio.gather(*(follow(shop.engine, shop.desk, shop.merchant_id, target, 0) for _ in range(10)))
    assert (len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)), (await shop.attempt(payment)).looks) == (2, 1)
    asked = len(shop.toy.asked)
    await follow(shop.engine, shop.desk, shop.merchant_id, target, 0)
    assert len(shop.toy.asked) == asked
    await follow(shop.engine, shop.desk, shop.merchant_id, target, 1)
    assert (len(await shop.jobs(payment, FOLLOW_GATEWAY_TASK)), (await shop.attempt(payment)).looks) == (3, 2)


async def test_who_is_offered_it(shop: GatewayShop) -> None:
    """The contract has its ways within its bounds, in its environment; closed it has none. Payments that were
    started before are followed all the same."""
    merchant = shop.engine.directory.merchant(shop.merchant_id)
    offered = offered_channels(METHODS, merchant, "production")
    ways = {name: set(channels) for name, channels in offered.items()}
    assert ways == {"va": {"BCA", "BNI"}, "qris": {"QRIS"}, "ewallet": {"DANA"}}
    assert offered["va"]["BCA"].minimum_sen == rupiah(10_000)
    payment = await shop.started()
    await close_contract(shop.engine, shop.merchant_id, shop.contract.contract_id, "t")
    assert offered_channels(METHODS, shop.engine.directory.merchant(shop.merchant_id), "production") == {}
    shop.toy.pays(payment)
    await shop.look(payment)
    assert await shop.stands(payment) == ("completed", PRICE)


async def test_what_a_contract_needs(engine: Engine) -> None:
    """Keys, known names, ways that the gateway has, a real merchant, and one contract at a time; nothing that is
    stored shows a key."""
    sealer, toy = SecretBox(new_key()), ToyGateway()
    shop = await gateway_shop(engine)
    played = await open_merchant(engine, f"toy{engine.ids.next()}", "Main", simulated=True)

    def draft(merchant_id: int, given: dict[str, str], base_url: str = "") -> object:
        return draft_contract(engine, sealer, merchant_id, toy, "production", given, ways=(), base_url=base_url, by="t")

    for merchant_id, given, base_url in (
        (shop.merchant_id, {}, ""), (shop.merchant_id, {"secret_key": KEY, "x": "y"}, ""),
        (shop.merchant_id, {"secret_key": "a" * 513}, ""), (shop.merchant_id, {"secret_key": "a\nb"}, ""),
        (played, {"secret_key": KEY}, ""), (shop.merchant_id, {"secret_key": KEY}, "ftp://x"),
    ):  # fmt: skip
        with pytest.raises(InputInvalid):
            draft(merchant_id, given, base_url)
    with pytest.raises(InputInvalid):
        ways_of(toy, METHODS, frozenset({("va", "MANDIRI")}))
    with pytest.raises(Refusal):
        await open_contract(engine, draft(shop.merchant_id, {"secret_key": KEY}))  # type: ignore[arg-type]
    async with engine.connection() as connection:
        cursor = await connection.execute("SELECT to_jsonb(t)::text FROM gateway_contracts t")
        assert KEY not in "".join(row[0] for row in await cursor.fetchall())


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (GatewayRefused("400", "Invalid signature"), "Toy refuses: Invalid signature (400)"),
        (Unreachable("ConnectError"), "Toy is not reached: ConnectError"),
    ],
)
async def test_why_it_would_not_start(engine: Engine, fails: Exception, said: str) -> None:
    """The seller finds the gateway's words with the order and in the list of what to look at, for a day; its
    events, which others are sent, have none of it. Nothing is charged."""
    shop = await gateway_shop(engine)
    async with shop.desk:
        ani = await top_ups(shop)
        payment, deposit = await shop.stored(await shop.ordered()), await ani.stored()
        shop.toy.made = False
        for start in (
            shop.desk.started(await shop.now(payment), payment.payment_id),
            shop.desk.deposit_started(deposit),
        ):
            shop.toy.fails = fails
            with pytest.raises((MethodUnavailable, PartnerUnavailable)):
                await start
    assert (await shop.stands(payment), await ani.stands(deposit)) == (("failed", 0), ("failed", 0))
    assert await faults_of(engine, await shop.now(payment)) == {payment.payment_id: said}
    events = await engine.events.of_orders(shop.merchant_id, [payment.order_id])
    assert not any(said in str(event.facts) for event in events)
    listed = {code: one.fault for code, one in await to_look_at(engine, shop.merchant_id)}
    assert listed == {payment.public_id: said, deposit.public_id: said}
    async with engine.connection() as connection:
        await connection.execute(
            "UPDATE gateway_attempts SET updated_at = now() - interval '25 hours' WHERE merchant_id = %s",
            (shop.merchant_id,),
        )
    assert await to_look_at(engine, shop.merchant_id) == []
    assert await check(engine, shop.merchant_id) == []
