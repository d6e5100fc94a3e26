"""What Tripay sends, read: a transaction, and how it stands in our words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN, display
from gerai.kit.moments import epoch_time
from gerai.kit.wire import WireFault, sen_of
from gerai.partners.gateways.steps import places_of, steps_of
from gerai.ports.gateways import Seen, SeenStatus, Way
from gerai.ports.payments import Instructions, PaymentKind
from gerai.ports.va_places import PayPlace

STATUSES: Final[dict[str, SeenStatus]] = {
    "UNPAID": "waiting",
    "PAID": "paid",
    "EXPIRED": "expired",
    "FAILED": "failed",
    "REFUND": "refunded",
}
#: In these money came.
_CAME: Final = ("paid", "refunded")
_NOTHING: Final = (None, "", "0", "0.00", 0)
_LONGEST_CODE, _LONGEST_QR, _LONGEST_URL = 64, 512, 2_000


class TripayGroup(msgspec.Struct, frozen=True):
    """How to pay at one place: an app, an ATM."""

    title: str = ""
    steps: list[str] = []


class TripayTransaction(msgspec.Struct, frozen=True):
    """What is read of a transaction's detail; the rest is passed over. Amounts are whole rupiah, as numbers or texts;
    times are seconds since 1970."""

    reference: str
    merchant_ref: str | None
    status: str
    amount_received: Any
    fee_merchant: Any
    fee_customer: Any
    pay_code: str | int | None = None
    pay_url: str | None = None
    checkout_url: str | None = None
    qr_string: str | None = None
    paid_at: str | int | None = None
    expired_time: str | int | None = None
    instructions: list[TripayGroup] | None = None


def sen(amount: Any) -> int:
    """An amount that may be nothing. WireFault."""
    return 0 if amount in _NOTHING else sen_of(amount, MAX_SEN)


def seen_as(status: str, reference: str, due_sen: int, fee_sen: int, paid_at: str | int | None) -> Seen:
    """A payment of ``due_sen``, fees on the payer left out. WireFault: a word that is not Tripay's, or money without
    an amount."""
    ours = STATUSES.get(status.upper())
    if ours is None or not reference:
        raise WireFault("the status is none that is known, or the reference is missing")
    came = ours in _CAME
    if came and due_sen <= 0:
        raise WireFault("a paid transaction has no amount")
    return Seen(
        status=ours,
        reference=reference,
        paid_sen=due_sen if came else None,
        paid_at=epoch_time(str(paid_at)) if came else None,
        fee_sen=fee_sen,
        refunded_sen=due_sen if ours == "refunded" else 0,
    )


def seen_of(found: TripayTransaction, way: Way) -> Seen:
    """How a transaction stands, with what its payer must see. WireFault."""
    fee_sen = sen(found.fee_merchant)
    # Whatever `amount` counts in: what the merchant gets and pays for is what was asked (README).
    due_sen = sen(found.amount_received) + fee_sen
    seen = seen_as(found.status, found.reference, due_sen, fee_sen, found.paid_at)
    shown = _instructions(found, way, due_sen, sen(found.fee_customer))
    return replace(seen, instructions=shown)


def _instructions(found: TripayTransaction, way: Way, due_sen: int, on_payer_sen: int) -> Instructions:
    code = _text(found.pay_code, _LONGEST_CODE)
    qr_text, url = _text(found.qr_string, _LONGEST_QR), _address(found.pay_url)
    kind: PaymentKind = "qr" if qr_text else "redirect" if url else "code"
    if kind == "code" and not code:
        kind, url = "redirect", _address(found.checkout_url)
        if not url:
            raise WireFault("there is nothing to pay with: no code, no QR, no address")
    theirs = [(group.title, group.steps) for group in found.instructions or []]
    steps, places = steps_of(way, code, theirs), places_of(theirs)
    if on_payer_sen:
        bill = {language: _bill(language, due_sen, on_payer_sen) for language in steps}
        steps = {language: [bill[language], *lines] for language, lines in steps.items()}
        places = {
            language: [PayPlace(place.title, (bill[language], *place.steps)) for place in told]
            for language, told in places.items()
        }
    return Instructions(
        kind=kind,
        expires_at=epoch_time(str(found.expired_time)),
        code=code if kind == "code" else "",
        qr_text=qr_text if kind == "qr" else "",
        url=url if kind == "redirect" else "",
        steps=steps,
        places=places,
    )


def _bill(language: str, due_sen: int, fee_sen: int) -> str:
    """A merchant may let the payer bear Tripay's fee: the bank then asks for more than our page shows."""
    total, due, fee = display(due_sen + fee_sen), display(due_sen), display(fee_sen)
    if language == "id":
        return f"Tagihan yang tampil {total}: pesanan {due} ditambah biaya pembayaran {fee}."
    return f"The bill shows {total}: the order's {due} and a payment fee of {fee}."


def _text(value: str | int | None, longest: int) -> str:
    """What can be shown. WireFault: what cannot."""
    text = "" if value is None else str(value)
    if len(text) > longest or not text.isprintable():
        raise WireFault("a code is too long, or cannot be shown")
    return text


def _address(value: str | None) -> str:
    text = _text(value, _LONGEST_URL)
    return text if text.startswith(("https://", "http://")) else ""
