"""Pages of orders and deposits made by hand, drawn in a real browser: no server, no database, the same at every run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec
from pay_deposits import BY_HAND, BY_QR, BY_WALLET, deposit
from pay_orders import COD, DETAILS, NOW, event, page_context, payment, sent, view
from playwright.async_api import Browser, Page, Route

from gerai.app import DIALECTS
from gerai.domain.money import rupiah
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.doors.http.language import Language
from gerai.doors.pay import draw
from gerai.doors.pay.address import Address
from gerai.doors.pay.assets import asset_named
from gerai.doors.pay.deposit_present import present_deposit
from gerai.doors.pay.present import present
from gerai.doors.pay.seller import PageLogo, ShopFacts
from gerai.doors.pay.words import Words
from gerai.kit.colours import read_colour
from gerai.kit.contacts import read_contact
from picture_kit import logo as drawn_logo

_ADDRESS: Final = Address(("i", "kQ9f"))
_PLACED: Final = (event("order.placed", 3), event("payment.started", 2, payment="pay_abc"))
_ERRORS: Final = (400, 403, 404, 405, 408, 409, 413, 415, 421, 429, 500, 503)
_MOST: Final = rupiah(999_999_999_999)
#: Names that nothing breaks, and that never end.
_UNBROKEN, _ENDLESS = "X" * 90, "PT Toko Sinar Pagi Sentosa Jaya Abadi Makmur Sejahtera Nusantara Raya"
_SHOP: Final = ShopFacts("Jl. Melati 1", read_contact("0812-3456-7890"), read_contact("pengaduan@toko.example"))
#: A colour that could be read nowhere by day, and one that could not by night.
_YELLOW: Final = replace(_SHOP, colour=read_colour("#ffeb3b"), url="https://toko.example")
_NAVY: Final = replace(_SHOP, colour=read_colour("#0d1b4c"))
_UNBROKEN_SHOP: Final = ShopFacts(
    _UNBROKEN, read_contact(f"https://t.me/{_UNBROKEN}"), read_contact(f"{_UNBROKEN[:60]}@toko.example")
)
#: As wide and as high as they may be, and an usual one.
LOGOS: Final = {"wide": (2048, 128), "high": (128, 2048), "usual": (400, 160)}
QR_TEXT: Final = (
    "00020101021226610014COM.GO-JEK.WWW01189360091430000000000210G0000000000303UMI51440014ID.CO.QRIS.WWW0215ID1020000000"
    "0010303UMI5204581253033605406174000 5802ID5915Toko Sinar Pagi6007Jakarta61051031062070703A016304ABCD"
)
QR: Final[dict[str, Any]] = {
    "method": "qris",
    "channel": "QRIS",
    "instructions": {"kind": "qr", "qr_text": QR_TEXT, "steps": {"id": ["Buka aplikasi."], "en": ["Open the app."]}},
}
#: What a gateway may show: two numbers to type, and steps at several places.
BILL: Final[dict[str, Any]] = {
    "kind": "code",
    "code": "70012 994077406087",
    "company_code": "70012",
    "at_gateway": True,
}
PLACES: Final[dict[str, Any]] = {
    "kind": "code", "code": "8808123412341234", "at_gateway": True,
    "places": {"id": [("Internet Banking BCA", ["Masuk.", "Pilih Transfer."]), ("ATM BCA", ["Tekan 1.", "Tekan 2."])]},
}  # fmt: skip
TYPED: Final = {**QR, "instructions": {**QR["instructions"], "amount_typed": True, "holder": "TOKO", "nmid": "ID1"}}


def order_page(order: OrderView, language: Language = "id", proofs: int = 0, **changes: Any) -> str:
    """The page of an order at NOW, after so many proofs of a transfer."""
    words = Words(language)
    happened = [*_PLACED, *[event("payment.proof_received", 1, payment="pay_abc")] * proofs]
    return draw.pay_page(present(order, happened, page_context(**changes), NOW, words), words, _ADDRESS)


def deposit_page(made: Deposit, language: Language = "id", **changes: Any) -> str:
    """The page of a deposit at NOW."""
    words = Words(language)
    return draw.deposit_page(present_deposit(made, page_context(**changes), NOW, words), words, _ADDRESS)


def transfer(status: str = "processing", **changes: Any) -> Payment:
    """A payment into the seller's own bank account."""
    shown = {"kind": "manual", "code": "1234567890", "holder": "Budi Santoso", "steps": {"id": ["Transfer tepat."]}}
    return payment(
        status, "bank_transfer", "BCA", receiving_id=3, environment="production", instructions=shown, **changes
    )


def _endless(name: str) -> OrderView:
    """An order of the largest amount and of a product whose name never ends."""
    order = view(payments=(payment(amount_sen=_MOST),), total_sen=_MOST, number="N" * 80)
    line = msgspec.structs.replace(order.lines[0], name=name * 3, quantity=99_999, unit_price_sen=_MOST)
    return msgspec.structs.replace(order, lines=(line,))


def every_page(language: Language) -> dict[str, str]:
    """A page of each kind and state, by name."""
    words, waiting = Words(language), (payment(),)
    found = {
        "choose": order_page(view(), language, details=DETAILS),
        "no method": order_page(view(environment="production"), language, offered={}, simulated=False),
        "unfit": order_page(view(total_sen=_MOST), language, merchant_name=_ENDLESS),
        "number": order_page(view(payments=waiting), language, details=DETAILS, shop=_SHOP, papers=True),
        "QR": order_page(view(payments=(payment(**QR),)), language),
        "QR, amount typed": order_page(view(payments=(payment(**TYPED, amount_sen=_MOST),), total_sen=_MOST), language),
        "redirect": order_page(
            view(payments=(payment(method="ewallet", channel="DANA", instructions={"kind": "redirect"}),)), language
        ),
        "short link": order_page(view(payments=waiting), language, private=True, shop=_SHOP),
        "failed before": order_page(view(payments=(payment("failed"),)), language),
        "held": order_page(view("processing", None, funding="hold"), language),
        "cash": order_page(view("confirmed", None, funding="free"), language, details=COD),
        "unbroken": order_page(_endless(_UNBROKEN), language, merchant_name=_UNBROKEN, shop=_UNBROKEN_SHOP),
        "endless": order_page(
            _endless(_ENDLESS), language, merchant_name=_ENDLESS, papers=True, shop=replace(_SHOP, address=_ENDLESS * 2)
        ),
        "confirm": draw.confirm_page(words, _ADDRESS, _ENDLESS, "DANA", "Rp999.999.999.999", "Back"),
        "home": draw.home_page(words, _doors(language), simulated=True),
    }
    real: dict[str, Any] = {"environment": "production", "simulated": False}
    given_up, second = transfer("cancelled"), payment(payment_id=10, public_id="pay_new", contract_id=4)
    found |= {
        "given up after a proof": order_page(view(payments=(given_up,)), language, 1, **real),
        "another way after a proof": order_page(view(payments=(given_up, second)), language, 1, **real),
        "asking": order_page(view(payments=(payment(contract_id=4, instructions={"kind": "code"}),)), language, **real),
        "bill": order_page(view(payments=(payment(channel="MANDIRI", instructions=BILL),)), language),
        "places": order_page(view(payments=(payment(instructions=PLACES),)), language),
        "unique code": order_page(view(payments=(transfer(matching_sen=70_800),)), language, **real),
        "unique code, QR": order_page(view(payments=(payment(**TYPED, matching_sen=70_800),)), language),
        "expired at a gateway": order_page(
            view("expired", "expired", (payment("expired", contract_id=4),)), language, **real
        ),
        "far deadline": order_page(view(payments=waiting, expires_at=NOW + timedelta(hours=71)), language),
        "all closed but one": order_page(view(total_sen=rupiah(25_000_000)), language),
        "unfit, reached": order_page(view(total_sen=_MOST), language, shop=_SHOP, papers=True),
        "yellow": order_page(view(payments=(payment(),)), language, shop=_YELLOW, papers=True),
        "yellow, over": order_page(view("cancelled", "cancelled"), language, shop=_YELLOW),
        "navy": order_page(view(), language, shop=_NAVY),
        "deposit navy": deposit_page(deposit(**BY_WALLET), language, shop=_NAVY),
        "deposit own": deposit_page(deposit(receiving_id=3), language),
    }
    for proofs in (0, 1, 3):
        found[f"transfer, {proofs} proofs"] = order_page(
            view(payments=(transfer(),), environment="production"), language, proofs, simulated=False
        )
        found[f"transfer expired, {proofs} proofs"] = order_page(
            view("expired", "expired", (transfer("expired"),)), language, proofs, merchant_name=_ENDLESS
        )
    for status, invoice, paid in (
        ("processing", "paid", "completed"), ("completed", "paid", "completed"), ("failed", "paid", "completed"),
        ("partial", "paid", "completed"), ("expired", "expired", "expired"), ("expired", "expired", "late"),
        ("cancelled", "paid", "completed"), ("cancelled", "cancelled", "cancelled"),
    ):  # fmt: skip
        found[f"{status}, {paid}"] = order_page(view(status, invoice, (payment(paid),)), language, details=DETAILS)
    for parcel in ("in_transit", "problem", "returning", "delivered"):
        found[f"parcel {parcel}"] = order_page(sent(parcel), language, details=DETAILS)
    for status in ("pending", "succeeded", "failed", "expired", "cancelled", "late", "refunded"):
        found[f"deposit {status}"] = deposit_page(deposit(status), language)
    for name, way in (("QR", BY_QR), ("redirect", BY_WALLET), ("by hand", BY_HAND)):
        found[f"deposit {name}"] = deposit_page(deposit(**way), language)
    found["deposit endless"] = deposit_page(
        deposit(amount_sen=_MOST, pay_sen=_MOST + rupiah(4_123), public_id="D" * 60),
        language,
        merchant_name=_ENDLESS,
        shop=_SHOP,
    )
    for name, (width, height) in LOGOS.items():
        logo = PageLogo(f"/_logo/1/{name}", width, height)
        seller = {"merchant_name": _ENDLESS if name == "wide" else "Toko Sinar Pagi", "shop": replace(_SHOP, logo=logo)}
        found[f"logo, {name}"] = order_page(view(payments=waiting), language, details=DETAILS, **seller)
        found[f"deposit, logo, {name}"] = deposit_page(deposit("pending"), language, **seller)
    for status in _ERRORS:
        found[f"error {status}"] = draw.error_page(words, Address(("",)), status, "0b6c4f4e-0000" * 3)
    return found


def _doors(language: Language) -> list[draw.DoorCard]:
    return [
        draw.DoorCard(d.title, d.blurb.sold.in_language(language), d.prefixes[0], f"/docs/{d.name}")
        for d in DIALECTS
        if d.blurb is not None
    ]


class Screen:
    """A browser's page that shows what :meth:`show` is given."""

    def __init__(self, page: Page) -> None:
        self.page, self._html = page, ""

    async def show(self, html: str) -> Page:
        """Load a drawn page with its style sheet and script."""
        self._html = html
        await self.page.goto("https://gerai.test/")
        return self.page

    async def fulfil(self, route: Route) -> None:
        """Serve the page and its assets; the live stream is quiet."""
        asset = asset_named(route.request.url.rpartition("/")[2])
        if asset is not None:
            await route.fulfill(body=asset.content, content_type=asset.media_type)
        elif "/_logo/" in route.request.url:
            size = LOGOS[route.request.url.rpartition("/")[2]]
            await route.fulfill(body=drawn_logo(*size), content_type="image/png")
        elif "/events" in route.request.url:
            await route.fulfill(body="retry: 600000\n\n", content_type="text/event-stream")
        else:
            await route.fulfill(body=self._html, content_type="text/html; charset=utf-8")


@asynccontextmanager
async def screen(browser: Browser, width: int, height: int = 844, **facts: Any) -> AsyncGenerator[Screen]:
    """A screen ``width`` pixels wide, whose clock stands still."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **facts)
    page = await context.new_page()
    # Time goes on until it is paused.
    await page.clock.install(time=NOW - timedelta(hours=1))
    await page.clock.pause_at(NOW)
    shown = Screen(page)
    await context.route("**/*", shown.fulfil)
    yield shown
    await context.close()
