"""Payments at Midtrans: charge, status, cancel, refund. Cards go through Snap (:mod:`.snap`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from gerai.domain.money import whole_rupiah
from gerai.kit.clock import jakarta
from gerai.kit.http import NoAnswer, Outgoing, Unanswered
from gerai.kit.wire import WireFault
from gerai.partners.gateways.midtrans.calls import MidtransCall, call
from gerai.partners.gateways.midtrans.channels import CARD, CHANNELS, NOT_REPEATABLE, charged, ends_at
from gerai.partners.gateways.midtrans.shown import shown
from gerai.partners.gateways.midtrans.wire import DENIED, MidtransAnswer, refund_of, seen_of, sentence_of
from gerai.ports.gateways import Attempt, Contract, GatewayRefused, OutcomeUnknown, RefundSeen, Seen

_NOT_FOUND, _USED = "404", "406"
#: What a cancel is refused with for one that is over, however it ended.
_OVER: Final = frozenset({"406", "407", "412"})
_ENDED: Final = frozenset({"failed", "expired", "cancelled"})
_LONGEST_REASON, _LONGEST_NAME = 255, 50
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


async def charge(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """Start one. An order id that lives or was paid is refused (406): then it is looked at, and is the same one."""
    body = {**bare_body(attempt), **charged(attempt, contract.facts)}
    if (end := ends_at(attempt)) is not None:
        life_s = (end - attempt.at) // timedelta(seconds=1)
        body["custom_expiry"] = {"order_time": wib(attempt), "expiry_duration": life_s, "unit": "second"}
    key = "" if attempt.way in NOT_REPEATABLE else attempt.reference
    try:
        answer = await call(http, contract, MidtransCall("POST", "/v2/charge", body, key=key, announced=True))
    except GatewayRefused as refused:
        if refused.code != _USED:
            raise
        answer = await _started_before(http, contract, attempt, refused)
    try:
        seen = _seen(answer, attempt)
        other = answer.amount_sen() != attempt.amount_sen
    except WireFault as fault:
        raise OutcomeUnknown(str(fault)) from fault
    if seen.status in _ENDED:
        raise GatewayRefused(answer.text("status_code"), sentence_of(answer) or seen.status)
    if other or not seen.reference or (seen.status == "waiting" and seen.instructions is None):
        # It is there, and nobody can pay it, or somebody would pay another amount.
        raise OutcomeUnknown("the payment was accepted for another amount, or with nothing to show")
    return seen


async def _started_before(
    http: Outgoing, contract: Contract, attempt: Attempt, refused: GatewayRefused
) -> MidtransAnswer:
    try:
        answer = await status(http, contract, attempt)
    except NoAnswer as error:
        raise OutcomeUnknown("its reference is in use there, and it does not say by what") from error
    if answer is None:
        raise refused
    return answer


async def status(http: Outgoing, contract: Contract, attempt: Attempt) -> MidtransAnswer | None:
    """What Midtrans has under our reference; None: nothing. Unanswered for what is about another payment, or none."""
    try:
        answer = await call(http, contract, MidtransCall("GET", f"/v2/{attempt.reference}/status", changes=False))
    except GatewayRefused as refused:
        if refused.code == _NOT_FOUND:
            return None
        raise
    if not (answer.is_payment and _is_of(answer, attempt)):
        raise Unanswered("the answer is about another payment")
    return answer


async def find(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
    """How it stands. A card's exists there only once the payer has chosen to pay: until then the page waits."""
    answer = await status(http, contract, attempt)
    if answer is None:
        waits = attempt.way == CARD and attempt.gateway_reference
        return Seen("waiting", attempt.gateway_reference) if waits else None
    try:
        return _seen(answer, attempt)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault


async def cancel(http: Outgoing, contract: Contract, attempt: Attempt, *, how: str = "cancel") -> Seen:
    """End one that waits. ``how``: ``expire`` ends nothing but what waits, where ``cancel`` takes back a card's
    payment, too."""
    try:
        answer = await call(http, contract, MidtransCall("POST", f"/v2/{attempt.reference}/{how}"))
        return _seen(answer, attempt)
    except WireFault as fault:
        raise OutcomeUnknown(str(fault)) from fault
    except GatewayRefused as refused:
        if refused.code not in _OVER:
            raise
        return await as_it_ended(http, contract, attempt, refused)


async def as_it_ended(http: Outgoing, contract: Contract, attempt: Attempt, refused: GatewayRefused) -> Seen:
    """How it stands that cannot be cancelled; the refusal, while it waits all the same."""
    try:
        found = await find(http, contract, attempt)
    except NoAnswer as error:
        raise OutcomeUnknown("it cannot be cancelled, and does not say why") from error
    if found is None or found.status == "waiting":
        raise refused
    return found


async def refund(
    http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
) -> RefundSeen:
    """Give back so much. The key makes it once; a denied one may be asked for again under the same key."""
    if CHANNELS[attempt.way].refund == "none":
        raise GatewayRefused("no_refund", "money that came this way cannot be given back through Midtrans")
    body = {"refund_key": refund_key, "amount": whole_rupiah(amount_sen), "reason": reason[:_LONGEST_REASON]}
    path = "/refund/online/direct" if contract.facts.get("direct_refund") == "yes" else "/refund"
    try:
        answer = await call(http, contract, MidtransCall("POST", f"/v2/{attempt.reference}{path}", body))
    except GatewayRefused as refused:
        if refused.code != _USED:
            raise
        return await _refunded_before(http, contract, attempt, refund_key, refused)
    found = refund_of(answer, refund_key) if _is_of(answer, attempt) else None
    if found is None and _is_of(answer, attempt) and answer.code == DENIED:
        return RefundSeen("denied", code=str(DENIED), text=sentence_of(answer))
    if found is None:
        raise OutcomeUnknown("the answer names another refund")
    return found


async def _refunded_before(
    http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, refused: GatewayRefused
) -> RefundSeen:
    try:
        found = await find_refund(http, contract, attempt, refund_key)
    except NoAnswer as error:
        raise OutcomeUnknown("the refund is there, and it does not say how it stands") from error
    if found is None:
        raise refused
    return found


async def find_refund(http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str) -> RefundSeen | None:
    """How it stands among the payment's refunds."""
    answer = await status(http, contract, attempt)
    return None if answer is None else refund_of(answer, refund_key)


def bare_body(attempt: Attempt) -> dict[str, object]:
    """What every way to pay has: the reference, whole rupiah, and who pays, as far as it has a form they take."""
    details = {"order_id": attempt.reference, "gross_amount": whole_rupiah(attempt.amount_sen)}
    body: dict[str, object] = {"transaction_details": details}
    if customer := _customer(attempt.payer):
        body["customer_details"] = customer
    return body


def wib(attempt: Attempt) -> str:
    """When the attempt began, as requests have it."""
    return jakarta(attempt.at).strftime("%Y-%m-%d %H:%M:%S +0700")


def _customer(payer: Mapping[str, str]) -> dict[str, str]:
    mail = payer.get("email", "")
    found = {
        "first_name": payer.get("name", "")[:_LONGEST_NAME],
        # An address they dislike would cost the whole payment.
        "email": mail if _MAIL.fullmatch(mail) else "",
        "phone": payer.get("mobile", ""),
    }
    return {name: value for name, value in found.items() if value}


def _seen(answer: MidtransAnswer, attempt: Attempt) -> Seen:
    """WireFault for another payment's answer."""
    if not _is_of(answer, attempt):
        raise WireFault("the answer is about another payment")
    seen = seen_of(answer, shown(answer, attempt))
    # A card's reference is that of its page, which must still be closed by it.
    keeps = attempt.way == CARD and attempt.gateway_reference
    return replace(seen, reference=attempt.gateway_reference) if keeps else seen


def _is_of(answer: MidtransAnswer, attempt: Attempt) -> bool:
    return answer.text("order_id") == attempt.reference
