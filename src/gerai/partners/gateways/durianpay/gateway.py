"""A gateway of this contract: Durianpay itself, or whoever serves its API, so also another Gerai.

One order stands for one attempt, and its id is the gateway's reference: an order may have several payments, and the
first one paid completes it, whichever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.kit.wire import WireFault
from gerai.partners.gateways.durianpay import notice
from gerai.partners.gateways.durianpay.asks import ASKS
from gerai.partners.gateways.durianpay.channels import CHANNELS, PUSHED
from gerai.partners.gateways.durianpay.client import DurianpayClient, note_mark
from gerai.partners.gateways.durianpay.seen import (
    amount_of,
    instructions_of,
    open_payments,
    paid_payment,
    refund_of,
    seen_of,
)
from gerai.partners.gateways.durianpay.wire import DurianpayOrder, DurianpayRefund
from gerai.ports.gateways import (
    Attempt,
    Contract,
    GatewayChannel,
    GatewayNotice,
    GatewayRefused,
    OutcomeUnknown,
    RefundSeen,
    Seen,
    SwitchedOn,
    Way,
)
from gerai.ports.payments import Asked


@dataclass(frozen=True)
class DurianpayGateway:
    """See ``ports.gateways.Gateway`` for what each call promises."""

    name: str = "durianpay"
    title: str = "Durianpay"
    asks: tuple[Asked, ...] = ASKS
    untried: tuple[str, ...] = ()
    base_urls: Mapping[str, str] = field(
        default_factory=lambda: {
            "production": "https://api.durianpay.id/v1",
            "sandbox": "https://api-sandbox.durianpay.id/v1",
        }
    )
    channels: Mapping[Way, GatewayChannel] = field(default_factory=lambda: CHANNELS)
    recoverable: bool = True
    answer: Mapping[str, object] = field(default_factory=lambda: {"received": True})

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        _require_chargeable(attempt)
        client = DurianpayClient(http, contract)
        try:
            known = await client.order(attempt.gateway_reference) if attempt.gateway_reference else None
            order = known or await client.create_order(attempt)
            _require_mode(order, contract)
            _require_same(order, attempt)
            return await _charged(client, attempt, order)
        except (Unanswered, WireFault) as unknown:
            raise OutcomeUnknown(str(unknown)) from unknown

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        client = DurianpayClient(http, contract)
        try:
            order = await _order_of(client, contract, attempt)
            if order is None:
                return None
            seen = seen_of(order)
            if attempt.gateway_reference or seen.status != "waiting":
                return seen
            _require_same(order, attempt)
            try:
                # Its start had no answer, and what the payer must see is in no other answer than a charge's.
                return await _charged(client, attempt, order) if _chargeable_again(attempt, order) else seen
            except GatewayRefused:
                # It takes no other charge: the order is there all the same, and may be paid.
                return seen
        except WireFault as fault:
            raise Unanswered(str(fault)) from fault

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        client = DurianpayClient(http, contract)
        order = await _order_before(client, contract, attempt)
        refusal: GatewayRefused | None = None
        try:
            for payment in open_payments(order):
                try:
                    await client.cancel_payment(payment.id)
                except GatewayRefused as no:
                    # Somebody was quicker, or it cannot be ended at all: what it is now shows which.
                    refusal = no
            after = await client.order(order.id) or order
            seen = seen_of(after)
        except (Unanswered, WireFault) as unknown:
            raise OutcomeUnknown(str(unknown)) from unknown
        if refusal is not None and seen.status == "waiting":
            raise refusal
        # An order without an open payment takes nobody's money.
        over = seen.status == "waiting" and not open_payments(after)
        return replace(seen, status="cancelled") if over else seen

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        client = DurianpayClient(http, contract)
        order = await _order_before(client, contract, attempt)
        payment = paid_payment(order)
        if payment is None:
            raise GatewayRefused("not_paid", "nobody paid this there")
        try:
            # Nothing keeps the other side from giving back twice.
            refunds = await client.refunds(payment.id)
        except Unanswered as fault:
            raise Unreachable(str(fault)) from fault
        if refunds is None:
            raise GatewayRefused("no_refunds", "the other side gives nothing back by its API")
        known = _named(refunds, refund_key)
        if isinstance(known, str):
            raise GatewayRefused("refund_nameless", "a refund there has no reference: look at the dashboard")
        if known is not None:
            return refund_of(known)
        try:
            return refund_of(await client.refund(payment.id, refund_key, amount_sen, reason))
        except Unanswered as unknown:
            raise OutcomeUnknown(str(unknown)) from unknown

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        client = DurianpayClient(http, contract)
        order = await _order_of(client, contract, attempt)
        payment = None if order is None else paid_payment(order)
        if payment is None:
            return None
        found = _named(await client.refunds(payment.id) or [], refund_key)
        if isinstance(found, str):
            raise Unanswered("a refund there has no reference")
        return None if found is None else refund_of(found)

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        try:
            orders = await DurianpayClient(http, contract).page(1)
        except Unanswered as fault:
            raise GatewayRefused("not_durianpay", f"this address does not serve Durianpay's API: {fault}") from fault
        for order in orders:
            _require_mode(order, contract)
        return None

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        del header  # no header proves anything here
        return notice.genuine(body, contract)

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        del contract
        return notice.read_notice(body)


async def _charged(client: DurianpayClient, attempt: Attempt, order: DurianpayOrder) -> Seen:
    """The order with a payment of its own, and what its payer must see. Unanswered: nothing can be shown though it
    waits."""
    shown = instructions_of(attempt.way, await client.charge(attempt, order.id), order)
    if shown is not None:
        return Seen(status="waiting", reference=order.id, instructions=shown)
    # A charge that was sent again, after its payment had ended.
    after = await client.order(order.id)
    seen = None if after is None else seen_of(after)
    if seen is None or seen.status == "waiting":
        raise Unanswered("its answer has nothing to pay with")
    return seen


async def _order_of(client: DurianpayClient, contract: Contract, attempt: Attempt) -> DurianpayOrder | None:
    """The attempt's order with its payments, by its id or else by our reference on it."""
    order_id = attempt.gateway_reference
    if not order_id:
        listed = await client.order_with(attempt)
        if listed is None:
            return None
        order_id = listed.id
    order = await client.order(order_id)
    if order is None or order.order_ref_id != attempt.reference:
        return None
    _require_mode(order, contract)
    return order


async def _order_before(client: DurianpayClient, contract: Contract, attempt: Attempt) -> DurianpayOrder:
    """The same, before something is done to it. Unreachable when it cannot be had: nothing was done yet."""
    try:
        order = await _order_of(client, contract, attempt)
    except Unanswered as fault:
        raise Unreachable(str(fault)) from fault
    if order is None:
        raise GatewayRefused("order_unknown", "it does not know this payment")
    return order


def _require_chargeable(attempt: Attempt) -> None:
    if attempt.way not in CHANNELS:
        raise GatewayRefused("way_unknown", "this gateway has no such bank, wallet or shop")
    if missing := _missing(attempt):
        raise GatewayRefused("payer_incomplete", f"this way to pay needs of the payer: {', '.join(missing)}")


def _chargeable_again(attempt: Attempt, order: DurianpayOrder) -> bool:
    """Whether a charge whose answer was lost may be sent again: not where the payer would be asked twice."""
    asked_already = attempt.way in PUSHED and bool(order.payments)
    return attempt.way in CHANNELS and not asked_already and not _missing(attempt)


def _missing(attempt: Attempt) -> list[str]:
    """What the payer's way to pay needs of them and is not there."""
    return sorted(name for name in CHANNELS[attempt.way].needs if not attempt.payer.get(name))


def _require_same(order: DurianpayOrder, attempt: Attempt) -> None:
    """Nothing is charged that is not what was asked for."""
    if order.order_ref_id != attempt.reference or amount_of(order) != attempt.amount_sen:
        raise GatewayRefused("another_order", "its order has another reference or amount than was asked for")


def _require_mode(order: DurianpayOrder, contract: Contract) -> None:
    """Goods are not given for play money, nor real money taken in a test."""
    if order.is_live is not None and order.is_live != (contract.environment == "production"):
        kind = "production" if order.is_live else "tests"
        raise GatewayRefused("wrong_mode", f"its key is one of {kind}, this contract is one of {contract.environment}")


def _named(refunds: list[DurianpayRefund], refund_key: str) -> DurianpayRefund | Literal["nameless"] | None:
    """The refund with this key. ``nameless``: one has neither a reference nor a note, and may be it."""
    nameless = False
    for refund in refunds:
        ids, notes = (refund.ref_id, refund.refund_ref_id), (refund.notes, refund.refund_notes)
        if refund_key in ids or any(note_mark(refund_key) in note for note in notes if note):
            return refund
        nameless = nameless or not any((*ids, *notes))
    return "nameless" if nameless else None
