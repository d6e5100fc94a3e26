"""What money that came pays: a payment of an order, or a deposit. Both are asked the same, on the working copy."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.domain.records import Deposit, Payment
from gerai.domain.refusals import NotFound
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.payments.record import RecordPayment
from gerai.engine.state import State

#: What a deposit is that money may still come for.
_DEPOSIT_MAY_COME: Final = frozenset({"pending", "cancelled", "expired"})


class OfPayment(msgspec.Struct, frozen=True):
    """Money for an order, by one of its payments."""

    order_id: int
    payment_id: int

    @property
    def ids(self) -> dict[str, int]:
        """As a booked arrival keeps them."""
        return {"order_id": self.order_id, "payment_id": self.payment_id}

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

    def asked(self, state: State, merchant_id: int) -> tuple[int | None, int]:
        """The account it is to come into, and how much is asked for there. NotFound."""
        payment = self._payment(state, merchant_id)
        return payment.receiving_id, payment.asked_sen

    def is_awaited(self, state: State, merchant_id: int) -> bool:
        """Whether money may still come for it, and none came for its order. NotFound."""
        others = state.payments.named(merchant_id, self.order_id)
        may_come = self._payment(state, merchant_id).status in MAY_COME
        return may_come and not any(one.status in CAME for one in others)

    def _payment(self, state: State, merchant_id: int) -> Payment:
        payment = state.payments.get(merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id:
            raise NotFound("payment", str(self.payment_id))
        return payment


class OfDeposit(msgspec.Struct, frozen=True):
    """Money for a wallet, by a deposit."""

    deposit_id: int

    @property
    def ids(self) -> dict[str, int]:
        """As a booked arrival keeps it."""
        return {"deposit_id": self.deposit_id}

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

    def asked(self, state: State, merchant_id: int) -> tuple[int | None, int]:
        """The account it is to come into, and how much is asked for there. NotFound."""
        deposit = self._deposit(state, merchant_id)
        return deposit.receiving_id, deposit.pay_sen

    def is_awaited(self, state: State, merchant_id: int) -> bool:
        """Whether money may still come for it. NotFound."""
        return self._deposit(state, merchant_id).status in _DEPOSIT_MAY_COME

    def _deposit(self, state: State, merchant_id: int) -> Deposit:
        deposit = state.deposits.get(merchant_id, self.deposit_id)
        if deposit is None:
            raise NotFound("deposit", str(self.deposit_id))
        return deposit


Target = OfPayment | OfDeposit
