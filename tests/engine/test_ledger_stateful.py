"""Orders and money in any order of events: after every step the books hold, and are those of the model beside them."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_model import DepositModel, Expected, OrderModel, PaymentModel, ShopModel

from engine_kit import EPOCH, Shop, key_of, open_shop
from gerai.domain.filters import DepositFilter, OrderFilter, Scope
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.domain.refusals import Refusal
from gerai.engine.check import check
from gerai.engine.command import Command, Outcome
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import change_settings, set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.engine.payments.start import StartPayment

ANY = st.integers(0, 10**6)
TWICE = st.booleans()
ORDERS_AT_MOST = 8
#: What may be ordered.
ORDER = st.fixed_dictionaries(
    {
        "funding": st.sampled_from(["invoice", "invoice", "invoice", "wallet", "wallet", "hold", "hold", "free"]),
        "unit": st.one_of(*[st.integers(1, 9_00).map(rupiah)] * 2, st.just(0)),
        "quantity": st.integers(1, 3),
        "stocked": st.booleans(),
        "provider": st.booleans(),
        "owner": st.booleans(),
        "expires_in": st.one_of(st.integers(1, 30), st.none()),
        "twice": TWICE,
        "started": st.booleans(),
    }
)
#: A deposit that is asked for, and how it ends before anybody pays, if it does.
DEPOSIT = st.fixed_dictionaries(
    {
        "amount": st.integers(1, 30_00).map(rupiah),
        "expires_in": st.one_of(st.integers(1, 30), st.none()),
        "fate": st.sampled_from(["pending", "pending", "failed", "expired", "cancelled"]),
    }
)
#: What may happen to a deposit that is not done; and what anybody may try with any.
LIKELY = {
    "pending": ["paid", "paid", "failed", "expired", "cancelled"],
    "failed": ["paid"],
    "expired": ["paid"],
    "cancelled": ["paid"],
    "late": ["accept", "refund"],
}
ODD = ["paid", "failed", "expired", "cancelled", "accept", "refund"]
LATE = st.sampled_from(["accept", "wallet", "hold"])


def has_orders(*states: str) -> Callable[[Any], bool]:
    """There is an order in one of these states."""
    return lambda books: any(order.status in states for order in books.model.orders)


def has_payments(*states: str) -> Callable[[Any], bool]:
    """There is a payment in one of these states."""
    return lambda books: any(payment.status in states for order in books.model.orders for payment in order.payments)


class Books(RuleBasedStateMachine):
    """One merchant per example, in the sandbox, where the test clock can be set."""

    engine: ClassVar[Engine]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def _run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(
        money=st.integers(1, 100_00).map(rupiah), on_hand=st.integers(0, 12),
        orders=st.lists(ORDER, min_size=2, max_size=5),
        deposits=st.lists(DEPOSIT, min_size=1, max_size=3), late=LATE,
    )  # fmt: skip
    def open(
        self, money: int, on_hand: int, orders: list[dict[str, Any]], deposits: list[dict[str, Any]], late: str
    ) -> None:
        """A shop with money in its member's wallet, some pieces on its shelf, a few orders and deposits."""
        self.model = ShopModel(on_hand)
        self.shop: Shop = self._run(open_shop(self.engine, environment="sandbox"))
        self.stock_id: int = self._run(self.shop.add_stock(on_hand))
        self._run(set_test_clock(self.engine, self.shop.merchant_id, frozen_at=EPOCH))
        self._deposit_by_hand(money)
        self._change_rule(late)
        for order in orders:
            self._place(order)
        for deposit in deposits:
            self._start_deposit(deposit)

    # --- saying and predicting -------------------------------------------------------------

    def _do(self, command: Command[Any], predict: Callable[[], Expected], twice: bool = False) -> None:
        """Submit a command, or the same twice at once, and compare with what the model expects of each."""
        expected = [predict() for _ in range(1 + twice)]
        self._compare(self._run(self._submit([command] * len(expected))), expected)

    async def _submit(self, commands: list[Command[Any]]) -> list[Any]:
        return await asyncio.gather(*map(self.engine.submit, commands), return_exceptions=True)

    def _compare(self, outcomes: list[Any], expected: list[Expected]) -> None:
        for outcome, wanted in zip(outcomes, expected, strict=True):
            assert isinstance(outcome, Outcome if wanted is None else Refusal), outcome
            assert wanted is None or type(outcome) is wanted

    def _order(self, number: int, *states: str) -> OrderModel:
        """An order in one of these states; of none are named, any."""
        orders = [order for order in self.model.orders if order.status in states or not states]
        return orders[number % len(orders)]

    def _payment(self, number: int, *states: str) -> tuple[OrderModel, PaymentModel]:
        """A payment in one of these states with its order; if none are named, any."""
        pairs = [(order, payment) for order in self.model.orders for payment in order.payments]
        pairs = [pair for pair in pairs if pair[1].status in states or not states]
        return pairs[number % len(pairs)]

    def _names(self, order: OrderModel) -> dict[str, Any]:
        return {**self.shop.owner, "order_id": order.order_id}

    # --- what can happen -------------------------------------------------------------------

    @rule(amount=st.integers(1, 30_00).map(rupiah), minutes=st.integers(1, 40), late=LATE, deposit=DEPOSIT)
    def the_world_turns(self, amount: int, minutes: int, late: str, deposit: dict[str, Any]) -> None:
        """Time passes, what is due is swept or not yet, money is put into the wallet, more is asked for, and the seller
        changes the rule for late payments."""
        self.model.clock += minutes
        now = EPOCH + timedelta(minutes=self.model.clock)
        self._run(set_test_clock(self.engine, self.shop.merchant_id, frozen_at=now))
        for order in [order for order in self.model.orders if order.expires is not None and amount // 100 % 2]:
            self._expire(order)
        for known in [known for known in self.model.deposits if known.expires is not None and amount // 100 % 2]:
            if known.expires <= self.model.clock:
                self._end_deposit(known, how="expired")
        self._change_rule(late)
        self._deposit_by_hand(amount)
        self._start_deposit(deposit)

    def _change_rule(self, late: str) -> None:
        self.model.rule = late
        self._run(change_settings(self.engine, self.shop.merchant_id, {"late_payment": late}))

    @precondition(lambda books: len(books.model.orders) < ORDERS_AT_MOST)
    @rule(order=ORDER)
    def place(self, order: dict[str, Any]) -> None:
        self._place(order)

    def _place(self, order_drawn: dict[str, Any]) -> None:
        drawn = dict(order_drawn)
        funding, expires_in = drawn["funding"], drawn.pop("expires_in")
        twice, started = drawn.pop("twice"), drawn.pop("started")
        provider, owner = drawn["provider"] or funding == "hold", drawn["owner"] or funding in ("wallet", "hold")
        drawn |= {"provider": provider, "owner": owner}
        expires = None if expires_in is None or funding != "invoice" else self.model.clock + expires_in
        after = "start" if provider or drawn["unit"] // 100 % 2 else "complete"
        order = OrderModel(self.engine.ids.next(), **drawn, expires=expires, after=after)
        command = self.shop.order(
            funding,
            order.total,
            order_id=order.order_id,
            public_id=f"o{order.order_id}",
            lines=(self.shop.line(order.total, order.quantity, self.stock_id if order.stocked else None),),
            provider="simulator" if provider else "",
            account_id=self.shop.account_id if owner else None,
            after_payment=after,
            expires_at=None if expires is None else EPOCH + timedelta(minutes=expires),
        )
        key = key_of(f"k{order.order_id}")

        async def submit() -> list[Any]:
            sent = (self.engine.submit(command, key) for _ in range(1 + twice))
            return await asyncio.gather(*sent, return_exceptions=True)

        first = self.model.place(copy.deepcopy(order), 0)
        outcomes = self._run(submit())
        self._compare(outcomes, [first] * len(outcomes))
        if first is None:
            assert [outcome.replayed for outcome in outcomes] == [False, True][: len(outcomes)]
            for known, made in zip(self.model.orders[-1].payments, outcomes[0].answer.view.payments, strict=True):
                known.payment_id = made.payment_id
            if started and order.total:
                self._start_payment(self.model.orders[-1])

    def _choose(self, order: OrderModel, twice: bool = False) -> None:
        """As the page does, also when its form is sent twice at once."""
        self._start_payment(order, twice, only_if_none_open=True)

    def _start_payment(self, order: OrderModel, twice: bool = False, only_if_none_open: bool = False) -> None:
        on_top, fee = order.unit // 100 % 3, order.total * (order.unit // 100 % 5) // 10
        payment = PaymentModel(self.engine.ids.next(), order.total, "va", on_top=on_top, fee=fee)
        command = StartPayment(
            **self._names(order), payment_id=payment.payment_id, public_id=f"p{payment.payment_id}", method="va",
            channel_code="BCA", amount_sen=order.total, instructions={}, fee_sen=on_top, merchant_fee_sen=fee,
            only_if_none_open=only_if_none_open,
        )  # fmt: skip
        self._do(
            command,
            lambda: self.model.start_payment(order, payment, only_if_none_open),
            twice and only_if_none_open,
        )

    def _mark_paid(self, order: OrderModel, twice: bool = False) -> None:
        payment = PaymentModel(0, order.total, "manual")
        command = RecordPayment(**self._names(order), outcome="paid", method="manual")
        self._do(command, lambda: self.model.pay(order, payment))
        if payment in order.payments:
            view: OrderView = self._run(self.engine.orders.by_id(self.shop.merchant_id, order.order_id))
            payment.payment_id = view.payments[-1].payment_id

    def _cancel(self, order: OrderModel, twice: bool = False) -> None:
        self._do(CancelOrder(**self._names(order)), lambda: self.model.cancel(order), twice)

    def _expire(self, order: OrderModel, twice: bool = False) -> None:
        self._do(ExpireOrder(**self._names(order)), lambda: self.model.expire(order), twice)

    def _record(self, order: OrderModel, twice: bool = False, outcome: Any = "done", part: int = 0) -> None:
        succeeded = part % (order.quantity + 1) if outcome == "done" else 0
        failed = order.quantity - succeeded if outcome == "done" else 0
        command = RecordFulfilment(**self._names(order), outcome=outcome, succeeded=succeeded, failed=failed)
        self._do(command, lambda: self.model.record(order, outcome, succeeded), twice)

    def _end_payment(self, pair: tuple[OrderModel, PaymentModel], twice: bool = False, how: Any = "failed") -> None:
        order, payment = pair
        names = {**self._names(order), "payment_id": payment.payment_id}
        command = CancelPayment(**names) if how == "cancelled" else RecordPayment(**names, outcome=how)
        self._do(command, lambda: self.model.end_payment(payment, how), twice)

    def _pay(self, pair: tuple[OrderModel, PaymentModel], twice: bool = False) -> None:
        order, payment = pair
        command = RecordPayment(**self._names(order), payment_id=payment.payment_id, outcome="paid")
        self._do(command, lambda: self.model.pay(order, payment), twice)

    def _refund(
        self, pair: tuple[OrderModel, PaymentModel], twice: bool = False, share: int = 1, to_wallet: bool = False
    ) -> None:
        order, payment = pair
        amount, to = payment.amount * share // 400 * 100, "wallet" if to_wallet else "payer"
        command = RefundPayment(**self._names(order), payment_id=payment.payment_id, amount_sen=amount, to=to)
        self._do(command, lambda: self.model.refund(order, payment, amount, to_wallet), twice)

    @precondition(has_orders("pending"))
    @rule(number=ANY, twice=TWICE, act=st.sampled_from(["start", "start", "choose", "mark", "cancel", "expire"]))
    def an_open_order_goes_on(self, number: int, twice: bool, act: str) -> None:
        acts = {
            "start": self._start_payment, "choose": self._choose, "mark": self._mark_paid, "cancel": self._cancel,
            "expire": self._expire,
        }  # fmt: skip
        acts[act](self._order(number, "pending"), twice)

    @precondition(has_orders("processing"))
    @rule(number=ANY, outcome=st.sampled_from(["done", "done", "pending", "unknown"]), part=ANY, twice=TWICE)
    def a_provider_answers(self, number: int, outcome: str, part: int, twice: bool) -> None:
        self._record(self._order(number, "processing"), twice, outcome, part)

    @precondition(has_orders("processing"))
    @rule(number=ANY, twice=TWICE)
    def a_running_order_is_cancelled(self, number: int, twice: bool) -> None:
        self._cancel(self._order(number, "processing"), twice)

    @precondition(has_payments("processing"))
    @rule(number=ANY, twice=TWICE)
    def money_arrives(self, number: int, twice: bool) -> None:
        self._pay(self._payment(number, "processing"), twice)

    @precondition(has_payments("processing"))
    @rule(number=ANY, how=st.sampled_from(["failed", "expired", "cancelled"]), twice=TWICE)
    def money_does_not_come(self, number: int, how: str, twice: bool) -> None:
        self._end_payment(self._payment(number, "processing"), twice, how)

    @precondition(has_payments("failed", "expired", "cancelled"))
    @rule(number=ANY, twice=TWICE)
    def money_comes_after_all(self, number: int, twice: bool) -> None:
        self._pay(self._payment(number, "failed", "expired", "cancelled"), twice)

    def _resolve(self, pair: tuple[OrderModel, PaymentModel], twice: bool = False, decision: Any = "accept") -> None:
        order, payment = pair
        command = ResolveLate(**self._names(order), payment_id=payment.payment_id, decision=decision)
        self._do(command, lambda: self.model.resolve(order, payment, decision), twice)

    @precondition(has_payments("late"))
    @rule(number=ANY, decision=st.sampled_from(["accept", "refund", "wallet"]), twice=TWICE)
    def somebody_decides_about_late_money(self, number: int, decision: str, twice: bool) -> None:
        self._resolve(self._payment(number, "late"), twice, decision)

    @precondition(has_payments("completed"))
    @rule(number=ANY, share=st.integers(1, 4), to_wallet=st.booleans(), twice=TWICE)
    def money_goes_back(self, number: int, share: int, to_wallet: bool, twice: bool) -> None:
        self._refund(self._payment(number, "completed"), twice, share, to_wallet)

    @rule(
        number=ANY,
        act=st.sampled_from(["start", "mark", "cancel", "expire", "record", "fail", "pay", "refund", "resolve", "-"]),
    )
    def somebody_does_what_they_should_not(self, number: int, act: str) -> None:
        """Any act on any order or payment, in whatever state it is."""
        on_orders = {
            "start": self._start_payment, "mark": self._mark_paid, "cancel": self._cancel, "expire": self._expire,
            "record": self._record,
        }  # fmt: skip
        if act in on_orders and self.model.orders:
            on_orders[act](self._order(number))
        elif act not in on_orders and any(order.payments for order in self.model.orders):
            pair = self._payment(number)
            acts = {"fail": self._end_payment, "pay": self._pay, "refund": self._refund, "resolve": self._resolve}
            acts.get(act, self._refund_too_much)(pair)

    # --- deposits --------------------------------------------------------------------------

    def _deposit_by_hand(self, amount: int) -> None:
        deposit = DepositModel(self.engine.ids.next(), amount)
        command = ManualDeposit(
            **self.shop.owner, account_id=self.shop.account_id, amount_sen=amount, channel="test",
            deposit_id=deposit.deposit_id,
        )  # fmt: skip
        self._do(command, lambda: self.model.deposit_by_hand(deposit))

    def _pay_deposit(self, deposit: DepositModel, twice: bool = False) -> None:
        command = RecordDeposit(**self.shop.owner, deposit_id=deposit.deposit_id, outcome="paid")
        self._do(command, lambda: self.model.pay_deposit(deposit), twice)

    def _end_deposit(self, deposit: DepositModel, twice: bool = False, how: Any = "failed") -> None:
        names = {**self.shop.owner, "deposit_id": deposit.deposit_id}
        command = CancelDeposit(**names) if how == "cancelled" else RecordDeposit(**names, outcome=how)
        self._do(command, lambda: self.model.end_deposit(deposit, how), twice)

    def _resolve_deposit(self, deposit: DepositModel, twice: bool = False, decision: Any = "accept") -> None:
        command = ResolveLateDeposit(**self.shop.owner, deposit_id=deposit.deposit_id, decision=decision)
        self._do(command, lambda: self.model.resolve_deposit(deposit, decision == "accept"), twice)

    def _start_deposit(self, drawn: dict[str, Any]) -> None:
        """Start a deposit, and let it end unpaid when that is its fate."""
        amount, expires_in, fate = drawn["amount"], drawn["expires_in"], drawn["fate"]
        expires = None if expires_in is None else self.model.clock + expires_in
        deposit = DepositModel(self.engine.ids.next(), amount, expires)
        command = self.shop.new_deposit(
            amount, deposit_id=deposit.deposit_id, public_id=f"d{deposit.deposit_id}",
            fee_sen=rupiah(amount // 100 % 7),
            expires_at=None if expires is None else EPOCH + timedelta(minutes=expires),
        )  # fmt: skip
        self._do(command, lambda: self.model.start_deposit(deposit))
        if fate != "pending":
            self._end_deposit(deposit, how=fate)

    @rule(
        acts=st.lists(st.tuples(ANY, ANY, TWICE, st.sampled_from([True, False, False, False])), min_size=2, max_size=6)
    )
    def deposits_go_on(self, acts: list[tuple[int, int, bool, bool]]) -> None:
        for act in acts:
            self._happen_to_a_deposit(*act)

    def _happen_to_a_deposit(self, number: int, act: int, twice: bool, odd: bool) -> None:
        """What is likely to happen to a deposit that is not done, or something odd: any act on any deposit."""
        likely = [deposit for deposit in self.model.deposits if deposit.status in LIKELY]
        deposits = self.model.deposits if odd or not likely else likely
        deposit = deposits[number % len(deposits)]
        acts = ODD if odd else LIKELY.get(deposit.status, ODD)
        match acts[act % len(acts)]:
            case "paid":
                self._pay_deposit(deposit, twice)
            case "accept" | "refund" as decision:
                self._resolve_deposit(deposit, twice, decision)
            case how:
                self._end_deposit(deposit, twice, how)

    def _refund_too_much(self, pair: tuple[OrderModel, PaymentModel]) -> None:
        self._refund(pair, share=5)

    # --- what must always hold -------------------------------------------------------------

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "shop"):
            assert self._run(check(self.engine, self.shop.merchant_id)) == []

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        if hasattr(self, "shop"):
            self._run(self._same_as_the_model())

    async def _same_as_the_model(self) -> None:
        wallet, model = await self.shop.wallet(), self.model
        assert (wallet.credits_posted, wallet.debits_posted, wallet.debits_pending) == (
            model.credited, model.debited, model.held,
        )  # fmt: skip
        assert await self.shop.stock(self.stock_id) == (model.on_hand, model.reserved)
        scope = Scope(self.shop.merchant_id, "sandbox", "test")
        views = [*reversed(await self.engine.orders.page(scope, OrderFilter(), 1000))]
        assert [_seen(view) for view in views] == [_expected(order) for order in model.orders]
        deposits = await self.engine.deposits.page(scope, DepositFilter(), 1000)
        assert [(d.deposit_id, d.status, d.amount_sen) for d in reversed(deposits)] == [
            (d.deposit_id, d.status, d.amount) for d in model.deposits
        ]
        assert await self._balances("gateway", "fees") == [model.gateway, model.fees]
        waits = await self.engine.payments.waiting(self.shop.merchant_id)
        assert {(w.payment_id, w.why, w.amount_sen) for w in waits} == set(_waiting(model))

    async def _balances(self, *kinds: str) -> list[int]:
        """What more was taken from each system account than given to it."""
        text = """
            SELECT coalesce(sum(CASE t.debit_account_id WHEN %s THEN t.amount_sen ELSE -t.amount_sen END), 0)::int8
            FROM transfers t WHERE t.merchant_id = %s AND %s IN (t.debit_account_id, t.credit_account_id)"""
        accounts = self.engine.directory.merchant(self.shop.merchant_id).accounts
        found: list[int] = []
        async with self.engine.connection() as connection:
            for kind in kinds:
                account_id = accounts["sandbox", kind]
                cursor = await connection.execute(text, (account_id, self.shop.merchant_id, account_id))
                [(balance,)] = await cursor.fetchall()
                found.append(balance)
        return found


def _seen(view: OrderView) -> tuple[Any, ...]:
    order = view.order
    return (
        order.order_id, order.status, order.charged_sen, order.refunded_sen,
        None if view.invoice is None else view.invoice.status,
        None if view.fulfilment is None else view.fulfilment.status,
        [(p.payment_id, p.status, p.refunded_sen) for p in view.payments],
    )  # fmt: skip


def _expected(order: OrderModel) -> tuple[Any, ...]:
    payments = [(p.payment_id, p.status, p.refunded) for p in order.payments]
    return (order.order_id, order.status, order.charged, order.refunded, order.invoice, order.work, payments)


def _waiting(model: ShopModel) -> Iterator[tuple[int, str, int]]:
    """Late money, and what was paid for orders that ended undelivered."""
    for order in model.orders:
        for payment in order.payments:
            left = payment.amount - payment.refunded
            if payment.status == "late":
                yield payment.payment_id, "late", left
            elif payment.status == "completed" and order.status in ("cancelled", "failed") and left:
                yield payment.payment_id, order.status, left


@pytest.mark.slow
def test_any_interleaving_keeps_the_books(dsn: str) -> None:
    """Random interleavings of everything that can happen to orders and money, some of it twice at once: every answer is
    the model's, and after every step all invariants hold."""
    with asyncio.Runner() as runner:
        Books.loop = runner.get_loop()
        Books.engine = Engine(dsn, reads_pool_size=2)
        runner.run(Books.engine.start())
        try:
            run_state_machine_as_test(
                Books,
                settings=settings(
                    max_examples=30, stateful_step_count=24, derandomize=True, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        finally:
            runner.run(Books.engine.stop())
