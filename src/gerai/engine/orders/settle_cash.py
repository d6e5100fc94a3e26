"""A courier pays out what it took at doors, for many orders at once and less its fee."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.payment_status import CASH
from gerai.domain.records import Order, OrderView, Payment
from gerai.domain.refusals import AmountMismatch, Conflict, InputInvalid, NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.orders.payment_status import receive_cash
from gerai.engine.references import are_one, canonical
from gerai.engine.state import State

#: Where an order stands whose courier may have taken its money.
_AT_THE_DOOR: Final = frozenset({"shipped", "completed", "closed"})


class SettledCash(msgspec.Struct, frozen=True):
    """``booked``: this command booked it; else it was booked before, under the same reference."""

    orders: tuple[OrderView, ...]
    booked: bool


class SettleCash(Command[SettledCash], frozen=True, kw_only=True):
    """The courier has paid ``amount_sen`` for these orders, having kept ``fee_sen`` of what it took. Each is paid by a
    payment of its own, which bears its share of the fee, and settled: the money is the seller's. All of them or none;
    repeated with the same reference it books nothing.

    Refuses: NotFound, StateConflict (``order``: not sent, or came back; ``payment``: paid already), AmountMismatch
    (amount and fee are not what the orders cost), InputInvalid (no reference; less than nothing).
    """

    order_ids: tuple[int, ...]
    amount_sen: int
    reference: str
    fee_sen: int = 0
    by: str = ""

    def needs(self) -> Needs:
        return Needs(orders=self.order_ids)

    def decide(self, state: State, context: Context) -> SettledCash:
        if not canonical(self.reference) or min(self.fee_sen, self.amount_sen) < 0:
            raise InputInvalid({"payout": ["must have a reference, and amounts that are not less than nothing"]})
        orders = [self._order(state, order_id) for order_id in self.order_ids]
        if all(self._payout(state, order) is not None for order in orders):
            return SettledCash(self._views(state), booked=False)
        conflicts = [one for order in orders if (one := conflict_of(order)) is not None]
        if conflicts:
            raise StateConflict.of_all(conflicts)
        taken_sen = sum(order.total_sen for order in orders)
        if self.amount_sen + self.fee_sen != taken_sen:
            raise AmountMismatch(given_sen=self.amount_sen, right_sen=max(0, taken_sen - self.fee_sen))
        for order, fee_sen in zip(orders, shares(self.fee_sen, [order.total_sen for order in orders]), strict=True):
            receive_cash(state, context, order, CASH, fee_sen, self.reference, by=self.by)
        return SettledCash(self._views(state), booked=True)

    def _views(self, state: State) -> tuple[OrderView, ...]:
        return tuple(state.view(self.merchant_id, order_id) for order_id in self.order_ids)

    def _order(self, state: State, order_id: int) -> Order:
        order = state.order(self.merchant_id, order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(order_id))
        return order

    def _payout(self, state: State, order: Order) -> Payment | None:
        """The order's payment by this payout."""
        known = (payment for payment in state.payments_of(order) if payment.method == CASH)
        return next((payment for payment in known if are_one(payment.reference, self.reference)), None)


def conflict_of(order: Order) -> Conflict | None:
    """Why no courier can have paid for the order now; None: it can."""
    if order.charged_sen:
        return Conflict("payment", order.public_id, "paid", "settle")
    return None if order.status in _AT_THE_DOOR else Conflict("order", order.public_id, order.status, "settle")


def shares(fee_sen: int, totals_sen: list[int]) -> list[int]:
    """The fee over the orders by what each cost, in whole rupiah but for what is no rupiah of it: together the fee."""
    whole, found, seen, given = sum(totals_sen), list[int](), 0, 0
    for total_sen in totals_sen:
        seen += total_sen
        # What the orders so far bear together, so that nothing is lost between them.
        until = fee_sen if seen == whole else fee_sen * seen // whole // SEN_PER_RUPIAH * SEN_PER_RUPIAH
        found.append(until - given)
        given = until
    return found
