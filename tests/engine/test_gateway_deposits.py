"""Top-ups that a gateway takes: stored before it is asked, never failed because an answer was lost, credited once, and
never by another amount."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway_kit import METHODS, PRICE, GatewayShop, gateway_shop
from gerai.domain.money import MAX_TOTAL_SEN, rupiah
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable, PartnerUnavailable
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.command import Idempotency
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.contracts import close_contract
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.due import due_of_deposit
from gerai.engine.gateways.follow import end, to_look_at
from gerai.engine.gateways.give_back import give_back
from gerai.engine.gateways.record import instructed
from gerai.engine.merchants.open import change_settings
from gerai.engine.merchants.receiving import open_account
from gerai.engine.payment_steps import END_AT_GATEWAY_TASK, FOLLOW_GATEWAY_TASK, GIVE_BACK_TASK
from gerai.kit.clock import real_now
from gerai.kit.http import Unanswered, Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, Seen
from top_up_kit import TopUps, top_ups


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


@pytest_asyncio.fixture
async def ani(shop: GatewayShop) -> TopUps:
    """A member with an empty wallet."""
    return await top_ups(shop)


async def test_from_the_start_to_the_wallet(shop: GatewayShop, ani: TopUps) -> None:
    """The member sees what the gateway answered; once it says that they paid, the wallet has it, once, and the
    gateway's own id is kept with it."""
    deposit = await ani.started()
    assert (deposit.status, deposit.instructions["kind"], deposit.instructions["code"][:4]) == (
        "pending", "code", "8808",
    )  # fmt: skip
    assert (deposit.fee_sen, deposit.pay_sen, deposit.receiving_id) == (0, PRICE, None)
    assert (await shop.attempt(deposit)).status == "open"
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", 0)
    shop.toy.pays(deposit)
    await asyncio.gather(*(shop.look(deposit) for _ in range(5)))
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert (await shop.attempt(deposit)).status == "ended"
    await shop.look(deposit)
    await shop.engine.submit(seen_of(deposit, shop.toy.payments[deposit.public_id]))
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert (await ani.now(deposit)).provider_reference == f"toy-{deposit.public_id}"
    assert [name for name, _ in await ani.events(deposit)] == ["deposit.started", "deposit.succeeded"]
    statement = await shop.engine.wallets.statement(shop.merchant_id, deposit.account_id, None, 10)
    assert [(one.amount_sen, one.reason) for one in statement] == [(PRICE, "deposit")]
    assert [asked for asked in shop.toy.asked if asked[0] == "start"] == [("start", deposit.public_id)]


async def test_what_is_stored_before_the_call(shop: GatewayShop, ani: TopUps) -> None:
    """The deposit, its attempt and the job that looks after a minute; nobody hears of it before it can be paid. The
    gateway is asked by our code, for what the member pays, with what is known of them and their page."""
    deposit = await ani.stored()
    attempt = await shop.attempt(deposit)
    assert (attempt.status, attempt.order_id, attempt.payment_id) == ("asked", None, deposit.deposit_id)
    [due_s] = await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)
    assert 50 < due_s <= 60
    assert (await ani.events(deposit), shop.toy.asked, instructed(deposit)) == ([], [], False)
    shown = await shop.desk.deposit_started(deposit)
    asked = shop.toy.attempts[deposit.public_id]
    assert (asked.way, asked.amount_sen, asked.ends_at) == (("va", "BCA"), PRICE, deposit.expires_at)
    assert asked.page_url == f"https://toko.example/user/invoice/{deposit.public_id}?t={deposit.secret}"
    assert dict(asked.payer) == {"name": "Ani", "email": "ani@example.com", "mobile": "0812345678"}
    facts = {"status": "pending", "method": "va", "amount_sen": PRICE}
    assert await ani.events(deposit) == [("deposit.started", facts)]
    # Asked a second time, nobody is asked.
    assert await shop.desk.deposit_started(shown) == shown
    assert shop.toy.asked == [("start", deposit.public_id)]


async def test_one_key_one_deposit(shop: GatewayShop, ani: TopUps) -> None:
    """Submitted five times at once under one key there is one, with one attempt and one job."""
    key = Idempotency("member:1", "t", "k", b"same")
    outcomes = await asyncio.gather(*(shop.engine.submit(ani.asked(), key) for _ in range(5)))
    [deposit_id] = {outcome.answer.deposit_id for outcome in outcomes}
    assert sorted(outcome.replayed for outcome in outcomes) == [False, True, True, True, True]
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT payment_id FROM gateway_attempts WHERE merchant_id = %s", (shop.merchant_id,)
        )
        assert await cursor.fetchall() == [(deposit_id,)]
    assert len(await shop.jobs(outcomes[0].answer, FOLLOW_GATEWAY_TASK)) == 1


@pytest.mark.parametrize(
    ("fails", "refusal"),
    [(GatewayRefused("402", "not enabled"), MethodUnavailable), (Unreachable("ConnectError"), PartnerUnavailable)],
)
async def test_what_is_refused_is_failed(
    shop: GatewayShop, ani: TopUps, fails: Exception, refusal: type[Exception]
) -> None:
    """Said no, or certainly not reached: nothing is open there, and the member starts another one."""
    shop.toy.fails, shop.toy.made = fails, False
    deposit = await ani.stored()
    with pytest.raises(refusal):
        await shop.desk.deposit_started(deposit)
    assert await ani.stands(deposit) == ("failed", 0)
    assert (await shop.attempt(deposit)).status == "ended"
    assert [name for name, _ in await ani.events(deposit)] == ["deposit.failed"]
    assert instructed(await ani.started("BNI"))


async def test_what_ends_too_soon_is_not_started(shop: GatewayShop, ani: TopUps) -> None:
    """A gateway that needs longer than the top-up lives is not asked."""
    deposit = await ani.stored(expires_at=real_now() + timedelta(seconds=50))
    with pytest.raises(MethodUnavailable):
        await shop.desk.deposit_started(deposit)
    assert (await ani.stands(deposit), shop.toy.asked) == (("failed", 0), [])


async def test_a_top_up_lives_no_longer_than_it_was_asked_for(shop: GatewayShop, ani: TopUps) -> None:
    """A number that runs out earlier ends it then. One that can be paid for longer does not keep it open: what comes
    after its end is late, and looked for until a day after the number's own end."""
    shop.toy.lasts = timedelta(minutes=10)
    short = await ani.started()
    assert short.expires_at == short.created_at + shop.toy.lasts
    shop.toy.lasts = timedelta(days=3)
    deposit = await ani.stored()
    assert (await shop.desk.deposit_started(deposit)).expires_at == deposit.expires_at
    await ani.ends(deposit, "26 hours")
    await shop.engine.submit(RecordDeposit(**ani.names(deposit), outcome="expired"))
    before = len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK))
    await shop.look(deposit)
    assert len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)) == before + 1
    shop.toy.pays(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert [name for name, _ in await ani.events(deposit)] == [
        "deposit.started", "deposit.expired", "deposit.late", "deposit.succeeded",
    ]  # fmt: skip


@pytest.mark.parametrize("pays", [False, True])
async def test_an_answer_that_was_lost_is_found(shop: GatewayShop, ani: TopUps, pays: bool) -> None:
    """The start may have been made: the top-up stays open without anything to pay with, and the next look brings what
    the gateway made, or the money that has come by then."""
    shop.toy.fails, shop.toy.hidden = OutcomeUnknown("TimeoutError"), True
    deposit = await ani.stored()
    with pytest.raises(PartnerUnavailable):
        await shop.desk.deposit_started(deposit)
    shop.toy.hidden = False
    assert await ani.stands(deposit) == ("pending", 0)
    assert not instructed(await ani.now(deposit))
    if pays:
        shop.toy.pays(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == (("succeeded", PRICE) if pays else ("pending", 0))
    assert pays or instructed(await ani.now(deposit))
    assert [what for what, _ in shop.toy.asked].count("start") == 1


async def test_one_look_may_be_enough(shop: GatewayShop, ani: TopUps) -> None:
    """The answer came too late, and the gateway has it: whoever waits gets the number, and need not come again."""
    shop.toy.fails = OutcomeUnknown("TimeoutError")
    assert instructed(await ani.started())
    assert [what for what, _ in shop.toy.asked] == ["start", "find"]


async def test_a_code_that_is_told_once_is_asked_for_again(shop: GatewayShop, ani: TopUps) -> None:
    """The answer with the QR was lost, and a look has none: started once more by the same reference it is the same
    one, and its payer has something to pay."""
    shop.toy.fails, shop.toy.forgets, shop.toy.hidden = OutcomeUnknown("TimeoutError"), True, True
    deposit = await ani.stored()
    with pytest.raises(PartnerUnavailable):
        await shop.desk.deposit_started(deposit)
    shop.toy.hidden, shop.toy.asked = False, []
    await shop.look(deposit)
    made = shop.toy.payments[deposit.public_id].instructions
    assert made is not None
    assert (await ani.now(deposit)).instructions["code"] == made.code
    await shop.look(deposit)
    assert [what for what, _ in shop.toy.asked] == ["find", "start", "find"]


async def test_a_start_that_was_never_made_is_failed_only_when_that_is_known(shop: GatewayShop, ani: TopUps) -> None:
    """A crash before the call: the gateway does not know it the second time, either, and it is failed. One that cannot
    be asked by our reference is never failed by that: it waits for its end, and is listed."""
    deposit = await ani.stored()
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", 0)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("failed", 0)

    shop.toy.recoverable = False
    deposit = await ani.stored()
    for _ in range(5):
        await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", 0)
    assert (await shop.attempt(deposit)).status == "asked"
    payment = await shop.stored(await shop.ordered())
    for _ in range(2):
        await shop.look(payment)
    listed = await to_look_at(shop.engine, shop.merchant_id)
    unknown = "nobody knows whether it was started there"
    assert [(code, one.fault) for code, one in listed] == [(deposit.public_id, unknown), (payment.public_id, unknown)]


async def test_a_crash_after_the_call(shop: GatewayShop, ani: TopUps) -> None:
    """The gateway made it, and nobody wrote it down: the job that was deferred with the deposit does."""
    deposit = await ani.stored()
    contract = await shop.desk.contract(shop.merchant_id, shop.contract.contract_id)
    assert contract is not None
    due = await due_of_deposit(shop.engine, deposit)
    await shop.toy.start(shop.desk.http(contract[1]), contract[1], shop.desk.attempt_of(due))
    await shop.look(deposit)
    assert instructed(await ani.now(deposit))
    assert (await shop.attempt(deposit)).reference == f"toy-{deposit.public_id}"


@pytest.mark.parametrize("paid_sen", [PRICE - 100, PRICE + 100, rupiah(1)])
async def test_another_amount_is_never_credited_silently(shop: GatewayShop, ani: TopUps, paid_sen: int) -> None:
    """More or less than was asked for: nothing is credited, whatever the rule for orders' money is; its history has
    both figures, a person finds it listed; the right amount afterwards, or a person's word, credits it, and it is
    listed no more."""
    await change_settings(shop.engine, shop.merchant_id, {"other_amount": "wallet"})
    deposit = await ani.started()
    shop.toy.pays(deposit, paid_sen=paid_sen)
    await shop.look(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", 0)
    attempt = await shop.attempt(deposit)
    assert (attempt.status, attempt.paid_sen) == ("mismatch", paid_sen)
    [(listed, one)] = await to_look_at(shop.engine, shop.merchant_id)
    assert (listed, one.fault) == (deposit.public_id, f"{paid_sen // 100} rupiah came, 50000 were asked for")
    assert (await ani.events(deposit))[1:] == [("deposit.mismatch", {"asked_sen": PRICE, "paid_sen": paid_sen})]
    # What ends there afterwards does not hide it.
    await shop.engine.submit(seen_of(deposit, Seen("expired", "toy")))
    assert (await shop.attempt(deposit)).status == "mismatch"
    by_hand = RecordDeposit(**ani.names(deposit), outcome="paid", by="t")
    right_one = seen_of(deposit, Seen("paid", "toy", paid_sen=PRICE))
    await shop.engine.submit(by_hand if paid_sen < PRICE else right_one)
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert await to_look_at(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("rule", ["accept", "wallet", "hold", "refund"])
async def test_money_after_the_end_is_late(shop: GatewayShop, ani: TopUps, rule: str) -> None:
    """The top-up ran out while its number could still be paid: the merchant's rule decides, and what it leaves to a
    person is credited, or given back through the gateway, once."""
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": rule})
    deposit, other = await ani.started(), await ani.started()
    for one in (deposit, other):
        await ani.ends(one)
        await shop.engine.submit(RecordDeposit(**ani.names(one), outcome="expired"))
        assert (await shop.attempt(one)).status == "open"
        shop.toy.pays(one)
        await shop.look(one)
        await shop.look(one)
    if rule in ("accept", "wallet"):
        assert await ani.stands(deposit) == ("succeeded", 2 * PRICE)
        return
    assert await ani.stands(deposit) == ("late", 0)
    assert [one.public_id for one in await shop.engine.deposits.late(shop.merchant_id, 10)] == [
        deposit.public_id, other.public_id,
    ]  # fmt: skip
    await shop.engine.submit(ResolveLateDeposit(**ani.names(deposit), decision="accept"))
    await shop.engine.submit(ResolveLateDeposit(**ani.names(other), decision="refund"))
    assert (await ani.stands(deposit), (await ani.now(other)).status) == (("succeeded", PRICE), "refunded")
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    assert (listed.payment, listed.order_number, listed.task.status) == (other.public_id, "", "sending")
    assert await shop.jobs(other, GIVE_BACK_TASK) == [0]
    for _ in range(2):
        await give_back(shop.engine, shop.desk, shop.merchant_id, None, listed.task.task_id)
    # BCA gives nothing back: a person does, in the gateway's dashboard, which reports that.
    assert shop.toy.given_back == []
    for one in (other, deposit):
        await shop.engine.submit(seen_of(one, Seen("refunded", "toy", PRICE, refunded_sen=PRICE)))
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    fault = "the gateway gave back 50000 rupiah, more than is recorded here"
    assert [(code, one.fault) for code, one in await to_look_at(shop.engine, shop.merchant_id)] == [
        (deposit.public_id, fault)
    ]


@pytest.mark.parametrize("quicker", [False, True])
async def test_what_was_cancelled_is_ended_at_the_gateway(shop: GatewayShop, ani: TopUps, quicker: bool) -> None:
    """By a job of the same commit; a member who was quicker has paid late."""
    deposit = await ani.started()
    if quicker:
        shop.toy.pays(deposit)
    await ani.cancelled(deposit)
    assert len(await shop.jobs(deposit, END_AT_GATEWAY_TASK)) == 1
    await end(shop.engine, shop.desk, shop.merchant_id, target_of(deposit))
    assert await ani.stands(deposit) == (("succeeded", PRICE) if quicker else ("cancelled", 0))
    assert (await shop.attempt(deposit)).status == "ended"
    await end(shop.engine, shop.desk, shop.merchant_id, target_of(deposit))
    assert [what for what, _ in shop.toy.asked].count("cancel") == 1


async def test_what_cannot_be_cancelled_is_followed(shop: GatewayShop, ani: TopUps) -> None:
    """And what comes for it is late."""
    shop.toy.cancels = False
    deposit = await ani.started()
    await ani.cancelled(deposit)
    await end(shop.engine, shop.desk, shop.merchant_id, target_of(deposit))
    assert ("cancel", deposit.public_id) not in shop.toy.asked
    assert (await shop.attempt(deposit)).status == "open"
    shop.toy.pays(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert "deposit.late" in [name for name, _ in await ani.events(deposit)]


async def test_it_is_looked_at_ever_more_seldom(shop: GatewayShop, ani: TopUps) -> None:
    """At 1, 5 and 15 minutes, then every hour until a day after its end; not any more once it is paid."""
    deposit = await ani.started()
    for expected in (60, 240, 600, 3600, 3600):
        due_s = await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)
        assert expected - 10 < due_s[-1] <= expected
        await shop.look(deposit)
    before = len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK))
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE deposits SET expires_at = now() - interval '25 hours', "
            "instructions = instructions || jsonb_build_object('expires_at', now() - interval '25 hours') "
            "WHERE deposit_id = %s",
            (deposit.deposit_id,),
        )
    await shop.look(deposit)
    shop.toy.pays(deposit)
    await shop.look(deposit)
    await shop.look(deposit)
    assert len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)) == before
    assert await ani.stands(deposit) == ("succeeded", PRICE)


@pytest.mark.parametrize(
    "fails", [Unanswered("TimeoutError"), Unreachable("ConnectError"), GatewayRefused("401", "key")]
)
async def test_a_gateway_that_cannot_be_asked_is_asked_again(shop: GatewayShop, ani: TopUps, fails: Exception) -> None:
    """Nothing is concluded from silence."""
    deposit = await ani.started()
    shop.toy.fails = fails
    before = len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK))
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", 0)
    assert len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)) == before + 1
    shop.toy.fails = None
    shop.toy.pays(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("succeeded", PRICE)


@pytest.mark.parametrize("status", ["failed", "expired", "cancelled", "refunded"])
async def test_an_end_at_the_gateway_ends_it_here(shop: GatewayShop, ani: TopUps, status: str) -> None:
    """And a wallet that was credited never goes back, whatever is reported later."""
    paid, deposit = await ani.started(), await ani.started()
    shop.toy.pays(paid)
    await shop.look(paid)
    await shop.engine.submit(seen_of(paid, Seen(status, "toy", refunded_sen=PRICE)))  # type: ignore[arg-type]
    assert await ani.stands(paid) == ("succeeded", PRICE)
    if status == "refunded":
        return
    shop.toy.pays(deposit, status=status, paid_sen=None)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("failed" if status == "failed" else "expired", PRICE)


async def test_what_is_offered(shop: GatewayShop, ani: TopUps) -> None:
    """The contract's ways within its bounds; the shop's own account comes first; a closed contract starts nothing, and
    what was started is followed all the same."""
    for amount_sen in (rupiah(9_999), rupiah(5_000_001)):
        with pytest.raises(AmountOutOfRange):
            ani.asked(amount_sen=amount_sen)
    with pytest.raises(MethodUnavailable):
        ani.asked("MANDIRI")
    qris = await ani.started("QRIS", method="qris")
    assert qris.contract_id == shop.contract.contract_id
    bank = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
    account = await open_account(shop.engine, shop.merchant_id, METHODS["bank_transfer"], bank, "t")
    own = await ani.started("BCA", method="bank_transfer")
    assert (own.receiving_id, own.contract_id) == (account.receiving_id, None)
    await close_contract(shop.engine, shop.merchant_id, shop.contract.contract_id, "t")
    with pytest.raises(MethodUnavailable):
        ani.asked()
    shop.toy.pays(qris)
    await shop.look(qris)
    assert await ani.stands(qris) == ("succeeded", PRICE)


async def test_a_contract_that_was_closed_in_between(shop: GatewayShop, ani: TopUps) -> None:
    """What was composed before is asked for by it all the same: it is written down whose it is."""
    asked = ani.asked()
    await close_contract(shop.engine, shop.merchant_id, shop.contract.contract_id, "t")
    deposit = await shop.desk.deposit_started((await shop.engine.submit(asked)).answer)
    assert instructed(deposit)


async def test_a_wallet_without_room(shop: GatewayShop, ani: TopUps) -> None:
    """Money that it cannot take is credited nowhere and lost nowhere: it is listed, looked at again, and credited once
    there is room."""
    wallet = {"merchant_id": shop.merchant_id, "environment": "production", "account_id": ani.wallets["production"]}
    deposit = await ani.started()
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE accounts SET credits_posted = %s, debits_posted = 0 WHERE merchant_id = %s AND account_id = %s",
            (MAX_TOTAL_SEN, shop.merchant_id, wallet["account_id"]),
        )
    shop.toy.pays(deposit)
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("pending", MAX_TOTAL_SEN)
    [(code, one)] = await to_look_at(shop.engine, shop.merchant_id)
    assert (code, one.status, one.fault[:11]) == (deposit.public_id, "open", "it was paid")
    assert len(await shop.jobs(deposit, FOLLOW_GATEWAY_TASK)) == 2
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE accounts SET credits_posted = 0 WHERE merchant_id = %s AND account_id = %s",
            (shop.merchant_id, wallet["account_id"]),
        )
    await shop.look(deposit)
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    assert await to_look_at(shop.engine, shop.merchant_id) == []
    await shop.engine.submit(ManualDeposit(**wallet, amount_sen=100, note="a gift"))
    assert await ani.balance() == PRICE + 100


async def test_the_sandbox_has_a_contract_of_its_own(engine: Engine) -> None:
    """A sandbox contract takes the top-ups of sandbox keys, and credits the sandbox wallet; production has none."""
    shop = await gateway_shop(engine, environment="sandbox")
    async with shop.desk:
        ani = await top_ups(shop, "sandbox")
        deposit = await ani.started()
        assert (deposit.environment, instructed(deposit)) == ("sandbox", True)
        shop.toy.pays(deposit)
        await shop.look(deposit)
        assert await ani.stands(deposit) == ("succeeded", PRICE)
        real = TopUps(shop, ani.member_id, ani.wallets)
        assert await real.balance() == 0
        with pytest.raises(MethodUnavailable):
            real.asked()
    assert await check(engine, shop.merchant_id) == []
