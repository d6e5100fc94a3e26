"""A second, much simpler account of what the engine should do: plain Python beside the database.

Each method plays one command on the model and answers the refusal it expects, or None when the command is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.domain.refusals import (
    InsufficientFunds,
    NotFound,
    OutOfStock,
    RefundTooLarge,
    Refusal,
    StateConflict,
)

Expected = type[Refusal] | None


@dataclass
class PaymentModel:
    """A payment. ``on_top``: what the payer pays for its method; ``fee``: what the method keeps of the amount."""

    payment_id: int
    amount: int
    method: str
    status: str = "processing"
    refunded: int = 0
    on_top: int = 0
    fee: int = 0


@dataclass
class OrderModel:
    """An order with what hangs on it. ``owner``: its member has a wallet. ``expires``: minute on the clock, or None."""

    order_id: int
    funding: str
    unit: int
    quantity: int
    stocked: bool
    provider: bool
    owner: bool
    expires: int | None
    after: str
    status: str = "pending"
    charged: int = 0
    refunded: int = 0
    invoice: str | None = None
    work: str | None = None
    asked: bool = False
    payments: list[PaymentModel] = field(default_factory=list)

    @property
    def in_work(self) -> bool:
        """Whether the provider was asked and nobody knows what came of it."""
        return self.status == "processing" and (self.work == "unknown" or (self.work == "requested" and self.asked))

    @property
    def total(self) -> int:
        return self.unit * self.quantity


@dataclass
class DepositModel:
    """A deposit. ``expires``: minute on the clock, or None."""

    deposit_id: int
    amount: int
    expires: int | None = None
    status: str = "pending"


@dataclass
class ShopModel:
    """One wallet, one stock row, a clock in minutes, the late-payment rule, the orders and the deposits. ``gateway``:
    what the payment methods owe us; ``fees``: what they kept of the shop's money."""

    on_hand: int
    reserved: int = 0
    credited: int = 0
    debited: int = 0
    held: int = 0
    gateway: int = 0
    fees: int = 0
    clock: int = 0
    rule: str = "accept"
    orders: list[OrderModel] = field(default_factory=list)
    deposits: list[DepositModel] = field(default_factory=list)

    @property
    def available(self) -> int:
        return self.credited - self.debited - self.held

    def start_deposit(self, deposit: DepositModel) -> Expected:
        self.deposits.append(deposit)
        return None

    def deposit_by_hand(self, deposit: DepositModel) -> Expected:
        self.deposits.append(deposit)
        return self._credited(deposit)

    def pay_deposit(self, deposit: DepositModel) -> Expected:
        if deposit.status in ("succeeded", "late", "refunded"):
            return StateConflict
        late = deposit.status != "pending" or self._over(deposit)
        self.gateway += deposit.amount
        if late and self.rule == "hold":
            deposit.status = "late"
            return None
        return self._credited(deposit)

    def end_deposit(self, deposit: DepositModel, status: str) -> Expected:
        if deposit.status != "pending":
            return StateConflict
        deposit.status = status
        return None

    def resolve_deposit(self, deposit: DepositModel, accepted: bool) -> Expected:
        if deposit.status != "late":
            return StateConflict
        if accepted:
            return self._credited(deposit)
        self.gateway -= deposit.amount
        deposit.status = "refunded"
        return None

    def _credited(self, deposit: DepositModel) -> Expected:
        deposit.status = "succeeded"
        self.credited += deposit.amount
        return None

    def place(self, order: OrderModel, payment_id: int) -> Expected:
        if order.stocked and self.on_hand - self.reserved < order.quantity:
            return OutOfStock
        if order.funding in ("wallet", "hold") and self.available < order.total:
            return InsufficientFunds
        self.orders.append(order)
        self.reserved += order.quantity * order.stocked
        order.work = "requested" if order.provider else None
        if order.funding == "invoice":
            order.invoice = "pending"
        elif order.funding == "hold":
            order.status = "processing"
            self.held += order.total
        elif order.funding == "wallet":
            self.debited += order.total
            order.invoice = "pending"
            order.payments.append(PaymentModel(payment_id, order.total, "wallet"))
            self._paid(order, order.payments[-1])
        return None

    def start_payment(self, order: OrderModel, payment: PaymentModel, only_if_none_open: bool = False) -> Expected:
        if order.invoice is None:
            return NotFound
        if order.status != "pending" or order.invoice != "pending" or self._over(order):
            return StateConflict
        if only_if_none_open and any(known.status == "processing" for known in order.payments):
            return StateConflict
        order.payments.append(payment)
        return None

    def end_payment(self, payment: PaymentModel, status: str) -> Expected:
        if payment.status != "processing":
            return StateConflict
        payment.status = status
        return None

    def pay(self, order: OrderModel, payment: PaymentModel) -> Expected:
        """``payment`` may be one that is not in the order yet: it is made on the spot."""
        if order.invoice is None:
            return NotFound
        if payment.status not in ("processing", "expired", "failed", "cancelled"):
            return StateConflict
        if payment not in order.payments:
            order.payments.append(payment)
        self.gateway += payment.amount - payment.fee
        self.fees += payment.fee
        payable = order.invoice == "pending" and order.status == "pending"
        if payable and payment.status == "processing":
            self._paid(order, payment)
        elif self.rule == "accept" and (payable or (order.status == "expired" and not order.stocked)):
            order.expires = order.expires if payable else None
            order.status = "pending"
            self._paid(order, payment)
        elif order.owner and self.rule in ("accept", "wallet"):
            payment.status, payment.refunded = "refunded", payment.amount
            self.credited += payment.amount
        else:
            payment.status = "late"
        return None

    def resolve(self, order: OrderModel, payment: PaymentModel, decision: str) -> Expected:
        """A person decides about late money."""
        if payment.status != "late":
            return StateConflict
        if decision == "accept":
            payable = order.invoice == "pending" and order.status == "pending"
            if not payable and (order.status != "expired" or order.stocked):
                return StateConflict
            order.expires = order.expires if payable else None
            order.status = "pending"
            self._paid(order, payment)
            return None
        if decision == "wallet":
            if not order.owner:
                return NotFound
            self.credited += payment.amount
        else:
            self.gateway -= payment.amount
        payment.status, payment.refunded = "refunded", payment.amount
        return None

    def refund(self, order: OrderModel, payment: PaymentModel, amount: int, to_wallet: bool) -> Expected:
        if payment.status != "completed":
            return StateConflict
        if not 0 < amount <= payment.amount - payment.refunded:
            return RefundTooLarge
        if order.in_work:
            return StateConflict
        if to_wallet or payment.method == "wallet":
            if not order.owner:
                return NotFound
            self.credited += amount
        else:
            self.gateway -= amount
        self._refunded(order, payment, amount)
        if payment.status == "refunded" and order.status == "processing":
            order.status = "failed"
            order.work = "cancelled" if order.work == "requested" else order.work
            self.reserved -= order.quantity * order.stocked
        return None

    def record(self, order: OrderModel, outcome: str, succeeded: int) -> Expected:
        if order.work is None:
            return NotFound
        if order.status != "processing":
            return StateConflict
        if outcome != "done":
            order.asked = True
            order.work = "unknown" if outcome == "unknown" else order.work
            return None
        failed = order.quantity - succeeded
        done = ("completed", "succeeded") if not failed else ("partial", "partial") if succeeded else ("failed",) * 2
        order.status, order.work = done
        self.reserved -= order.quantity * order.stocked
        self.on_hand -= order.quantity * order.stocked * (succeeded > 0)
        if order.funding == "hold":
            order.charged = order.unit * succeeded
            order.refunded = order.total - order.charged
            self.held -= order.total
            self.debited += order.charged
        elif not succeeded and order.owner:
            for payment in order.payments:
                # Of an order that cost nothing, nothing goes back.
                if payment.status == "completed" and payment.amount > payment.refunded:
                    self.credited += payment.amount - payment.refunded
                    self._refunded(order, payment, payment.amount - payment.refunded)
        return None

    def cancel(self, order: OrderModel) -> Expected:
        if order.invoice == "paid" or order.status not in ("pending", "processing"):
            return StateConflict
        if order.in_work:
            return StateConflict
        if order.funding == "hold":
            self.held -= order.total
            order.refunded = order.total
        if order.work == "requested":
            order.work = "cancelled"
        self._ended(order, "cancelled")
        return None

    def expire(self, order: OrderModel) -> Expected:
        if order.status != "pending" or not self._over(order):
            return StateConflict
        self._ended(order, "expired")
        return None

    def _over(self, thing: OrderModel | DepositModel) -> bool:
        return thing.expires is not None and thing.expires <= self.clock

    def _ended(self, order: OrderModel, status: str) -> None:
        order.status = status
        self.reserved -= order.quantity * order.stocked
        order.invoice = status if order.invoice == "pending" else order.invoice
        for payment in order.payments:
            payment.status = status if payment.status == "processing" else payment.status

    def _paid(self, order: OrderModel, payment: PaymentModel) -> None:
        payment.status, order.invoice, order.charged = "completed", "paid", order.total
        for other in order.payments:
            other.status = "cancelled" if other.status == "processing" else other.status
        order.status = {"start": "processing", "complete": "completed"}[order.after]
        if order.status == "completed":
            self.reserved -= order.quantity * order.stocked
            self.on_hand -= order.quantity * order.stocked

    def _refunded(self, order: OrderModel, payment: PaymentModel, amount: int) -> None:
        payment.refunded += amount
        order.refunded += amount
        if payment.refunded == payment.amount:
            payment.status, order.invoice = "refunded", "refunded"
