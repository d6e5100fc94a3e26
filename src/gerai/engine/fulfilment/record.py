"""Record what a provider did for an order: capture what succeeded, return the rest, finish the order."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from gerai.domain.records import Fulfilment, Order, OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.states import FULFILMENT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.fulfilment.outcome import fulfilment_verb, with_result
from gerai.engine.orders.transitions import move_order, request_fulfilment
from gerai.engine.payment_steps import refund
from gerai.engine.state import State
from gerai.engine.wallet import ledger

#: What an order does when its work ended so.
_ORDER_VERB: Final = {"succeed": "complete", "fail": "fail", "succeed_in_part": "complete_in_part"}


class Recorded(msgspec.Struct, frozen=True):
    """The order as it stands now, and what its wallet has available (None: no wallet)."""

    view: OrderView
    available_sen: int | None


class RecordFulfilment(Command[Recorded], frozen=True, kw_only=True):
    """Record a provider's answer.

    ``done``: ``succeeded`` + ``failed`` are the order's items; the hold is captured for what succeeded (unit price x
    succeeded) and the rest returned by the same act; an order that was paid already and failed is refunded into the
    member's wallet when there is one. ``pending`` and ``unknown``: nothing is decided; the janitor asks again after
    ``again_after_s``. ``answered``: the request that placed the order ends with this record, so its caller learns that
    the order is still open; the event states it too, for the door's webhooks. ``by``: the person who
    decided so, kept with the events.

    Refuses: NotFound, StateConflict (the order is final already).
    """

    order_id: int
    outcome: Literal["done", "pending", "unknown"]
    succeeded: int = 0
    failed: int = 0
    reference: str = ""
    result: Any = None
    error: str = ""
    again_after_s: float | None = None
    answered: bool = False
    by: str = ""

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True)

    def decide(self, state: State, context: Context) -> Recorded:
        order = state.order(self.merchant_id, self.order_id)
        fulfilment = state.fulfilments.get(self.merchant_id, self.order_id)
        if order.environment != self.environment or fulfilment is None:
            raise NotFound("order", str(self.order_id))
        if order.status != "processing":
            raise StateConflict("order", order.public_id, order.status, "record")
        if self.outcome == "done":
            self._finish(state, context, order, fulfilment)
        else:
            self._not_yet(state, context, order, fulfilment)
        account = state.accounts.get(self.merchant_id, order.account_id)
        return Recorded(state.view(self.merchant_id, self.order_id), None if account is None else account.available_sen)

    def _not_yet(self, state: State, context: Context, order: Order, fulfilment: Fulfilment) -> None:
        status = FULFILMENT.move(fulfilment.status, "lose_sight") if self.outcome == "unknown" else fulfilment.status
        reference = self.reference or fulfilment.reference
        state.fulfilments.update(
            msgspec.structs.replace(
                fulfilment,
                status=status,
                attempts=fulfilment.attempts + 1,
                reference=reference,
                error=self.error,
                updated_at=context.now,
            )
        )
        facts: dict[str, object] = {"attempt": fulfilment.attempts + 1, "reference": reference}
        if self.answered:
            facts["answered"] = True
        state.announce(order, f"fulfilment.{self.outcome}", context.now, **facts)
        if self.again_after_s is not None:
            request_fulfilment(state, order, self.again_after_s)

    def _finish(self, state: State, context: Context, order: Order, fulfilment: Fulfilment) -> None:
        items = sum(line.quantity for line in state.lines_of(order))
        if self.succeeded < 0 or self.failed < 0 or self.succeeded + self.failed != items:
            raise AssertionError(f"order {order.order_id}: {self.succeeded}+{self.failed} of {items} items")
        verb = fulfilment_verb(self.succeeded, self.failed)
        done = with_result(
            fulfilment, context.now, succeeded=self.succeeded, failed=self.failed, reference=self.reference,
            result=self.result, error=self.error,
        )  # fmt: skip
        state.fulfilments.update(done)
        by = {"by": self.by} if self.by else {}
        counts = {"succeeded": self.succeeded, "failed": self.failed}
        state.announce(order, f"fulfilment.{done.status}", context.now, **counts, **by)
        if order.funding == "hold":
            order = self._capture(state, context, order)
        # What a person wrote is for the buyer as well; a provider's error is not.
        why = {"reason": self.error} if self.by and self.error else {}
        order = move_order(state, context, order, _ORDER_VERB[verb], **by, **why)
        if order.funding != "hold" and self.succeeded == 0:
            give_back(state, context, order, self.error)

    def _capture(self, state: State, context: Context, order: Order) -> Order:
        """Resolve the hold, before the order moves: its event carries what was charged."""
        if self.failed == 0:
            captured_sen = order.total_sen
        else:
            # Held orders have one line; its unit price is what one item costs.
            [line] = state.lines_of(order)
            captured_sen = line.unit_price_sen * self.succeeded
        # One act: what succeeded is paid and the rest is free again, with nothing to be seen in between.
        ledger.resolve_hold(state, context, order, captured_sen)
        return state.orders.update(
            msgspec.structs.replace(
                order, charged_sen=captured_sen, refunded_sen=order.total_sen - captured_sen, updated_at=context.now
            )
        )


def give_back(state: State, context: Context, order: Order, reason: str) -> None:
    """Paid but impossible: the money returns by itself into the member's wallet, with the reason; without a wallet a
    person must send it (``refund.due``), as when the wallet can take no more. Nothing when nothing was paid, or when it
    went back already."""
    paid = [p for p in state.payments_of(order) if p.status == "completed"]
    if not order.kept_sen:
        return
    left_sen = paid[-1].amount_sen - paid[-1].refunded_sen if paid else 0
    if order.account_id is None or not paid or ledger.room_sen(state, order) < left_sen:
        state.announce(order, "refund.due", context.now, reason=reason)
        return
    refund(state, context, order, paid[-1], left_sen, to_wallet=True, note=reason)
