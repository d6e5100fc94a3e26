"""Orders made by hand for the tests of the pages: no database, one value per fact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from gerai.domain.money import rupiah
from gerai.domain.records import Invoice, Order, OrderLine, OrderView, Payment, Shipment
from gerai.doors.http.page_details import Discount, PageDetails, ShippingDetails
from gerai.doors.pay.model import PageContext
from gerai.engine.orders.find import EventEntry
from gerai.partners.payments.simulated import SimulatedMethod
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
#: What a dialect may add to a page, and an order whose courier takes the money.
DETAILS = PageDetails(
    shipping=ShippingDetails("JNE REG", rupiah(20_000), "2–3 hari", "Jl. Pegangsaan 28"),
    discounts=(Discount("Bundel", rupiah(5_000)),),
    note="Bungkus kado.",
)
COD = PageDetails(cash_on_delivery=True)
SECRET = "kQ9f_order-secret-that-nobody-can-guess_77"


class Method(SimulatedMethod):
    """A payment method that gives the same fixed instructions to every charge."""

    def __init__(self, name: str, kind: PaymentKind, channels: dict[str, Bounds], instructions: Instructions) -> None:
        self.name = name
        self.kind: PaymentKind = kind
        self.title = {"id": f"{name} (id)", "en": f"{name} (en)"}
        self.channels = channels
        self._instructions = instructions

    def instruct(self, charge: Charge) -> Instructions:
        return self._instructions


def bounds(minimum: int, maximum: int) -> Bounds:
    """Bounds in whole rupiah."""
    return Bounds(rupiah(minimum), rupiah(maximum))


VA = Method(
    "va",
    "code",
    {"BCA": bounds(10_000, 50_000_000), "SAHABAT_SAMPOERNA": bounds(200_000, 50_000_000)},
    Instructions("code", None, code="3901705487754335", steps={"id": ["Buka aplikasi."], "en": ["Open the app."]}),
)
QRIS = Method("qris", "qr", {"QRIS": bounds(1, 10_000_000)}, Instructions("qr", None, qr_text="00020101"))
WALLET = Method("ewallet", "redirect", {"DANA": bounds(1, 100_000)}, Instructions("redirect", None))


def page_context(**changes: Any) -> PageContext:
    """A demo shop with three methods."""
    facts: dict[str, Any] = {
        "merchant_name": "Toko Sinar Pagi",
        "environment": "sandbox",
        "simulated": True,
        "methods": {"ewallet": WALLET, "va": VA, "qris": QRIS},
    }
    facts |= changes
    facts.setdefault("offered", {name: method.channels for name, method in facts["methods"].items()})
    return PageContext(**facts)


def payment(status: str = "processing", method: str = "va", channel: str = "BCA", **changes: Any) -> Payment:
    """A payment of Rp174.000 by virtual account, good for 20 more hours."""
    facts: dict[str, Any] = {
        "merchant_id": 1,
        "payment_id": 9,
        "environment": "sandbox",
        "order_id": 7,
        "invoice_id": 7,
        "public_id": "pay_abc",
        "method": method,
        "channel_code": channel,
        "status": status,
        "amount_sen": rupiah(174_000),
        "fee_sen": 0,
        "refunded_sen": 0,
        "reference": "",
        "instructions": {"kind": "code", "code": "3901705487754335", "steps": {"id": ["Buka aplikasi."]}},
        "failure": {},
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": NOW + timedelta(hours=20),
        "completed_at": None,
    }
    return Payment(**(facts | changes))


def view(
    status: str = "pending",
    invoice: str | None = "pending",
    payments: tuple[Payment, ...] = (),
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> OrderView:
    """An order of two lines, Rp159.000 together, total Rp174.000, open for 23:59:25 more."""
    facts: dict[str, Any] = {
        "merchant_id": 1,
        "order_id": 7,
        "environment": "sandbox",
        "channel": "any",
        "key_id": None,
        "member_id": None,
        "account_id": None,
        "public_id": "order-7",
        "number": "SC-0042",
        "secret": SECRET,
        "status": status,
        "funding": "invoice",
        "currency": "IDR",
        "total_sen": rupiah(174_000),
        "held_transfer_id": None,
        "charged_sen": 0,
        "refunded_sen": 0,
        "reference": "",
        "provider": "",
        "after_payment": "complete",
        "details": details or {},
        "created_at": NOW - timedelta(minutes=3),
        "updated_at": NOW - timedelta(minutes=3),
        "expires_at": NOW + timedelta(seconds=86_365),
    }
    order = Order(**(facts | changes))
    lines = (line(1, "Kopi Gayo 250 g", 2, 65_000), line(2, "Panduan Seduh", 1, 29_000))
    owed = None if invoice is None else bill(invoice)
    return OrderView(order, lines, owed, payments, None, None)


def sent(parcel: str, status: str = "shipped", receipt: str = "JX123", **changes: Any) -> OrderView:
    """A paid order whose parcel stands at ``parcel``."""
    order = view(status, "paid", (payment("completed"),), **({"charged_sen": rupiah(174_000)} | changes))
    shipment = Shipment(
        1, 7, "sandbox", 7, parcel, "jne", "REG", "lincah", 77, 250, rupiah(20_000), receipt, {}, NOW, NOW, None, NOW,
        None,
    )  # fmt: skip
    return msgspec.structs.replace(order, shipment=shipment)


def line(number: int, name: str, quantity: int, price: int) -> OrderLine:
    """One line; ``price`` in whole rupiah."""
    total = rupiah(price * quantity)
    return OrderLine(1, 7, number, "variant", number, None, name, quantity, rupiah(price), total, {})


def bill(status: str) -> Invoice:
    """The order's invoice."""
    return Invoice(1, 7, "sandbox", 7, "INV-1", status, rupiah(174_000), "", None, None, NOW)


def event(name: str, minutes_ago: int = 0, **facts: Any) -> EventEntry:
    """An event of the order."""
    return EventEntry(1, 7, name, facts, NOW - timedelta(minutes=minutes_ago))
