"""Durianpay's answers in our words."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, sen_of
from gerai.partners.gateways.durianpay.wire import DurianpayCharged, DurianpayOrder, DurianpayPayment, DurianpayRefund
from gerai.partners.gateways.steps import plain, steps_of
from gerai.ports.channel_titles import channel_title
from gerai.ports.gateways import RefundSeen, RefundStatus, Seen, SeenStatus, Way
from gerai.ports.payments import Instructions

_PAID: Final = "completed"
_ENDS: Final[dict[str, SeenStatus]] = {"failed": "failed", "expired": "expired", "cancelled": "cancelled"}
_REFUNDED: Final = ("done", "completed")
_DENIED: Final = ("failed", "rejected", "cancelled")
#: How the text of every QR of this kind begins.
_EMV: Final = "000201"
_CODE: Final = re.compile(r"[0-9A-Za-z]{1,40}")
#: Whose steps are shown first, where an account can be paid in several places.
_PLACES: Final = ("mobile_app", "atm", "internet_banking")
_ITEM: Final = re.compile(r"<li[^>]*>(.*?)</li>", re.DOTALL | re.IGNORECASE)
_LONGEST_HELP, _MOST_LINES = 10_000, 12


class _Place(msgspec.Struct, frozen=True):
    instruction_text: str = ""


def seen_of(order: DurianpayOrder, instructions: Instructions | None = None) -> Seen:
    """How an order stands, by itself and by its payments: the first one paid completes it, and only those count whose
    money is there. Raises WireFault: an amount is none."""
    payments = order.payments or []
    paid = [payment for payment in payments if payment.status == _PAID]
    if paid or order.status == _PAID:
        return Seen(
            status="paid",
            reference=order.id,
            paid_sen=_sum(payment.paid_amount for payment in paid),
            paid_at=jakarta_time(paid[0].updated_at or "") if paid else None,
            fee_sen=_sum(payment.total_fee for payment in paid),
        )
    return Seen(status=_unpaid(order.status, payments), reference=order.id, instructions=instructions)


def paid_payment(order: DurianpayOrder) -> DurianpayPayment | None:
    """The payment whose money is there."""
    return next((payment for payment in order.payments or [] if payment.status == _PAID), None)


def open_payments(order: DurianpayOrder) -> list[DurianpayPayment]:
    """The payments that wait for their payer."""
    return [payment for payment in order.payments or [] if not _over(payment.status)]


def refund_of(refund: DurianpayRefund) -> RefundSeen:
    """A refund; one that is only approved is not done yet."""
    status: RefundStatus = "pending"
    if refund.status in _REFUNDED:
        status = "done"
    elif refund.status in _DENIED:
        status = "denied"
    reason = refund.failure_reason if isinstance(refund.failure_reason, str) else ""
    return RefundSeen(status, refund.id, (reason or refund.status) if status == "denied" else "")


def instructions_of(way: Way, charged: DurianpayCharged, order: DurianpayOrder) -> Instructions | None:
    """What the payer must see; None when there is nothing to pay with."""
    method, channel = way
    until = jakarta_time(charged.expiration_time or "") or jakarta_time(order.expiry_date or "")
    match method:
        case "qris":
            text = next((t for t in (charged.qr_code, charged.qr_string) if t and t.startswith(_EMV)), "")
            return Instructions("qr", until, qr_text=text, steps=steps_of(way, "")) if text else None
        case "ewallet":
            if _over(charged.status):
                return None
            url = next((u for u in (charged.checkout_url, charged.web_url) if u and _is_address(u)), "")
            if url:
                return Instructions("redirect", until, url=url, steps=steps_of(way, ""))
            return Instructions("manual", until, steps=_pushed(channel_title(channel)))
        case _:
            # Some write a bill's company code and number apart.
            code = "".join((charged.account_number or "").split())
            steps = _steps(charged.payment_instruction) or steps_of(way, code)
            return Instructions("code", until, code=code, steps=steps) if _CODE.fullmatch(code) else None


def _over(status: str) -> bool:
    return status in _ENDS or status == _PAID


def _unpaid(status: str, payments: list[DurianpayPayment]) -> SeenStatus:
    if status in _ENDS:
        return _ENDS[status]
    ends = [payment.status for payment in payments]
    # An order whose payments all came to nothing waits for another one, which nobody will start.
    return _ENDS[ends[-1]] if ends and all(end in _ENDS for end in ends) else "waiting"


def _sum(amounts: Any) -> int | None:
    """In sen; None without amounts, and where one is not said."""
    found = list(amounts)
    if not found or any(amount in (None, "") for amount in found):
        return None
    return sum(_sen(amount) for amount in found)


def _sen(amount: Any) -> int:
    """WireFault when it is no amount; a fee may be none."""
    return 0 if amount in (0, "0", "0.00") else sen_of(amount, MAX_SEN)


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _steps(instruction: Any) -> dict[str, list[str]]:
    """The lines of the HTML lists, by language; nothing where they have another form."""
    try:
        found = msgspec.convert(instruction, dict[str, dict[str, _Place]])
    except msgspec.ValidationError:
        return {}
    lines = {language: _lines(places) for language, places in found.items() if language in ("id", "en")}
    return {language: steps for language, steps in lines.items() if steps}


def _lines(places: dict[str, _Place]) -> list[str]:
    texts = [places[place].instruction_text for place in _PLACES if place in places]
    items = _ITEM.findall(texts[0][:_LONGEST_HELP]) if texts else []
    return [line for line in map(plain, items) if line][:_MOST_LINES]


def _pushed(wallet: str) -> dict[str, list[str]]:
    """Where the wallet asks its payer by itself."""
    return {
        "id": [
            f"Buka aplikasi {wallet}: permintaan pembayaran sudah dikirim ke nomor Anda.",
            "Periksa jumlahnya, lalu konfirmasi dengan PIN Anda.",
        ],
        "en": [
            f"Open the {wallet} app: a payment request was sent to your number.",
            "Check the amount, then confirm with your PIN.",
        ],
    }


def amount_of(order: DurianpayOrder) -> int:
    """What the order asks for, in sen; 0 when it is no amount."""
    try:
        return sen_of(order.amount, MAX_SEN)
    except WireFault:
        return 0
