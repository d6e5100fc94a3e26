"""Shapes of how an order is paid (contract §6, §11.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from gerai.domain.money import decimal_string
from gerai.domain.records import OrderView, Payment
from gerai.doors.dialects.scalev.formats import timestamp
from gerai.doors.dialects.scalev.order_details import OrderDetails
from gerai.doors.http.links import absolute
from gerai.doors.http.pay_codes import typed_code
from gerai.doors.http.payable import still_asked
from gerai.engine.gateways.record import instructed
from gerai.engine.payments.open import GATEWAY

#: The contract's own list; another gateway's name would be none that its clients know.
_PROVIDERS: Final = frozenset({"xendit", "midtrans", "durianpay"})
_NOTED = ("financial_entity_id", "payment_account_holder", "payment_account_number", "transferproof_url")


def payment_fields(view: OrderView, facts: OrderDetails, base_url: str, now: datetime | None) -> dict[str, Any]:
    """What was sent is echoed; once a person named another method while changing the status, that one is shown."""
    noted = {**facts.extras, **facts.noted}
    changed, attempt = noted.get("payment_method"), _attempt(view)
    return {
        "payment_method": changed or facts.sent_method or None,
        "sub_payment_method": None if changed else facts.sent_sub_method or None,
        "epayment_provider": _provider(attempt),
        "pg_payment_info": gateway_info(view, facts.store.domain or base_url, now),
        "pg_paid_info": _paid_info(view, facts.store.domain or base_url, attempt),
        "pg_reference_id": _reference(attempt),
        "financial_entity": _entity(noted.get("financial_entity_id")),
        **{name: noted.get(name) for name in _NOTED[1:]},
        "payment_account_id": noted.get("payment_account_unique_id"),
        "transfer_time": noted.get("transfer_time"),
        "rtsproof_url": noted.get("rtsproof_url"),
    }


def _entity(entity_id: Any) -> dict[str, Any] | None:
    """Only its id was given to us."""
    if not isinstance(entity_id, int):
        return None
    empty = ("code", "name", "entity_type", "platform", "xendit_code", "duitku_code")
    return {"id": entity_id, **dict.fromkeys(empty)}


def _attempt(view: OrderView) -> Payment | None:
    """The newest attempt that runs or has succeeded; where all of it was given back since, the one that had paid the
    order."""
    alive = next((p for p in reversed(view.payments) if p.status in ("processing", "completed")), None)
    if alive is not None or view.invoice is None or view.invoice.status not in ("paid", "refunded"):
        return alive
    # The first: money that comes once an order is paid is late, and never paid it.
    given_back = [(p.completed_at, p) for p in view.payments if p.status == "refunded" and p.completed_at is not None]
    return min(given_back, key=lambda one: one[0])[1] if given_back else None


def _provider(attempt: Payment | None) -> str | None:
    """The gateway that takes the attempt; None also of one that the contract has no name for, and of no gateway."""
    gateway = None if attempt is None else attempt.instructions.get(GATEWAY)
    return gateway if gateway in _PROVIDERS else None


def _reference(attempt: Payment | None) -> str | None:
    """What names the attempt to who takes it; None where a person only says that the money came, so that no payer was
    ever shown how to pay it. (A search by it finds the same: store/order_filter.py.)"""
    return attempt.public_id if attempt is not None and attempt.instructions else None


def _paid_info(view: OrderView, base_url: str, attempt: Payment | None) -> dict[str, Any] | None:
    """What was paid through a gateway, and when, beside what its payer had been shown. The contract leaves its keys
    open."""
    shown = gateway_info(view, base_url, None)
    if attempt is None or attempt.status == "processing" or not shown:
        return None
    paid_at = attempt.completed_at
    return {
        **shown,
        "reference_id": attempt.public_id,
        "status": "PAID",
        "amount": decimal_string(attempt.asked_sen),
        "paid_at": timestamp(paid_at) if paid_at else None,
    }


def payment_fee(view: OrderView, facts: OrderDetails) -> tuple[int, int]:
    """What the way to pay keeps, in sen, and the percentage in it, in basis points: of the payment that runs or has
    come in, else of the way that the order names. Nothing where people collect the money."""
    rules, kept = view.order.payment_rules, ("processing", "completed", "refunded")
    attempt = next((payment for payment in reversed(view.payments) if payment.status in kept), None)
    if attempt is None:
        return rules.fee_sen(facts.method, facts.channel_code), rules.rate_bp(facts.method, facts.channel_code)
    fee_sen = attempt.fee_sen + attempt.merchant_fee_sen
    return fee_sen, rules.rate_bp(attempt.method, attempt.channel_code) if fee_sen else 0


def gateway_info(view: OrderView, base_url: str, now: datetime | None) -> dict[str, Any] | None:
    """What the payer must see, in the gateway's form; None before a method was chosen or while its gateway has not
    answered, and when the payment cannot be made at ``now`` any more. ``now`` None: as in an event, whatever became of
    it since."""
    payment = _attempt(view)
    if (
        payment is None
        or not payment.instructions
        or not instructed(payment)
        or (now is not None and not still_asked(view, payment, now))
    ):
        return None
    told = payment.instructions
    code = typed_code(told) or None
    match payment.method:
        case "va":
            number = {"virtual_account_number": code, "customer_name": view.order.contact.name or None}
            account = {"channel_code": payment.channel_code, "channel_properties": number}
            return {"payment_method": {"virtual_account": account}}
        case "qris":
            return {"qr_string": told.get("qr_text")}
        case "retail":
            return {"payment_method": {"over_the_counter": {"channel_properties": {"payment_code": code}}}}
        case "ewallet":
            return {"actions": [{"url_type": "WEB", "url": absolute(told.get("url", ""), base_url, view.order.secret)}]}
        case "bank_transfer":
            return {}
        case _:
            return {"redirect_url": absolute(told.get("url", ""), base_url, view.order.secret)}
