"""Xendit's payment requests (v3) and refunds."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

import msgspec

from gerai.domain.money import whole_rupiah
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.kit.wire import WireFault
from gerai.partners.gateways.xendit.calls import read, write
from gerai.partners.gateways.xendit.channels import CHANNELS
from gerai.partners.gateways.xendit.wire import XenditPayment, XenditRefund, XenditRequest, refund_seen, seen_of
from gerai.ports.gateways import Attempt, Contract, GatewayRefused, OutcomeUnknown, RefundSeen, Seen

_PATH: Final = "v3/payment_requests"
#: In the form of Xendit's own ids; nobody has it.
_NOBODYS: Final = "pr-00000000-0000-0000-0000-000000000000"
_NOT_FOUND, _DUPLICATE, _NO_REFERENCE = "DATA_NOT_FOUND", "DUPLICATE_ERROR", "no_reference"
_PAGE: Final = "100"
_NAME, _LONGEST_NAME, _LONGEST_REASON = "Pembeli", 50, 500


class _Refunds(msgspec.Struct, frozen=True):
    data: list[XenditRefund]
    has_more: bool = False


async def start(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """Create the payment request. What became of one without an answer nobody can ask: only its notice shows it."""
    try:
        made = await write(http, contract, XenditRequest, _PATH, request_of(attempt), attempt.reference)
        seen = _seen(made, attempt)
    except Unanswered as error:
        raise OutcomeUnknown(str(error)) from error
    if seen.status == "waiting" and seen.instructions is None:
        raise OutcomeUnknown("it waits, and shows nothing to pay with")
    return seen


async def find(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
    """By Xendit's own reference alone. None without it, which shows nothing: it is not ``recoverable``."""
    if not attempt.gateway_reference:
        return None
    try:
        found = await read(http, contract, XenditRequest, f"{_PATH}/{attempt.gateway_reference}")
    except GatewayRefused as refused:
        if refused.code == _NOT_FOUND:
            return None
        raise
    payment = None
    if found.status == "SUCCEEDED" and found.latest_payment_id:
        # The request holds what was asked; what came is in the payment.
        payment = await read(http, contract, XenditPayment, f"v3/payments/{found.latest_payment_id}")
        if payment.payment_request_id != found.payment_request_id:
            raise Unanswered("the answer is about another payment")
    return _seen(found, attempt, payment)


async def cancel(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """End it. One that no longer waits is refused: then it is looked at, and returned where it has ended."""
    path = f"{_PATH}/{_reference(attempt)}/cancel"
    try:
        return _seen(await write(http, contract, XenditRequest, path, {}), attempt)
    except Unanswered as error:
        raise OutcomeUnknown(str(error)) from error
    except GatewayRefused:
        try:
            seen = await find(http, contract, attempt)
        except Unanswered as error:
            raise OutcomeUnknown(str(error)) from error
        if seen is None or seen.status == "waiting":
            raise
        return seen


async def refund(
    http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
) -> RefundSeen:
    """Look for one with our key, then ask for it: nobody promises that the same key is taken once."""
    body = {
        "reference_id": refund_key,
        "payment_request_id": _reference(attempt),
        "currency": "IDR",
        "amount": whole_rupiah(amount_sen),
        "reason": "REQUESTED_BY_CUSTOMER",
        "metadata": {"reason": reason[:_LONGEST_REASON]},
    }
    try:
        known = await find_refund(http, contract, attempt, refund_key)
    except Unanswered as error:
        raise Unreachable("nothing was given back: the list did not come") from error
    if known is not None:
        return known
    try:
        return _refund_seen(await write(http, contract, XenditRefund, "refunds", body, refund_key))
    except Unanswered as error:
        raise OutcomeUnknown(str(error)) from error
    except GatewayRefused as refused:
        if refused.code == _DUPLICATE:
            # It has this key already, though the list did not show it yet.
            raise OutcomeUnknown(str(refused)) from refused
        raise


async def find_refund(http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str) -> RefundSeen | None:
    """Ours in the list of the payment's refunds, one that was not denied before others. Unanswered: the list goes on,
    or is another one than we asked for."""
    asked = _reference(attempt)
    listed = await read(http, contract, _Refunds, "refunds/", payment_request_id=asked, limit=_PAGE)
    of_it = [one for one in listed.data if one.payment_request_id in (None, asked)]
    ours = [_refund_seen(one) for one in of_it if one.reference_id == refund_key]
    if not ours and (listed.has_more or len(of_it) < len(listed.data)):
        raise Unanswered("the list does not show whether it is there")
    return min(ours, key=lambda seen: seen.status == "denied", default=None)


async def probe(http: Outgoing, contract: Contract) -> None:
    """Ask for one that nobody has: "there is none" needs the right address and a key that may read payments."""
    try:
        await read(http, contract, XenditRequest, f"{_PATH}/{_NOBODYS}")
    except GatewayRefused as refused:
        if refused.code != _NOT_FOUND:
            raise


def request_of(attempt: Attempt) -> dict[str, Any]:
    """The body of a new payment request."""
    return {
        "reference_id": attempt.reference,
        "type": "PAY",
        "country": "ID",
        "currency": "IDR",
        "request_amount": whole_rupiah(attempt.amount_sen),
        "capture_method": "AUTOMATIC",
        "channel_code": CHANNELS[attempt.way].code,
        "channel_properties": _properties(attempt),
        "description": f"Pesanan {attempt.order_number}",
    }


def _properties(attempt: Attempt) -> dict[str, str]:
    """What each kind of channel wants (README: which of it is certain)."""
    method, ends_at = attempt.way[0], attempt.ends_at
    if method == "ewallet":
        return {"success_return_url": attempt.page_url, "failure_return_url": attempt.page_url}
    properties: dict[str, str] = {}
    if method == "va":
        properties["display_name"] = attempt.merchant_name.strip()[:_LONGEST_NAME]
    elif method == "retail":
        properties["payer_name"] = attempt.payer.get("name", "").strip()[:_LONGEST_NAME] or _NAME
    if ends_at is not None and CHANNELS[attempt.way].life_s is None:
        properties["expires_at"] = ends_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return properties


def _reference(attempt: Attempt) -> str:
    if not attempt.gateway_reference:
        raise GatewayRefused(_NO_REFERENCE, "its own reference is not known: look it up in Xendit's dashboard")
    return attempt.gateway_reference


def _seen(found: XenditRequest, attempt: Attempt, payment: XenditPayment | None = None) -> Seen:
    if found.reference_id != attempt.reference:
        raise Unanswered("the answer is about another payment")
    try:
        return seen_of(found, attempt.way, payment)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault


def _refund_seen(found: XenditRefund) -> RefundSeen:
    try:
        return refund_seen(found)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault
