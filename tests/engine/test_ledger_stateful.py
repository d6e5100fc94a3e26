"""Orders and money in any order of events: after every step the books hold, and are those of the model beside them."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from engine_kit import EPOCH, Shop, key_of, open_shop
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
from ledger_model import Expected, OrderModel, PaymentModel, ShopModel

from gerai.domain.records import OrderView
from gerai.domain.refusals import Refusal
from gerai.engine.check import check
from gerai.engine.command import Command, Outcome
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import change_settings, set_test_clock
from gerai.engine.orders import find
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.start import StartPayment
from gerai.engine.wallet.deposit import Deposit

ANY = st.integers(0, 10**6)
TWICE = st.booleans()


class Books(RuleBasedStateMachine):
    """One merchant per example, in the sandbox, where the test clock can be set."""

    engine: ClassVar[Engine]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def _run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(money=st.integers(0, 50_00), on_hand=st.integers(0, 6))
    def open(self, money: int, on_hand: int) -> None:
        """A shop with some money in its member's wallet and a few pieces on its shelf."""
        self.model = ShopModel(on_hand)
        self.shop: Shop = self._run(open_shop(self.engine, environment="sandbox"))
        self.stock_id: int = self._run(self.shop.add_stock(on_hand))
        self._run(set_test_clock(self.engine, self.shop.merchant_id, frozen_at=EPOCH))
        if money:
            self._run(self.shop.deposit(money))
            self.model.deposit(money)

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

    def _order(self, number: int) -> OrderModel:
        return self.model.orders[number % len(self.model.orders)]

    def _payment(self, number: int) -> tuple[OrderModel, PaymentModel]:
        pairs = [(order, payment) for order in self.model.orders for payment in order.payments]
        return pairs[number % len(pairs)]

    def _names(self, order: OrderModel) -> dict[str, Any]:
        return {**self.shop.owner, "order_id": order.order_id}

    def has_orders(self) -> bool:
        return bool(self.model.orders)

    def has_payments(self) -> bool:
        return any(order.payments for order in self.model.orders)

    # --- what can happen -------------------------------------------------------------------

    @rule(amount=st.integers(1, 30_00))
    def deposit(self, amount: int) -> None:
        command = Deposit(**self.shop.owner, account_id=self.shop.account_id, amount_sen=amount)
        self._do(command, lambda: self.model.deposit(amount))

    @rule(
        funding=st.sampled_from(["invoice", "invoice", "wallet", "hold", "hold", "free"]),
        unit=st.one_of(st.just(0), st.integers(1, 9_00)),
        quantity=st.integers(1, 3),
        stocked=st.booleans(),
        provider=st.booleans(),
        owner=st.booleans(),
        expires_in=st.one_of(st.none(), st.integers(1, 90)),
        twice=TWICE,
    )
    def place(self, **drawn: Any) -> None:
        funding, twice, expires_in = drawn["funding"], drawn.pop("twice"), drawn.pop("expires_in")
        provider, owner = drawn["provider"] or funding == "hold", drawn["owner"] or funding in ("wallet", "hold")
        drawn |= {"provider": provider, "owner": owner}
        expires = None if expires_in is None or funding != "invoice" else self.model.clock + expires_in
        after = "start" if provider or drawn["unit"] % 2 else "complete"
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

    @precondition(has_orders)
    @rule(number=ANY)
    def start_payment(self, number: int) -> None:
        order = self._order(number)
        payment = PaymentModel(self.engine.ids.next(), order.total, "va")
        command = StartPayment(
            **self._names(order), payment_id=payment.payment_id, public_id=f"p{payment.payment_id}", method="va",
            channel_code="BCA", amount_sen=order.total, instructions={},
        )  # fmt: skip
        self._do(command, lambda: self.model.start_payment(order, payment))

    @precondition(has_payments)
    @rule(number=ANY, outcome=st.sampled_from(["failed", "expired"]), twice=TWICE)
    def payment_does_not_come(self, number: int, outcome: Any, twice: bool) -> None:
        order, payment = self._payment(number)
        command = RecordPayment(**self._names(order), payment_id=payment.payment_id, outcome=outcome)
        self._do(command, lambda: self.model.end_payment(payment, outcome), twice)

    @precondition(has_payments)
    @rule(number=ANY, twice=TWICE)
    def give_up_payment(self, number: int, twice: bool) -> None:
        order, payment = self._payment(number)
        command = CancelPayment(**self._names(order), payment_id=payment.payment_id)
        self._do(command, lambda: self.model.end_payment(payment, "cancelled"), twice)

    @precondition(has_payments)
    @rule(number=ANY, twice=TWICE)
    def pay(self, number: int, twice: bool) -> None:
        order, payment = self._payment(number)
        command = RecordPayment(**self._names(order), payment_id=payment.payment_id, outcome="paid")
        self._do(command, lambda: self.model.pay(order, payment), twice)

    @precondition(has_orders)
    @rule(number=ANY)
    def mark_paid(self, number: int) -> None:
        order = self._order(number)
        payment = PaymentModel(0, order.total, "manual")
        self._do(
            RecordPayment(
                **self._names(order), outcome="paid", method="manual", public_id=f"m{self.engine.ids.next()}"
            ),
            lambda: self.model.pay(order, payment),
        )
        if payment in order.payments:
            view: OrderView = self._run(find.by_id(self.engine.reads, self.shop.merchant_id, order.order_id))
            payment.payment_id = view.payments[-1].payment_id

    @precondition(has_payments)
    @rule(number=ANY, share=st.integers(-1, 5), to_wallet=st.booleans(), twice=TWICE)
    def refund(self, number: int, share: int, to_wallet: bool, twice: bool) -> None:
        order, payment = self._payment(number)
        amount = payment.amount * share // 4
        command = RefundPayment(
            **self._names(order), payment_id=payment.payment_id, amount_sen=amount,
            to="wallet" if to_wallet else "payer",
        )  # fmt: skip
        self._do(command, lambda: self.model.refund(order, payment, amount, to_wallet), twice)

    @precondition(has_orders)
    @rule(number=ANY, outcome=st.sampled_from(["done", "done", "done", "pending", "unknown"]), part=ANY, twice=TWICE)
    def provider_answers(self, number: int, outcome: Any, part: int, twice: bool) -> None:
        order = self._order(number)
        succeeded = part % (order.quantity + 1) if outcome == "done" else 0
        failed = order.quantity - succeeded if outcome == "done" else 0
        command = RecordFulfilment(**self._names(order), outcome=outcome, succeeded=succeeded, failed=failed)
        self._do(command, lambda: self.model.record(order, outcome, succeeded), twice)

    @precondition(has_orders)
    @rule(number=ANY, twice=TWICE)
    def cancel(self, number: int, twice: bool) -> None:
        order = self._order(number)
        self._do(CancelOrder(**self._names(order)), lambda: self.model.cancel(order), twice)

    @precondition(has_orders)
    @rule(number=ANY, twice=TWICE)
    def expire(self, number: int, twice: bool) -> None:
        order = self._order(number)
        self._do(ExpireOrder(**self._names(order)), lambda: self.model.expire(order), twice)

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        self.model.clock += minutes
        now = EPOCH + timedelta(minutes=self.model.clock)
        self._run(set_test_clock(self.engine, self.shop.merchant_id, frozen_at=now))

    @rule(late=st.sampled_from(["accept", "wallet", "hold"]))
    def seller_changes_the_rule(self, late: str) -> None:
        self.model.rule = late
        self._run(change_settings(self.engine, self.shop.merchant_id, {"late_payment": late}))

    # --- what must always hold -------------------------------------------------------------

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "shop"):
            assert self._run(check(self.engine.reads, self.shop.merchant_id)) == []

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
        wanted = find.OrderFilter(self.shop.merchant_id, "sandbox", "test", after_id=0)
        views = await find.listing(self.engine.reads, wanted, 1000)
        assert [_seen(view) for view in views] == [_expected(order) for order in model.orders]


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
                    max_examples=60, stateful_step_count=30, derandomize=True, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        finally:
            runner.run(Books.engine.stop())
