"""Amounts of their own: what comes into a seller's account names no order, so each payer is asked for another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from gerai.domain.money import SEN_PER_RUPIAH, rupiah
from gerai.domain.records import ExpectedAmount
from gerai.domain.refusals import MethodUnavailable
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.merchant_settings import MatchingRule

#: So far an amount may be from the price. Payers know three digits as "kode unik".
MOST_SEN: Final = rupiah(999)
#: So long after its end a payment may still come: over a weekend, from an old page, from a slow bank.
_AFTER_ITS_END: Final = timedelta(days=3)
#: One whose time is over may be deleted at any moment; this one is not.
_SURELY_KEPT: Final = timedelta(hours=1)
#: So long one may come that ends at no time.
_WITHOUT_END: Final = timedelta(days=30)


class Asking(NamedTuple):
    """Who asks for an amount: an order's payment, or a deposit."""

    order_id: int | None = None
    payment_id: int | None = None
    deposit_id: int | None = None

    @property
    def owner_id(self) -> int | None:
        """Whose all its attempts are: the order's, or the deposit's own."""
        return self.order_id or self.deposit_id


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """A payment into a receiving account. ``rule``: ``add`` asks the payer for more than the price, so that no other
    payment expects the same; ``none`` for the price itself. ``compose``: the instructions for what is asked
    (pure). ``way``: how it is called when it cannot be had."""

    receiving_id: int
    rule: MatchingRule
    compose: Callable[[int], dict[str, Any]]
    way: str


def reach(receiving_id: int, rule: MatchingRule, price_sen: int) -> tuple[int, int, int]:
    """The account, and between which amounts a payer of this price may be asked for: what a command must need that
    starts such a payment (``Needs.expected``)."""
    return receiving_id, price_sen, price_sen + (0 if rule == "none" else MOST_SEN)


def expect(
    state: State,
    context: Context,
    merchant_id: int,
    matching: Matching,
    price_sen: int,
    asking: Asking,
    expires_at: datetime | None,
) -> int:
    """Write down an amount that this payment or deposit alone may come with; returns how far it is from the price.

    MethodUnavailable: the account was closed meanwhile, or every amount is expected already.
    """
    account = state.receiving.get(merchant_id, matching.receiving_id)
    if account is None or account.closed_at is not None:
        raise MethodUnavailable(matching.way)
    if matching.rule == "none":
        return 0
    until = context.now + _WITHOUT_END if expires_at is None else expires_at + _AFTER_ITS_END
    # A payer who chooses again is asked for the same again, and cannot use up what others need.
    for row in state.expected.named(merchant_id, matching.receiving_id, asking.owner_id):
        beside_sen = row.amount_sen - price_sen
        if 0 < beside_sen <= MOST_SEN and row.expected_until > context.now + _SURELY_KEPT:
            until = max(until, row.expected_until)
            state.expected.update(msgspec.structs.replace(row, payment_id=asking.payment_id, expected_until=until))
            return beside_sen
    for distance_sen in _distances(asking.payment_id or asking.deposit_id or 0):
        asked_sen = price_sen + distance_sen
        if state.expected.get(merchant_id, matching.receiving_id, asked_sen) is None:
            state.expected.insert(
                ExpectedAmount(
                    merchant_id, matching.receiving_id, asked_sen, asking.order_id, asking.payment_id, until,
                    asking.deposit_id,
                )
            )  # fmt: skip
            return distance_sen
    raise MethodUnavailable(matching.way)


def acquired_by(state: State, merchant_id: int, matching: Matching | None) -> int | None:
    """The account that it comes into, where its acquirer passes on later what came there (:func:`expect` found it)."""
    account = None if matching is None else state.receiving.get(merchant_id, matching.receiving_id)
    return None if account is None or account.settles is None else account.receiving_id


def _distances(own_id: int) -> Iterator[int]:
    """Every distance there is, in whole rupiah, beginning anywhere: the next payer's is seldom the next one."""
    many = MOST_SEN // SEN_PER_RUPIAH
    for step in range(many):
        yield (1 + (own_id * 7919 + step) % many) * SEN_PER_RUPIAH
