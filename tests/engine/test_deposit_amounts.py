"""A top-up into an account of the seller's own has an amount of its own, out of the one pool it shares with orders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import pytest_asyncio
from money_kit import METHODS, PRICE, MoneyShop, money_shop

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable
from gerai.engine.check import check
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.merchants.open import change_settings
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.overdue import forget_old
from gerai.partners.payments.qris.emv import decode

CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
DAYS = {"keys_after_days": 30, "deliveries_after_days": 90, "jobs_after_days": 60, "proofs_after_days": 60}


@pytest_asyncio.fixture
async def shop(dsn: str) -> AsyncGenerator[MoneyShop]:
    async with money_shop(dsn) as opened:
        yield opened


async def expected(shop: MoneyShop) -> list[tuple[int, int | None, int | None]]:
    """Amount, payment and deposit of all that is expected in the account."""
    text = (
        "SELECT amount_sen, payment_id, deposit_id FROM expected_amounts WHERE merchant_id = %s AND receiving_id = %s"
    )
    return [(row[0], row[1], row[2]) for row in await shop.rows(text, shop.account.receiving_id)]


async def test_orders_and_top_ups_share_the_amounts(shop: MoneyShop) -> None:
    """Sixty orders and sixty top-ups of one price, started at the same moment through two processes: 120 amounts, each
    1 to 999 rupiah above the price, and each says so in instructions, row and expectation."""
    deposits, views = await asyncio.gather(
        asyncio.gather(*(shop.deposit(which=n % 2) for n in range(60))),
        asyncio.gather(*(shop.started() for _ in range(60))),
    )
    asked = [payment.asked_sen for _, payment in views] + [deposit.pay_sen for deposit in deposits]
    assert len({*asked}) == 120
    for deposit in deposits:
        assert (deposit.receiving_id, deposit.fee_sen, deposit.status) == (shop.account.receiving_id, 0, "pending")
        assert deposit.matching_sen in range(rupiah(1), rupiah(1000), 100)
        assert deposit.pay_sen == PRICE + deposit.matching_sen
        amount = f"Rp50.{deposit.matching_sen // 100:03d}"
        assert deposit.instructions["steps"]["id"][0].startswith(f"Transfer tepat {amount} ke rekening BCA 1234567890")
        assert (deposit.instructions["code"], deposit.instructions["holder"]) == ("1234567890", "Budi")
    rows = [(payment.asked_sen, payment.payment_id, None) for _, payment in views]
    rows += [(deposit.pay_sen, None, deposit.deposit_id) for deposit in deposits]
    assert sorted(await expected(shop)) == sorted(rows)
    assert (await shop.wallet()).available_sen == 0


async def test_no_amount_is_left(shop: MoneyShop) -> None:
    """When orders expect every amount of a price, a top-up of it cannot be paid so: refused without a trace, and one of
    a higher price takes what is free above it."""
    await shop.rows(
        "INSERT INTO expected_amounts SELECT %s, %s, n, 1, 1, now() + interval '1 day' "
        "FROM generate_series(%s::int8, %s::int8, 100) n",
        shop.account.receiving_id, PRICE + rupiah(1), PRICE + rupiah(999),
    )  # fmt: skip
    with pytest.raises(MethodUnavailable):
        await shop.deposit()
    assert await shop.rows("SELECT count(*) FROM deposits WHERE merchant_id = %s") == [(0,)]
    assert len(await expected(shop)) == 999
    assert (await shop.deposit(PRICE + rupiah(1))).matching_sen == rupiah(999)


async def test_an_account_that_was_closed_meanwhile(shop: MoneyShop) -> None:
    """What was composed a moment before is refused; afterwards nothing is offered any more."""
    command = shop.topping_up(which=1)
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    with pytest.raises(MethodUnavailable):
        await shop.engines[1].submit(command)
    with pytest.raises(MethodUnavailable):
        shop.topping_up()
    assert await expected(shop) == []
    assert await shop.rows("SELECT count(*) FROM deposits WHERE merchant_id = %s") == [(0,)]


@pytest.mark.parametrize(
    ("way", "amount_sen", "refusal"),
    [
        (("va", "BCA"), PRICE, MethodUnavailable),
        (("qris", "QRIS"), PRICE, MethodUnavailable),
        (("bank_transfer", "BRI"), PRICE, MethodUnavailable),
        (("bank_transfer", "BCA"), 0, AmountOutOfRange),
        (("bank_transfer", "BCA"), rupiah(1_000_000_000_000), AmountOutOfRange),
    ],
)
async def test_only_into_accounts_there_are(
    shop: MoneyShop, way: tuple[str, str], amount_sen: int, refusal: type[Exception]
) -> None:
    """No real money by a method that would be played, nor outside the channel's bounds."""
    with pytest.raises(refusal):
        await shop.deposit(amount_sen, way=way)
    assert await shop.rows("SELECT count(*) FROM deposits WHERE merchant_id = %s") == [(0,)]


async def test_the_price_itself(shop: MoneyShop) -> None:
    """Under the rule `none`, nobody is asked for more, and nothing is expected by amount."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": "none"})
    deposits = [await shop.deposit() for _ in range(2)]
    assert [deposit.pay_sen for deposit in deposits] == [PRICE, PRICE]
    assert [deposit.receiving_id for deposit in deposits] == [shop.account.receiving_id] * 2
    assert await expected(shop) == []


async def ended(shop: MoneyShop, deposit: Deposit, how: str) -> Deposit:
    """The deposit, cancelled or expired."""
    names = {**shop.names, "deposit_id": deposit.deposit_id}
    command = CancelDeposit(**names) if how == "cancelled" else RecordDeposit(**names, outcome="expired")
    return (await shop.engines[0].submit(command)).answer


@pytest.mark.parametrize("how", ["cancelled", "expired"])
async def test_an_amount_is_kept_for_slow_money(shop: MoneyShop, how: str) -> None:
    """It stays this deposit's for three days beyond its end, whatever became of it; then the janitor frees it. One that
    is open keeps it, however old the row."""
    deposit, other = await shop.deposit(), await shop.deposit()
    await ended(shop, deposit, how)
    kept = "SELECT expected_until FROM expected_amounts WHERE merchant_id = %s AND deposit_id = %s"
    [(until,)] = await shop.rows(kept, deposit.deposit_id)
    assert deposit.expires_at is not None
    assert until == deposit.expires_at + timedelta(days=3)
    await forget_old(shop.engines[0], **DAYS, limit=1000)
    assert len(await expected(shop)) == 2
    await shop.rows("UPDATE expected_amounts SET expected_until = now() WHERE merchant_id = %s")
    await forget_old(shop.engines[0], **DAYS, limit=1000)
    assert await expected(shop) == [(other.pay_sen, None, other.deposit_id)]


async def test_the_difference_is_in_the_books(shop: MoneyShop) -> None:
    """The wallet gets the price; what came more is a gain beside it, to the rupiah, by a transfer the deposit names.
    When that is missing, or another one, the books say so."""
    deposit = await shop.deposit()
    paid = RecordDeposit(**shop.names, deposit_id=deposit.deposit_id, outcome="paid")
    done = (await shop.engines[0].submit(paid)).answer
    assert done.status == "succeeded"
    assert done.matching_transfer_id not in (None, done.transfer_id)
    assert await shop.moved() == {"gateway": -deposit.pay_sen, "wallet": PRICE, "fees": deposit.matching_sen}
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.sound()
    # Put back in the end: whoever checks the books of this whole database later finds them right.
    for more_sen, broken in ((100, ["deposits_matched"]), (-100, list[str]())):
        await shop.rows(f"UPDATE deposits SET pay_sen = pay_sen + {more_sen} WHERE merchant_id = %s")
        assert [one.invariant for one in await check(shop.engines[0], shop.merchant_id)] == broken


async def test_a_code_of_the_sellers(shop: MoneyShop) -> None:
    """By the seller's own QRIS code the payer is asked for the price itself, to which nothing may be added, and the
    code has that amount in it."""
    await open_account(shop.engines[0], shop.merchant_id, METHODS["qris"], {"code": CODE}, "t")
    deposit = await shop.deposit(way=("qris", "QRIS"))
    assert (deposit.pay_sen, deposit.matching_sen, deposit.fee_sen) == (PRICE, 0, 0)
    told = decode(deposit.instructions["qr_text"])
    assert (told["01"], told["54"], told["59"]) == ("12", "50000", "TOKO CONTOH")
    paid = RecordDeposit(**shop.names, deposit_id=deposit.deposit_id, outcome="paid")
    assert (await shop.engines[0].submit(paid)).answer.matching_transfer_id is None
    assert await shop.moved() == {"gateway": -PRICE, "wallet": PRICE}
    assert await shop.sound()
