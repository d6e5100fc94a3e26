"""What money that came pays: a payment of an order, or a deposit. Both are asked the same, on the working copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gerai.domain.payment_status import CAME, DEPOSIT_MAY_COME, MAY_COME
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.domain.refusals import NotFound
from gerai.engine.command import Needs
from gerai.engine.deposits.record import DepositOutcome, RecordDeposit
from gerai.engine.deposits.transitions import announce_started
from gerai.engine.payments.record import PaymentOutcome, RecordPayment
from gerai.engine.state import State

#: What a deposit is that money may still come for.


class OfPayment(msgspec.Struct, frozen=True):
    """Money for an order, by one of its payments."""

    order_id: int
    payment_id: int

    @property
    def ids(self) -> dict[str, int]:
        """As a booked arrival keeps them."""
        return {"order_id": self.order_id, "payment_id": self.payment_id}

    @property
    def own_id(self) -> int:
        """By which its gateway's attempt is kept."""
        return self.payment_id

    @property
    def rows(self) -> Needs:
        """What must be loaded to look at it."""
        return Needs(orders=(self.order_id,))

    def paid(self, merchant_id: int, environment: str, by: str = "", reference: str = "") -> RecordPayment:
        """What records that it came; a person (``by``) may say so of an order that has its money already."""
        return RecordPayment(
            merchant_id=merchant_id,
            environment=environment,
            order_id=self.order_id,
            outcome="paid",
            payment_id=self.payment_id,
            by=by,
            reference=reference,
            second=bool(by),
        )

    def ended(
        self, merchant_id: int, environment: str, outcome: PaymentOutcome, failure: dict[str, str]
    ) -> RecordPayment:
        """What records that it came to nothing."""
        return RecordPayment(
            merchant_id=merchant_id,
            environment=environment,
            order_id=self.order_id,
            outcome=outcome,
            payment_id=self.payment_id,
            failure=failure,
        )

    def asked(self, state: State, merchant_id: int) -> tuple[int | None, int]:
        """The account it is to come into, and how much is asked for there. NotFound."""
        payment = self.found(state, merchant_id)
        return payment.receiving_id, payment.asked_sen

    def is_awaited(self, state: State, merchant_id: int) -> bool:
        """Whether money may still come for it, and none came for its order. NotFound."""
        others = state.payments.named(merchant_id, self.order_id)
        may_come = self.found(state, merchant_id).status in MAY_COME
        return may_come and not any(one.status in CAME for one in others)

    def found(self, state: State, merchant_id: int) -> Payment:
        """The payment. NotFound."""
        payment = state.payments.get(merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id:
            raise NotFound("payment", str(self.payment_id))
        return payment

    def show(
        self, state: State, merchant_id: int, at: datetime, shown: dict[str, Any], expires_at: datetime | None
    ) -> None:
        """Keep what its payer must see (``shown``), and announce it: only now can others be shown how it is paid.
        ``expires_at``: until when that can be paid; it ends a payment earlier, but never outlives the order."""
        payment = self.found(state, merchant_id)
        ends = [one for one in (expires_at, payment.expires_at) if one is not None]
        state.payments.update(
            msgspec.structs.replace(payment, instructions=shown, expires_at=min(ends, default=None), updated_at=at)
        )
        self.announce(state, merchant_id, at, "started", method=payment.method)

    def announce(self, state: State, merchant_id: int, at: datetime, what: str, **facts: Any) -> None:
        """Write an event of it."""
        order, payment = state.order(merchant_id, self.order_id), self.found(state, merchant_id)
        state.announce(order, f"payment.{what}", at, payment=payment.public_id, **facts)

    def stands(self, state: State, merchant_id: int) -> OrderView:
        """Its order as it stands now."""
        return state.view(merchant_id, self.order_id)


class OfDeposit(msgspec.Struct, frozen=True):
    """Money for a wallet, by a deposit."""

    deposit_id: int

    @property
    def ids(self) -> dict[str, int]:
        """As a booked arrival keeps it."""
        return {"deposit_id": self.deposit_id}

    @property
    def own_id(self) -> int:
        """By which its gateway's attempt is kept."""
        return self.deposit_id

    @property
    def rows(self) -> Needs:
        """What must be loaded to look at it."""
        return Needs(deposits=(self.deposit_id,))

    def paid(self, merchant_id: int, environment: str, by: str = "", reference: str = "") -> RecordDeposit:
        """What records that it came; ``by``: a person says so."""
        return RecordDeposit(
            merchant_id=merchant_id,
            environment=environment,
            deposit_id=self.deposit_id,
            outcome="paid",
            provider_reference=reference,
            by=by,
        )

    def ended(
        self, merchant_id: int, environment: str, outcome: DepositOutcome, failure: dict[str, str]
    ) -> RecordDeposit:
        """What records that it came to nothing."""
        return RecordDeposit(
            merchant_id=merchant_id,
            environment=environment,
            deposit_id=self.deposit_id,
            outcome=outcome,
            failure=failure,
        )

    def asked(self, state: State, merchant_id: int) -> tuple[int | None, int]:
        """The account it is to come into, and how much is asked for there. NotFound."""
        deposit = self.found(state, merchant_id)
        return deposit.receiving_id, deposit.asked_sen

    def is_awaited(self, state: State, merchant_id: int) -> bool:
        """Whether money may still come for it. NotFound."""
        return self.found(state, merchant_id).status in DEPOSIT_MAY_COME

    def found(self, state: State, merchant_id: int) -> Deposit:
        """The deposit. NotFound."""
        deposit = state.deposits.get(merchant_id, self.deposit_id)
        if deposit is None:
            raise NotFound("deposit", str(self.deposit_id))
        return deposit

    def show(
        self, state: State, merchant_id: int, at: datetime, shown: dict[str, Any], expires_at: datetime | None
    ) -> None:
        """Keep what its payer must see (``shown``), and announce it. ``expires_at``: until when that can be paid; it
        ends a top-up earlier, but never makes it longer."""
        deposit = self.found(state, merchant_id)
        ends = [one for one in (expires_at, deposit.expires_at) if one is not None]
        state.deposits.update(
            msgspec.structs.replace(deposit, instructions=shown, expires_at=min(ends, default=None), updated_at=at)
        )
        announce_started(state, at, self.found(state, merchant_id))

    def announce(self, state: State, merchant_id: int, at: datetime, what: str, **facts: Any) -> None:
        """Write an event of it."""
        state.announce_deposit(self.found(state, merchant_id), f"deposit.{what}", at, **facts)

    def stands(self, state: State, merchant_id: int) -> Deposit:
        """It as it stands now."""
        return self.found(state, merchant_id)


Target = OfPayment | OfDeposit


def target_of(paid: Payment | Deposit) -> Target:
    """What money for it is to the engine."""
    return OfDeposit(paid.deposit_id) if isinstance(paid, Deposit) else OfPayment(paid.order_id, paid.payment_id)


def target_named(ids: Mapping[str, int]) -> Target:
    """The target with these :attr:`~OfPayment.ids`."""
    return OfDeposit(**ids) if "deposit_id" in ids else OfPayment(**ids)


def target_kept(order_id: int | None, own_id: int) -> Target:
    """The target of what is kept of it at its gateway."""
    return OfDeposit(own_id) if order_id is None else OfPayment(order_id, own_id)
