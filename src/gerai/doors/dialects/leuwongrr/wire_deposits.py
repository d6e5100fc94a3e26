"""How a deposit of the engine is put into the shapes of this contract: as a deposit, and as the invoice it also is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gerai.domain.money import SEN_PER_RUPIAH, display, whole_rupiah
from gerai.domain.records import Deposit
from gerai.doors.dialects.leuwongrr.gateway import canonical_code, code_of
from gerai.doors.dialects.leuwongrr.wire import instructions_of, invoice_url
from gerai.doors.http.payable import deposit_payable
from gerai.doors.http.times import jakarta_wall
from gerai.engine.gateways.record import instructed
from gerai.ports.payments import PaymentMethod

#: The engine's states in this contract's two words: the deposit's own, and its invoice's payment status. Money that
#: came late is paid, and waits to be approved.
WORDS: Final = {
    "pending": ("pending", "pending"),
    "succeeded": ("approved", "paid"),
    "failed": ("rejected", "cancelled"),
    "expired": ("expired", "expired"),
    "cancelled": ("cancelled", "cancelled"),
    "late": ("pending", "paid"),
    "refunded": ("rejected", "refunded"),
}
_MANUAL: Final = "manual"


CREATED: Final = "Deposit berhasil dibuat."
FOUND_AGAIN: Final = "Deposit yang sama ditemukan dari Idempotency-Key."


def created_of(
    deposit: Deposit, methods: Mapping[str, PaymentMethod], base_url: str, now: datetime, *, idempotent: bool
) -> dict[str, Any]:
    """A deposit that was just asked for by a gateway method: with what its payer must see, once that is known and while
    it can be paid."""
    to_pay = bool(deposit.instructions) and instructed(deposit) and deposit_payable(deposit, now)
    code = _code_of(deposit, methods)
    gateway = instructions_of(deposit, code, deposit.pay_sen, deposit.secret, base_url) if to_pay else None
    return {
        "deposit": deposit_of(deposit, methods, base_url),
        "invoice": invoice_of(deposit, methods, base_url, now),
        "gateway": gateway,
        "environment": deposit.environment,
        "idempotent": idempotent,
    }


def deposit_of(deposit: Deposit, methods: Mapping[str, PaymentMethod], base_url: str) -> dict[str, Any]:
    """A deposit as the list shows it. No proof of payment is uploaded to this server."""
    completed_at = deposit.completed_at
    return {
        "invoice_code": deposit.public_id,
        "status": WORDS[deposit.status][0],
        "payment_status": WORDS[deposit.status][1],
        **_amounts(deposit),
        "payment_type": _MANUAL if _by_hand(deposit) else "gateway",
        "payment_method": _method_of(deposit, methods),
        "payment_channel": canonical_code(deposit.channel_code) or _MANUAL,
        "invoice_url": invoice_url(base_url, deposit),
        "proof_uploaded_at": None,
        "approved_at": jakarta_wall(completed_at) if completed_at is not None else None,
        "created_at": jakarta_wall(deposit.created_at),
    }


def short_deposit_of(deposit: Deposit) -> dict[str, Any]:
    """A deposit as its own page of the API shows it."""
    return {"invoice_code": deposit.public_id, "status": WORDS[deposit.status][0], **_amounts(deposit)}


def short_invoice_of(deposit: Deposit) -> dict[str, Any]:
    """The deposit's invoice for a client that polls."""
    return {
        "invoice_code": deposit.public_id,
        "type": "deposit",
        "payment_status": WORDS[deposit.status][1],
        "amount": _amounts(deposit)["amount"],
    }


def invoice_of(deposit: Deposit, methods: Mapping[str, PaymentMethod], base_url: str, now: datetime) -> dict[str, Any]:
    """The deposit's invoice: what an order's has, but for the order."""
    to_pay = bool(deposit.instructions) and deposit_payable(deposit, now)
    return {
        **short_invoice_of(deposit),
        **_amounts(deposit),
        "payment_method": _method_of(deposit, methods),
        "payment_url": invoice_url(base_url, deposit) if to_pay else "",
        "invoice_url": invoice_url(base_url, deposit),
    }


def _by_hand(deposit: Deposit) -> bool:
    """Whether people confirm the payment."""
    return deposit.instructions.get("kind", _MANUAL) == _MANUAL


def _method_of(deposit: Deposit, methods: Mapping[str, PaymentMethod]) -> str:
    """As the contract's example has it where people confirm (``bank-transfer``, its bank is the channel), else the code
    that an order of the same way has."""
    return canonical_code(deposit.method) if _by_hand(deposit) else _code_of(deposit, methods)


def _code_of(deposit: Deposit, methods: Mapping[str, PaymentMethod]) -> str:
    return code_of(methods, deposit.method, deposit.channel_code) or canonical_code(deposit.method)


def _amounts(deposit: Deposit) -> dict[str, Any]:
    """To the whole rupiah, like the balance, for an operator's deposit that has a fraction."""
    whole_sen = deposit.amount_sen - deposit.amount_sen % SEN_PER_RUPIAH
    return {"amount": whole_rupiah(whole_sen), "formatted_amount": display(whole_sen), "currency": "IDR"}
