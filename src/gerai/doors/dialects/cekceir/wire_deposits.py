"""Deposits and their providers in this contract's shapes, in the order its pages show the fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.records import Deposit
from gerai.doors.dialects.cekceir.provider_codes import code_of_way
from gerai.doors.dialects.cekceir.providers import Provider
from gerai.doors.dialects.cekceir.wire import balance, iso
from gerai.doors.http.links import invoice_page
from gerai.doors.http.pay_codes import typed_code
from gerai.doors.http.payable import deposit_payable
from gerai.engine.gateways.record import instructed
from gerai.ports.payments import PaymentMethod

#: The engine's states in the contract's words. Of money that came and waits for the operator see :func:`status_of`.
STATUS: Final[dict[str, str]] = {
    "pending": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
    "late": "processing",
    "refunded": "failed",
}
#: Kinds of instructions whose payer types a number; the others show a QR, or lead elsewhere.
_NUMBERED: Final = frozenset({"code", "manual"})


def provider_of(provider: Provider) -> dict[str, Any]:
    """A provider, as list and detail show it. Its rule's amounts are texts, as only there; the least is rounded up to
    whole rupiah, the most down."""
    bounds, kind = provider.bounds, provider.processing_type
    return {
        "code": provider.code,
        "display_name": provider.title,
        "status": "active",
        "channel": provider.method.name,
        "processing_type": kind,
        "icon_url": None,
        "rule": {
            "min_deposit": str(-(-bounds.minimum_sen // SEN_PER_RUPIAH)),
            "max_deposit": str(bounds.maximum_sen // SEN_PER_RUPIAH),
            # Nobody pays a fee on top of a top-up.
            "fee_percent": "0",
            "fee_flat": "0",
            "processing_type": kind,
        },
        "updated_at": iso(provider.since),
    }


def deposit_of(deposit: Deposit, methods: Mapping[str, PaymentMethod], base_url: str, now: datetime) -> dict[str, Any]:
    """A deposit, as creating it, the detail and the list show it. To the whole rupiah, for an operator's deposit that
    has a fraction."""
    confirmed_at, expires_at = deposit.completed_at, deposit.expires_at
    return {
        "id": deposit.deposit_id,
        "amounts": {"total_pay": balance(deposit.pay_sen), "deposit_amount": balance(deposit.amount_sen)},
        **_to_pay(deposit, base_url, now),
        "provider_code": code_of_way(methods, deposit.method, deposit.channel_code),
        "status": status_of(deposit, now),
        "fee_amount": balance(deposit.fee_sen),
        "channel": deposit.method,
        "provider_ref": deposit.provider_reference or None,
        "confirmed_at": None if confirmed_at is None else iso(confirmed_at),
        "created_at": iso(deposit.created_at),
        "updated_at": iso(deposit.updated_at),
        "expires_at": None if expires_at is None else iso(expires_at),
        "invoice_url": base_url + invoice_page(deposit.public_id, deposit.secret),
    }


def status_of(deposit: Deposit, now: datetime) -> str:
    """The deposit's state: ``processing`` while money that came waits for somebody to decide, ``expired`` by the clock,
    even before the sweep."""
    if deposit.came_instead_sen and deposit.status not in ("succeeded", "refunded"):
        return "processing"
    if deposit.status == "pending" and not deposit_payable(deposit, now):
        return "expired"
    return STATUS[deposit.status]


def _to_pay(deposit: Deposit, base_url: str, now: datetime) -> dict[str, str | None]:
    """What the payer must see: the number of an account, or a QR. The names are there as long as the deposit is; null
    while its gateway has not answered, and once nothing is to be paid any more: who pays then sends money that waits
    for a person. What is paid at a bank's or wallet's own page has its address on the deposit's page alone."""
    told = deposit.instructions
    open_ = bool(told) and instructed(deposit) and deposit_payable(deposit, now)
    if told.get("kind", "manual") in _NUMBERED:
        number, holder = (typed_code(told), told.get("holder")) if open_ else ("", "")
        return {"account_number": number or None, "account_holder_name": holder or None}
    text = told.get("qr_text") if open_ else ""
    picture = base_url + invoice_page(deposit.public_id, deposit.secret, "/qr.png")
    return {"qr_string": text or None, "qr_url": picture if text else None}
