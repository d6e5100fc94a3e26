"""Money that somebody saw arrive: which of an order's payments it is, and what the terminal says where it is none."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from terminal_kit import gerai as gerai_apart
from terminal_kit import gerai_here as gerai

from gerai.domain.money import display, rupiah
from gerai.domain.records import OrderView, Payment
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANKS = ("BCA", "BRI")
PRICE = rupiah(30_000)
_numbers = itertools.count(1)


class Seller:
    """A real merchant with accounts at two banks, and a member who has a wallet."""

    def __init__(self, dsn: str, engine: Engine, code: str, merchant_id: int) -> None:
        self.dsn, self.engine, self.code, self.merchant_id = dsn, engine, code, merchant_id
        self.accounts = dict[str, int]()
        self.member_id, self.wallet_id = 0, 0

    async def ordered(self) -> OrderView:
        """The member's order of Rp30.000."""
        order_id = self.engine.ids.next()
        placed = PlaceOrder(
            merchant_id=self.merchant_id, environment="production", channel="t", key_id=None, order_id=order_id,
            public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=PRICE, funding="invoice",
            lines=(NewLine("goods", 0, "Kopi", 1, PRICE, PRICE),), member_id=self.member_id, account_id=self.wallet_id,
        )  # fmt: skip
        return (await self.engine.submit(placed)).answer.view

    async def asked(self, view: OrderView, bank: str = "BCA") -> Payment:
        """Its payer chose a transfer to this bank: they are asked for a little more than the price."""
        merchant = self.engine.directory.merchant(self.merchant_id)
        now = await self.now(view)
        wanted = WantedPayment(method="bank_transfer", channel=bank)
        after = await self.engine.submit(payment_to_start(self.engine.ids.next(), merchant, METHODS, now, wanted))
        payment = after.answer.payments[-1]
        assert payment.asked_sen > PRICE
        return payment

    async def left(self, payment: Payment) -> None:
        """Its payer chooses another way."""
        names: dict[str, Any] = {
            "merchant_id": self.merchant_id, "environment": "production", "order_id": payment.order_id,
        }  # fmt: skip
        await self.engine.submit(CancelPayment(**names, payment_id=payment.payment_id))

    async def ran_out(self, payment: Payment) -> None:
        """Its time is over."""
        names: dict[str, Any] = {
            "merchant_id": self.merchant_id, "environment": "production", "order_id": payment.order_id,
        }  # fmt: skip
        await self.engine.submit(RecordPayment(**names, payment_id=payment.payment_id, outcome="expired"))

    async def came(self, payment: Payment) -> int:
        """The bank's list has a line of exactly this; returns its id."""
        receiving_id = payment.receiving_id
        assert receiving_id is not None
        line = BankLine(f"k{next(_numbers)}", payment.asked_sen, real_now(), "TRSF ANI")
        kept = await take.take(self.engine, self.merchant_id, receiving_id, line, "statement")
        assert kept.status == "waiting"
        return kept.arrival_id

    async def now(self, view: OrderView) -> OrderView:
        """The order as it is."""
        found = await self.engine.orders.by_id(self.merchant_id, view.order.order_id)
        assert found is not None
        return found

    async def stands(self, view: OrderView) -> tuple[list[tuple[str, str, int]], int, int]:
        """Each payment's method, state and amount asked; what the order was charged; and what the wallet has."""
        now = await self.now(view)
        balance = (await self.engine.wallets.balance(self.merchant_id, self.wallet_id)).available_sen
        return [(p.method, p.status, p.asked_sen) for p in now.payments], now.order.charged_sen, balance

    async def says(self, *words: str) -> tuple[int, str]:
        """`gerai payments …` for this merchant: the exit code and what it printed."""
        code, out, err = await gerai(self.dsn, "payments", *words, "--merchant", self.code)
        return code, " ".join((out or err).split())


@pytest.fixture
async def seller(dsn: str, engine: Engine) -> Seller:
    """A seller of the test's own."""
    code = f"meant{next(_numbers)}"
    found = Seller(dsn, engine, code, await open_merchant(engine, code, "Toko Saya"))
    for bank in BANKS:
        given = {"bank": bank, "number": "1234567890", "holder": "Budi"}
        account = await open_account(engine, found.merchant_id, METHODS["bank_transfer"], given, "t")
        found.accounts[bank] = account.receiving_id
    found.member_id, wallets = await add_member(engine, found.merchant_id, "t", "m1", "Ani")
    found.wallet_id = wallets["production"]
    return found


def rupiah_of(payment: Payment) -> str:
    """As somebody types it."""
    return str(payment.asked_sen // 100)


@pytest.mark.parametrize("ends", ["left", "ran_out"])
async def test_what_was_asked_by_a_payment_that_ended(seller: Seller, ends: str) -> None:
    """The amount that its payer was asked for is that payment, also once it was left for another way or ran out; booked
    twice at once it is booked once."""
    view = await seller.ordered()
    payment = await seller.asked(view)
    await getattr(seller, ends)(payment)
    command = ("payments", "confirm", view.order.number, "--amount", rupiah_of(payment), "--merchant", seller.code)
    said = await asyncio.gather(gerai_apart(seller.dsn, *command), gerai_apart(seller.dsn, *command))
    assert sorted(code for code, _, _ in said) == [0, 1], said
    [done] = [out for code, out, _ in said if code == 0]
    assert done.startswith(f"{display(payment.asked_sen)} is booked; order {view.order.number} is ")
    assert await seller.stands(view) == ([("bank_transfer", "completed", payment.asked_sen)], PRICE, 0)
    assert await check(seller.engine, seller.merchant_id) == []


@pytest.mark.parametrize("ends", ["", "left", "ran_out"])
async def test_the_price_where_more_was_asked(seller: Seller, ends: str) -> None:
    """It books nothing by itself, by whichever words but those that say that it was no transfer; the two ways are
    named. A wrong amount is compared with what was asked."""
    view = await seller.ordered()
    payment = await seller.asked(view)
    if ends:
        await getattr(seller, ends)(payment)
    confirm = ("confirm", view.order.number)
    for more in (("--amount", "30000"), ("--amount", "30000", "--method", "bank_transfer", "--reference", "Y-1")):
        code, said = await seller.says(*confirm, *more)
        assert code == 1
        assert f"was asked for {display(payment.asked_sen)} ({payment.public_id}), not for the price, Rp30.000" in said
        assert (f"--amount {rupiah_of(payment)}" in said, "--method cash" in said) == (True, True)
    code, said = await seller.says(*confirm, "--amount", str(payment.asked_sen // 100 + 1))
    assert (code, f"but {display(payment.asked_sen)} was asked: nothing is booked" in said) == (1, True)
    assert (await seller.stands(view))[1:] == (0, 0)
    code, said = await seller.says(*confirm, "--amount", "30000", "--method", "cash", "--reference", "Y-1")
    assert (code, said.startswith("Rp30.000 is booked; order")) == (0, True)
    ended = {"": "cancelled", "left": "cancelled", "ran_out": "expired"}[ends]
    assert (await seller.stands(view))[:2] == (
        [("bank_transfer", ended, payment.asked_sen), ("cash", "completed", PRICE)], PRICE,
    )  # fmt: skip
    # What was asked came after all: the order has its money, and whoever says so again is told by what.
    code, said = await seller.says(*confirm, "--amount", rupiah_of(payment), "--reference", "BCA-2")
    assert (code, f"order {view.order.number} is paid already: nothing is booked" in said) == (1, True)
    assert ("what came: Rp30.000 by cash" in said, "--second" in said) == (True, True)
    assert (await seller.stands(view))[1:] == (PRICE, 0)
    assert await check(seller.engine, seller.merchant_id) == []


async def test_several_that_ask_for_the_same(seller: Seller) -> None:
    """Into two accounts: one must be named, and is booked then. What its payer left and chose again is one."""
    view, other = await seller.ordered(), await seller.ordered()
    for bank in BANKS:
        await seller.left(await seller.asked(view, bank))
    first, second = (await seller.now(view)).payments
    async with seller.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET matching_sen = %s WHERE payment_id = %s", (first.matching_sen, second.payment_id)
        )
    code, said = await seller.says("confirm", view.order.number, "--amount", rupiah_of(first))
    assert (code, f"name one / beberapa memintanya, sebutkan satu: {first.public_id}, {second.public_id}" in said) == (
        1, True,
    )  # fmt: skip
    assert (await seller.stands(view))[1] == 0
    assert (await seller.says("confirm", first.public_id, "--amount", rupiah_of(first)))[0] == 0
    assert [status for _, status, _ in (await seller.stands(view))[0]] == ["completed", "cancelled"]
    once = await seller.asked(other)
    await seller.left(once)
    again = await seller.asked(other)
    await seller.left(again)
    assert again.asked_sen == once.asked_sen
    assert (await seller.says("confirm", other.order.number, "--amount", rupiah_of(once)))[0] == 0
    assert [status for _, status, _ in (await seller.stands(other))[0]] == ["cancelled", "completed"]
    code, said = await seller.says("confirm", other.order.number, "--second", "--amount", rupiah_of(once))
    assert (code, "came late" in said) == (0, True), said
    assert await check(seller.engine, seller.merchant_id) == []


@pytest.mark.parametrize(
    ("rule", "told", "wallet"), [("accept", "it is in the member's wallet", 1), ("hold", "waits", 0)]
)
async def test_a_line_for_an_order_that_was_paid_by_hand(seller: Seller, rule: str, told: str, wallet: int) -> None:
    """The list says who was asked for it and how that was paid; booked all the same, the terminal says where it went:
    nothing is called paid that is not."""
    await change_settings(seller.engine, seller.merchant_id, {"late_payment": rule})
    view = await seller.ordered()
    payment = await seller.asked(view)
    assert (await seller.says("confirm", view.order.number, "--method", "cash"))[0] == 0
    arrival = await seller.came(payment)
    listed = (await seller.says("arrivals", "list"))[1]
    assert f"none that is open; asked of / diminta dari {view.order.number} (paid by cash)" in listed
    code, said = await seller.says("arrivals", "book", str(arrival), view.order.number)
    assert (code, said.startswith(f"{display(payment.asked_sen)} came late for order {view.order.number}")) == (0, True)
    assert (told in said, "is booked;" in said) == (True, False)
    status = "refunded" if wallet else "late"
    stands = [("bank_transfer", status, payment.asked_sen), ("cash", "completed", PRICE)]
    assert await seller.stands(view) == (stands, PRICE, wallet * PRICE)
    assert await check(seller.engine, seller.merchant_id) == []


async def test_what_a_gateway_or_a_paid_payment_asks_for(seller: Seller) -> None:
    """Nobody is told that it was not asked: the payment that did is named, and how it stands."""
    view = await seller.ordered()
    payment = await seller.asked(view)
    assert (await seller.says("confirm", payment.public_id))[0] == 0
    code, said = await seller.says("confirm", view.order.number, "--second", "--amount", rupiah_of(payment))
    assert (code, f"is what {payment.public_id} asks for, which is completed: nothing is booked" in said) == (1, True)
    assert (await seller.stands(view))[1:] == (PRICE, 0)


async def test_late_money_names_what_decides_it(seller: Seller) -> None:
    """An order whose money waits: confirmed again, nothing is booked, and the decision is named."""
    await change_settings(seller.engine, seller.merchant_id, {"late_payment": "hold"})
    view = await seller.ordered()
    payment = await seller.asked(view)
    await seller.ran_out(payment)
    confirm: tuple[str, ...] = ("confirm", view.order.number, "--amount", rupiah_of(payment))
    assert "waits" in (await seller.says(*confirm))[1]
    code, said = await seller.says("confirm", payment.public_id)
    assert (code, f"gerai payments resolve {payment.public_id} accept|refund|wallet" in said) == (1, True), said
    assert (await seller.stands(view))[1:] == (0, 0)
    assert await check(seller.engine, seller.merchant_id) == []


async def test_the_sellers_own_reference_names_an_order(seller: Seller) -> None:
    """In every command, whole: its beginning names nothing, and books nothing."""
    order_id = seller.engine.ids.next()
    placed = PlaceOrder(
        merchant_id=seller.merchant_id, environment="production", channel="t", key_id=None, order_id=order_id,
        public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=PRICE, funding="invoice",
        lines=(NewLine("goods", 0, "Kopi", 1, PRICE, PRICE),), reference="toko-ref-17",
    )  # fmt: skip
    view = (await seller.engine.submit(placed)).answer.view
    code, said = await seller.says("confirm", "toko-ref-1", "--amount", "30000")
    assert (code, "no such payment or order: toko-ref-1" in said) == (1, True)
    assert (await seller.now(view)).payments == ()
    code, said = await seller.says("confirm", "toko-ref-17", "--amount", "30000")
    assert (code, f"order {view.order.number} is " in said) == (0, True), said
    code, said = await seller.says("refund", "toko-ref-17", "--amount", "10000")
    assert (code, "Rp10.000 is owed to its payer" in said) == (0, True), said
    assert await check(seller.engine, seller.merchant_id) == []
