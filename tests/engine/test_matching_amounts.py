"""Payers into one account of the seller's own are told apart by what they pay: no two are asked for the same amount."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
import psycopg
import pytest
import pytest_asyncio

from gerai.domain.money import rupiah
from gerai.domain.records import OrderView, Payment, ReceivingAccount
from gerai.domain.refusals import MethodUnavailable
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.overdue import forget_old
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.find import PaymentReads
from gerai.engine.payments.open import WantedPayment, matched_ways, payment_to_start
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BCA = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
PRICE = rupiah(50_000)


class BankShop:
    """A real merchant with one bank account, and two engines as two processes have them."""

    def __init__(self, dsn: str, engines: tuple[Engine, Engine], merchant_id: int, account: ReceivingAccount) -> None:
        self.dsn, self.engines, self.merchant_id, self.account = dsn, engines, merchant_id, account

    async def placed(self, price_sen: int = PRICE, expires_at: datetime | None = None) -> OrderView:
        """A pending production order."""
        engine = self.engines[0]
        order_id = engine.ids.next()
        command = PlaceOrder(
            merchant_id=self.merchant_id, environment="production", channel="t", key_id=None, order_id=order_id,
            public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=price_sen, funding="invoice",
            lines=(NewLine("goods", 0, "Kopi", 1, price_sen, price_sen),), expires_at=expires_at,
        )  # fmt: skip
        return (await engine.submit(command)).answer.view

    def command(self, view: OrderView, engine: Engine) -> Any:
        """What starts its payment by bank transfer."""
        merchant = engine.directory.merchant(self.merchant_id)
        wanted = WantedPayment(method="bank_transfer", channel="BCA")
        return payment_to_start(engine.ids.next(), merchant, METHODS, view, wanted)

    async def start(self, view: OrderView, which: int = 0) -> Payment:
        """Its payment by bank transfer, through one of the engines."""
        engine = self.engines[which]
        return (await engine.submit(self.command(view, engine))).answer.payments[-1]

    def rows(self, text: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(text, params)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def expected(self) -> list[tuple[int, int]]:
        """Amount and payment of all that is expected in the account."""
        text = "SELECT amount_sen, payment_id FROM expected_amounts WHERE merchant_id = %s AND receiving_id = %s"
        return [(row[0], row[1]) for row in self.rows(text, self.merchant_id, self.account.receiving_id)]


@pytest_asyncio.fixture
async def shop(dsn: str) -> AsyncGenerator[BankShop]:
    async with AsyncExitStack() as stack:
        engines = (
            await stack.enter_async_context(Engine(dsn, reads_pool_size=2).running()),
            await stack.enter_async_context(Engine(dsn, reads_pool_size=2).running()),
        )
        merchant_id = await open_merchant(engines[0], f"bank{engines[0].ids.next()}", "Toko Saya")
        account = await open_account(engines[0], merchant_id, METHODS["bank_transfer"], BCA, "t")
        async with engines[1].connection() as connection:
            await engines[1].directory.load(connection, [merchant_id])
        yield BankShop(dsn, engines, merchant_id, account)


async def test_no_two_payers_are_asked_for_the_same(shop: BankShop) -> None:
    """120 payers of one price at the same moment, through two processes: 120 amounts, each 1 to 999 rupiah above it,
    the same in the instructions, the payment and what is expected."""
    views = [await shop.placed() for _ in range(120)]

    payments = await asyncio.gather(*(shop.start(view, n % 2) for n, view in enumerate(views)))

    assert len({payment.asked_sen for payment in payments}) == 120
    assert {payment.receiving_id for payment in payments} == {shop.account.receiving_id}
    for payment in payments:
        assert payment.matching_sen in range(rupiah(1), rupiah(1000), 100)
        assert payment.asked_sen == PRICE + payment.matching_sen
        amount = f"Rp50.{payment.matching_sen // 100:03d}"
        assert payment.instructions["steps"]["id"][0].startswith(f"Transfer tepat {amount} ke rekening BCA 1234567890")
    assert sorted(shop.expected()) == sorted((payment.asked_sen, payment.payment_id) for payment in payments)


@pytest.mark.parametrize(
    ("rule", "price", "signs"),
    [("add", 50_000, {1}), ("add", 1, {1}), ("none", 50_000, {0})],
)
async def test_the_merchants_rule(shop: BankShop, rule: str, price: int, signs: set[int]) -> None:
    """More, or the price itself; never less: nobody gets more back than came."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": rule})
    payments = [await shop.start(await shop.placed(rupiah(price))) for _ in range(3)]
    assert {(p.matching_sen > 0) - (p.matching_sen < 0) for p in payments} == signs
    assert len({p.asked_sen for p in payments}) == (1 if rule == "none" else 3)
    assert len(shop.expected()) == (0 if rule == "none" else 3)


async def test_prices_that_meet(shop: BankShop) -> None:
    """Neighbouring prices share their amounts, and still no two payers the same one."""
    views = [await shop.placed(rupiah(50_000 + n % 7)) for n in range(60)]
    payments = await asyncio.gather(*(shop.start(view, n % 2) for n, view in enumerate(views)))
    assert len({payment.asked_sen for payment in payments}) == 60


async def test_when_every_amount_is_expected(shop: BankShop) -> None:
    """Nobody is asked for an amount twice: the method is not available then, and nothing is left behind."""
    shop.rows(
        "INSERT INTO expected_amounts SELECT %s, %s, n, 1, 1, now() + interval '1 day' "
        "FROM generate_series(%s::int8, %s::int8, 100) n",
        shop.merchant_id, shop.account.receiving_id, PRICE + rupiah(1), PRICE + rupiah(999),
    )  # fmt: skip
    view = await shop.placed()
    with pytest.raises(MethodUnavailable):
        await shop.start(view)
    assert shop.rows("SELECT count(*) FROM payments WHERE merchant_id = %s", shop.merchant_id) == [(0,)]
    assert len(shop.expected()) == 999
    assert (await shop.start(await shop.placed(PRICE + rupiah(1)))).matching_sen == rupiah(999)


async def test_what_would_be_refused_is_known_before(shop: BankShop) -> None:
    """The bank is full for a payer of this price exactly while none of its 999 amounts is free and none is that payer's
    own; payers of other prices are not concerned. A shop that plays, or asks for the price itself, is not looked up."""
    engine, other = shop.engines[0], await shop.placed()
    mine = await shop.start(other)

    async def full(view: OrderView) -> set[str]:
        ways = matched_ways(METHODS, engine.directory.merchant(shop.merchant_id), view)
        assert list(ways) == ["bank_transfer:BCA"]
        return {*(await engine.payments.full(shop.merchant_id, view.order.order_id, ways))}

    view, dearer = await shop.placed(), await shop.placed(PRICE + rupiah(1))
    last = PRICE + rupiah(999) if mine.matching_sen != rupiah(999) else PRICE + rupiah(998)
    taken = "INSERT INTO expected_amounts SELECT %s, %s, n, 1, 1, now() + interval '1 day' FROM "
    taken += "generate_series(%s::int8, %s::int8, 100) n WHERE (n = %s) = %s ON CONFLICT DO NOTHING"
    whose = (shop.merchant_id, shop.account.receiving_id, PRICE + rupiah(1), PRICE + rupiah(999), last)
    shop.rows(taken, *whose, False)
    assert (len(shop.expected()), await full(view)) == (998, set())
    shop.rows(taken, *whose, True)
    assert (await full(view), await full(other), await full(dearer)) == ({"bank_transfer:BCA"}, set(), set())
    with pytest.raises(MethodUnavailable):
        await shop.start(view)
    assert (await shop.start(other)).asked_sen == mine.asked_sen

    assert await PaymentReads(cast("Any", None)).full(shop.merchant_id, view.order.order_id, {}) == frozenset()
    merchant = engine.directory.merchant(shop.merchant_id)
    assert matched_ways(METHODS, replace(merchant, simulated=True), view) == {}
    await change_settings(engine, shop.merchant_id, {"matching_amount": "none"})
    assert matched_ways(METHODS, engine.directory.merchant(shop.merchant_id), view) == {}


async def test_an_account_that_was_closed_meanwhile(shop: BankShop) -> None:
    """Whoever composed the payment a moment before is refused: its payer would pay into an account that is closed."""
    view = await shop.placed()
    command = shop.command(view, shop.engines[1])
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    with pytest.raises(MethodUnavailable):
        await shop.engines[1].submit(command)
    assert shop.expected() == []


async def test_an_amount_is_kept_for_slow_money(shop: BankShop) -> None:
    """It stays this payment's for three days beyond its end, whatever became of it; then the janitor frees it."""
    until = real_now() + timedelta(hours=2)
    view = await shop.placed(expires_at=until)
    payment = await shop.start(view)
    await shop.engines[0].submit(
        CancelPayment(
            merchant_id=shop.merchant_id, environment="production", order_id=view.order.order_id,
            payment_id=payment.payment_id,
        )
    )  # fmt: skip
    assert shop.expected() == [(payment.asked_sen, payment.payment_id)]
    [(kept_until,)] = shop.rows("SELECT expected_until FROM expected_amounts WHERE merchant_id = %s", shop.merchant_id)
    assert kept_until == payment.expires_at + timedelta(days=3) if payment.expires_at else False

    days = {"keys_after_days": 30, "deliveries_after_days": 90, "jobs_after_days": 60, "proofs_after_days": 365}
    await forget_old(shop.engines[0], **days, limit=1000)
    assert len(shop.expected()) == 1
    shop.rows("UPDATE expected_amounts SET expected_until = now() WHERE merchant_id = %s", shop.merchant_id)
    await forget_old(shop.engines[0], **days, limit=1000)
    assert shop.expected() == []


async def test_who_chooses_again_is_asked_for_the_same(shop: BankShop) -> None:
    """A payer who changes the way to pay and comes back, thirty times, keeps one amount: what was sent meanwhile is
    found, and nobody can use up the amounts of a shop. Another order at the same price has another one."""
    view = await shop.placed()
    payments: list[Payment] = []
    for _ in range(30):
        payments.append(await shop.start(view))
        names = {"merchant_id": shop.merchant_id, "environment": "production"}
        await shop.engines[0].submit(
            CancelPayment(**names, order_id=view.order.order_id, payment_id=payments[-1].payment_id)
        )
    assert len({payment.asked_sen for payment in payments}) == 1
    assert shop.expected() == [(payments[-1].asked_sen, payments[-1].payment_id)]
    assert (await shop.start(await shop.placed())).asked_sen != payments[0].asked_sen
    assert len(shop.expected()) == 2


async def test_one_bank_account_named_twice(shop: BankShop) -> None:
    """Closed and named again it is one account to its bank: nobody is asked for what another payer may still send."""
    before = {(await shop.start(await shop.placed())).asked_sen for _ in range(40)}
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    shop.account = await open_account(shop.engines[0], shop.merchant_id, METHODS["bank_transfer"], BCA, "t")
    after = {(await shop.start(await shop.placed())).asked_sen for _ in range(40)}
    assert len(before | after) == 80
    assert {amount for amount, _ in shop.expected()} == before | after
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    other = BCA | {"number": "9876543210"}
    shop.account = await open_account(shop.engines[0], shop.merchant_id, METHODS["bank_transfer"], other, "t")
    assert shop.expected() == []


async def test_one_that_may_still_be_paid_keeps_it(shop: BankShop) -> None:
    """A payment without end is open for as long as it is: however old its row, the janitor leaves it."""
    payment = await shop.start(await shop.placed())
    shop.rows("UPDATE expected_amounts SET expected_until = now() WHERE merchant_id = %s", shop.merchant_id)
    days = {"keys_after_days": 30, "deliveries_after_days": 90, "jobs_after_days": 60, "proofs_after_days": 365}
    await forget_old(shop.engines[0], **days, limit=1000)
    assert shop.expected() == [(payment.asked_sen, payment.payment_id)]


async def test_two_processes_that_begin_at_the_same_amount(shop: BankShop) -> None:
    """Payments whose ids lead to the same amount first, started through two processes at once: the account's lock lets
    them choose in turn, and none is refused or run a second time by the database's own rule."""
    views = [await shop.placed() for _ in range(40)]
    first = shop.engines[0].ids.next() * 999
    commands = [
        msgspec.structs.replace(shop.command(view, shop.engines[n % 2]), payment_id=first + 999 * n)
        for n, view in enumerate(views)
    ]
    started = await asyncio.gather(*(shop.engines[n % 2].submit(one) for n, one in enumerate(commands)))
    assert len({one.answer.payments[-1].asked_sen for one in started}) == 40


async def test_marked_paid_at_a_counter(shop: BankShop) -> None:
    """A person who says that an order is paid, without naming another way, means the transfer its payer was asked for:
    that payment is completed and the difference booked; taken back, both are booked out again. Cash is another one."""
    owner = {"merchant_id": shop.merchant_id, "environment": "production", "channel": "t"}
    for method, kept in (("manual", True), ("cash", False)):
        view = await shop.placed()
        payment = await shop.start(view)
        mark = {**owner, "order_ids": (view.order.order_id,), "method": method}
        await shop.engines[0].submit(ChangeStatus(**mark, payment="paid"))
        paid = await shop.engines[0].orders.by_id(shop.merchant_id, view.order.order_id)
        assert paid is not None
        stands = [(p.method, p.status, p.matching_sen) for p in paid.payments]
        mine = ("bank_transfer", "completed" if kept else "cancelled", payment.matching_sen)
        assert stands == ([mine] if kept else [mine, ("cash", "completed", 0)])
        assert await check(shop.engines[0], shop.merchant_id) == []
        await shop.engines[0].submit(ChangeStatus(**mark, payment="unpaid"))
        assert await check(shop.engines[0], shop.merchant_id) == []
    moved = shop.rows(
        "SELECT sum(CASE a.account_id WHEN t.credit_account_id THEN t.amount_sen ELSE -t.amount_sen END)::int8 "
        "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id AND a.kind = 'fees' "
        "AND a.account_id IN (t.credit_account_id, t.debit_account_id) WHERE t.merchant_id = %s",
        shop.merchant_id,
    )
    assert moved == [(0,)]


async def test_the_difference_is_in_the_books(shop: BankShop) -> None:
    """The order is paid its price; what came more is a gain beside it, to the rupiah, and the books hold. When the
    transfer is missing they say so."""
    view = await shop.placed()
    payment = await shop.start(view)
    paid = await shop.engines[0].submit(
        RecordPayment(
            merchant_id=shop.merchant_id, environment="production", order_id=view.order.order_id, outcome="paid",
            payment_id=payment.payment_id, by="operator:t", reference="R",
        )
    )  # fmt: skip
    assert paid.answer.order.charged_sen == PRICE
    moved = dict(
        shop.rows(
            "SELECT a.kind, sum(CASE a.account_id WHEN t.credit_account_id THEN 1 ELSE -1 END * t.amount_sen)::int8 "
            "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id "
            "AND a.account_id IN (t.credit_account_id, t.debit_account_id) WHERE t.merchant_id = %s GROUP BY 1",
            shop.merchant_id,
        )
    )
    assert moved == {"gateway": -payment.asked_sen, "sales": PRICE, "fees": payment.matching_sen}
    assert await check(shop.engines[0], shop.merchant_id) == []
    shop.rows("UPDATE payments SET matching_sen = matching_sen + 100 WHERE merchant_id = %s", shop.merchant_id)
    assert [one.invariant for one in await check(shop.engines[0], shop.merchant_id)] == ["fees_booked"]
    # Put back: whoever checks the books of this whole database later finds them right.
    shop.rows("UPDATE payments SET matching_sen = matching_sen - 100 WHERE merchant_id = %s", shop.merchant_id)
