"""Start a payment as its payer must see it: the one place where a method, its fees and its bounds meet an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import msgspec

from gerai.domain.records import OrderView
from gerai.domain.refusals import MethodUnavailable, SurchargeForbidden
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.payments.matching import Matching, reach
from gerai.engine.payments.offered import Offered, known_of, require_offered
from gerai.engine.payments.start import StartPayment
from gerai.kit import ids
from gerai.merchant_settings import MatchingRule
from gerai.ports.payments import PAGE_URL, Charge, Instructions, PaymentMethod

#: The path at which every order's page opens, whichever door it came through.
_PAGE: Final = "/i/{secret}"
#: Kept with the instructions of a payment that a gateway takes: the gateway's name.
GATEWAY: Final = "gateway"


@dataclass(frozen=True, kw_only=True)
class WantedPayment:
    """How somebody wants to pay an order.

    ``page_path``: where a method without a page of its own sends the payer, as a path of ours (never an address: what
    is stored must not depend on what a request called us); empty: the order's page. ``payer``: what the method may
    need to know of the payer (name, mobile). ``kept``: what the door keeps beside the instructions.
    ``only_if_none_open``, ``settle_after_s`` and ``settle_outcome`` as in :class:`StartPayment`.
    """

    method: str
    channel: str
    page_path: str = ""
    payer: Mapping[str, str] = field(default_factory=dict[str, str])
    kept: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reference: str = ""
    settle_after_s: float | None = None
    settle_outcome: Literal["paid", "failed"] = "paid"
    only_if_none_open: bool = False


def payment_to_start(
    payment_id: int,
    merchant: MerchantFacts,
    methods: Mapping[str, PaymentMethod],
    view: OrderView,
    wanted: WantedPayment,
) -> StartPayment:
    """The command that starts the payment of the ``merchant``'s order, with the instructions its payer will see.

    What the method costs is frozen with the order; its ``fee_bearer`` pays it, on top of the total or out of it.

    Refuses: MethodUnavailable (not offered to this merchant or this payer, not allowed for this order, or unable to
    take exactly this amount), SurchargeForbidden, AmountOutOfRange (all fees included).
    """
    order, rules = view.order, view.order.payment_rules
    offered = _offered(merchant, methods, view, wanted)
    on_top_sen = rules.on_top_sen(wanted.method, wanted.channel)
    if on_top_sen and not offered.surcharge:
        raise SurchargeForbidden(f"{wanted.method}:{wanted.channel}")
    offered.require_within(order.total_sen + on_top_sen)
    # Random: whoever knows one payment cannot guess another.
    public_id = f"pay_{ids.base62(10)}{ids.digits(4)}"
    page = wanted.page_path or _PAGE.format(secret=order.secret)
    charge = Charge(
        payment_public_id=public_id,
        order_public_id=order.public_id,
        amount_sen=order.total_sen + on_top_sen,
        merchant_name=merchant.name,
        channel_code=wanted.channel,
        at=merchant.now(order.environment),
        order_expires_at=order.expires_at,
        account=offered.account,
        details={**wanted.payer, PAGE_URL: page},
    )
    told = instructions_for(offered, charge, page)
    by_gateway = {} if offered.contract is None else {GATEWAY: offered.contract.gateway}
    return StartPayment(
        merchant_id=order.merchant_id,
        environment=order.environment,
        order_id=order.order_id,
        payment_id=payment_id,
        public_id=public_id,
        method=wanted.method,
        channel_code=wanted.channel,
        amount_sen=order.total_sen,
        fee_sen=on_top_sen,
        # One of the two is zero: a fee is paid on top, or kept from the amount.
        merchant_fee_sen=rules.fee_sen(wanted.method, wanted.channel) - on_top_sen,
        instructions={**msgspec.to_builtins(told), **wanted.kept, **by_gateway},
        reference=wanted.reference,
        expires_at=told.expires_at,
        # Of one that a gateway's own sandbox has, its payer is played there.
        settle_after_s=wanted.settle_after_s if offered.contract is None else None,
        settle_outcome=wanted.settle_outcome,
        only_if_none_open=wanted.only_if_none_open,
        matching=matching_of(merchant, offered, charge),
        contract_id=None if offered.contract is None else offered.contract.contract_id,
    )


def _offered(
    merchant: MerchantFacts, methods: Mapping[str, PaymentMethod], view: OrderView, wanted: WantedPayment
) -> Offered:
    order, way = view.order, (wanted.method, wanted.channel)
    # A door may be told more of the payer than of the order's customer: the wallet's own telephone.
    known = known_of(order.contact) | {name for name, said in wanted.payer.items() if said}
    offered = require_offered(methods, merchant, order.environment, *way, known)
    if not order.payment_rules.allows(*way):
        raise MethodUnavailable(":".join(way))
    return offered


def instructions_for(offered: Offered, charge: Charge, page: str) -> Instructions:
    """What the payer must see; of a payment that a gateway takes nothing yet but its kind, and where it was started."""
    if offered.contract is not None:
        return Instructions(offered.method.kind, charge.order_expires_at, url=page)
    try:
        return offered.method.instruct(charge)
    except ValueError as unable:
        raise MethodUnavailable(f"{offered.method.name}:{offered.channel}") from unable


def expected_by(
    methods: Mapping[str, PaymentMethod],
    merchant: MerchantFacts,
    environment: str,
    way: tuple[str, str],
    price_sen: int,
) -> tuple[tuple[int, int, int], ...]:
    """What a command must need (``Needs.expected``) that starts a payment of this price by this method and channel in
    its own act, before there is an order. Refuses MethodUnavailable."""
    offered = require_offered(methods, merchant, environment, *way)
    if offered.account is None:
        return ()
    return (reach(offered.account.receiving_id, _rule(merchant, offered.method), price_sen),)


def matched_ways(
    methods: Mapping[str, PaymentMethod], merchant: MerchantFacts, view: OrderView
) -> dict[str, tuple[int, int]]:
    """The ways (``bank_transfer:BCA``) whose payer would be known by the amount alone: the account, and the price in
    sen that the amount would lie above. Empty for play money, and for shops without such an account."""
    order = view.order
    if merchant.plays_with(order.environment):
        return {}
    return {
        f"{one.method}:{one.channel}": (
            one.receiving_id,
            order.total_sen + order.payment_rules.on_top_sen(one.method, one.channel),
        )
        for one in merchant.receiving
        if one.method in methods and _rule(merchant, methods[one.method]) != "none"
    }


def _rule(merchant: MerchantFacts, method: PaymentMethod) -> MatchingRule:
    return merchant.settings.matching_amount if method.matched else "none"


def matching_of(merchant: MerchantFacts, offered: Offered, charge: Charge) -> Matching | None:
    """What sets a payment or deposit apart from others, where it comes into an account of the seller's own."""
    method, account = offered.method, offered.account
    if account is None:
        return None
    return Matching(
        receiving_id=account.receiving_id,
        rule=_rule(merchant, method),
        compose=lambda asked_sen: msgspec.to_builtins(method.instruct(replace(charge, amount_sen=asked_sen))),
        way=f"{method.name}:{offered.channel}",
    )
