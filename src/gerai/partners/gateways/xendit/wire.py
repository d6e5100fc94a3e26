"""What Xendit sends, read: a payment request, the payment that came for it, and a refund, in our words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, sen_of
from gerai.partners.gateways.steps import steps_of
from gerai.partners.gateways.xendit.channels import CHANNELS
from gerai.ports.gateways import RefundSeen, RefundStatus, Seen, SeenStatus, Way
from gerai.ports.payments import Instructions, PaymentKind

STATUSES: Final[dict[str, SeenStatus]] = {
    "REQUIRES_ACTION": "waiting",
    "ACCEPTING_PAYMENTS": "waiting",
    "AUTHORIZED": "waiting",
    "SUCCEEDED": "paid",
    "FAILED": "failed",
    "CANCELED": "cancelled",
    "EXPIRED": "expired",
}
_REFUNDS: Final[dict[str, RefundStatus]] = {
    "SUCCEEDED": "done",
    "PENDING": "pending",
    "FAILED": "denied",
    "CANCELLED": "denied",
}
#: Of what is presented, and in what we call it; anything else that is presented is a code (README).
_QR: Final = "QR_STRING"
_FIRST: Final[tuple[PaymentKind, ...]] = ("qr", "code", "redirect")
_LONGEST: Final[dict[PaymentKind, int]] = {"code": 64, "qr": 512, "redirect": 2_000}


class _Action(msgspec.Struct, frozen=True):
    """One thing that the payer has to do."""

    type: str
    descriptor: str = ""
    value: str = ""


class _Properties(msgspec.Struct, frozen=True):
    """What is read of a channel's own fields."""

    expires_at: str | None = None


class XenditRequest(msgspec.Struct, frozen=True):
    """What is read of a payment request; the rest is passed over."""

    payment_request_id: str
    reference_id: str
    status: str
    created: str
    latest_payment_id: str | None = None
    actions: list[_Action] | None = None
    channel_properties: _Properties | None = None


class _Capture(msgspec.Struct, frozen=True):
    """Money that came, in rupiah as a number or a text."""

    capture_amount: Any
    capture_timestamp: str | None = None


class XenditPayment(msgspec.Struct, frozen=True):
    """What came for a payment request."""

    payment_request_id: str
    status: str
    captures: list[_Capture] | None = None


class XenditRefund(msgspec.Struct, frozen=True):
    """What is read of a refund. ``reference_id``: our key."""

    id: str
    status: str
    reference_id: str | None = None
    payment_request_id: str | None = None
    failure_code: str | None = None


def seen_of(found: XenditRequest, way: Way, payment: XenditPayment | None = None) -> Seen:
    """How a payment request stands. ``payment``: what came; None: it was not asked for. WireFault."""
    status = STATUSES.get(found.status)
    if status is None or not found.payment_request_id:
        raise WireFault("the status is none that is known, or the reference is missing")
    captures = payment.captures or [] if payment is not None and status == "paid" else []
    times = [at for one in captures if (at := jakarta_time(one.capture_timestamp or ""))]
    return Seen(
        status=status,
        reference=found.payment_request_id,
        paid_sen=sum(sen_of(one.capture_amount, MAX_SEN) for one in captures) or None,
        paid_at=max(times, default=None),
        instructions=_instructions(found, way) if found.actions else None,
    )


def refund_seen(found: XenditRefund) -> RefundSeen:
    """How a refund stands. WireFault: a word that is not Xendit's."""
    status = _REFUNDS.get(found.status)
    if status is None:
        raise WireFault("the refund's status is none that is known")
    return RefundSeen(status, found.id, (found.failure_code or found.status) if status == "denied" else "")


def _instructions(found: XenditRequest, way: Way) -> Instructions:
    """What is presented, else where to go. WireFault: neither."""
    shown: dict[PaymentKind, str] = {}
    for action in found.actions or []:
        if action.type == "PRESENT_TO_CUSTOMER":
            shown.setdefault("qr" if action.descriptor == _QR else "code", action.value)
        elif action.type == "REDIRECT_CUSTOMER" and action.value.startswith(("https://", "http://")):
            shown.setdefault("redirect", action.value)
    for kind in _FIRST:
        if value := shown.get(kind, ""):
            break
    else:
        raise WireFault("there is nothing to pay with: no code, no QR, no address")
    if len(value) > _LONGEST[kind] or not value.isprintable():
        raise WireFault("a code is too long, or cannot be shown")
    return Instructions(
        kind=kind,
        expires_at=_ends_at(found, way),
        code=value if kind == "code" else "",
        qr_text=value if kind == "qr" else "",
        url=value if kind == "redirect" else "",
        steps=steps_of(way, value),
    )


def _ends_at(found: XenditRequest, way: Way) -> datetime | None:
    """As it was chosen, else by the life of its channel; None: neither is known."""
    properties, life_s = found.channel_properties, CHANNELS[way].life_s
    if properties is not None and properties.expires_at:
        return jakarta_time(properties.expires_at)
    created = jakarta_time(found.created)
    return None if life_s is None or created is None else created + timedelta(seconds=life_s)
