"""The view model of the hosted page, from orders made by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pay_orders import DETAILS, NOW, SECRET, event, page_context, payment, view

from gerai.domain.money import rupiah
from gerai.domain.records import Member, OrderContact, OrderView, PaymentRules
from gerai.doors.http.page_details import DigitalProduct, Link, PageDetails
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.payment_panel import grouped
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words


def page(order: OrderView, language: str = "id", **changes: Any) -> PayPage:
    """The page of ``order`` at NOW."""
    return present(order, (), page_context(**changes), NOW, Words("en" if language == "en" else "id"))


def test_the_sum_shows_how_lines_become_the_total() -> None:
    """Subtotal, shipping and discount stand between the lines and the total, in rupiah with dots."""
    shown = page(view(), details=DETAILS)
    assert [(row.label, row.value, row.strong) for row in shown.sums] == [
        ("Subtotal", "Rp159.000", False),
        ("Ongkos kirim (JNE REG)", "Rp20.000", False),
        ("Bundel", "−Rp5.000", False),
        ("Total", "Rp174.000", True),
    ]
    assert [(row.name, row.quantity_text, row.total) for row in shown.lines] == [
        ("Kopi Gayo 250 g", "2 × Rp65.000", "Rp130.000"),
        ("Panduan Seduh", "1 × Rp29.000", "Rp29.000"),
    ]


def test_a_difference_nobody_explained_is_still_shown() -> None:
    """Without shipping or discounts in the details the rows must add up all the same."""
    assert [(row.label, row.value) for row in page(view()).sums] == [
        ("Subtotal", "Rp159.000"),
        ("Biaya lain", "Rp15.000"),
        ("Total", "Rp174.000"),
    ]


def test_the_deadline_counts_on_the_orders_clock() -> None:
    """Seconds and text come from the order's own time, in Jakarta."""
    deadline = page(view()).deadline
    assert deadline is not None
    assert (deadline.seconds, deadline.clock, deadline.text) == (86_365, "23:59:25", "23 November 2026, 08.09 WIB")


def test_a_far_deadline_is_told_in_days() -> None:
    """From a day on nobody counts seconds: it is told in days and hours, in the page's language."""
    for seconds, indonesian, english in (
        (86_399, "23:59:59", "23:59:59"),
        (86_400, "1 hari", "1 day"),
        (90_000, "1 hari 1 jam", "1 day 1 hour"),
        (108_539, "1 hari 6 jam", "1 day 6 hours"),
        (259_199, "2 hari 23 jam", "2 days 23 hours"),
        (259_200, "3 hari", "3 days"),
    ):
        for language, told in (("id", indonesian), ("en", english)):
            deadline = page(view(expires_at=NOW + timedelta(seconds=seconds)), language).deadline
            assert deadline is not None
            assert (deadline.seconds, deadline.clock) == (seconds, told)


def test_channels_outside_their_bounds_are_shown_closed() -> None:
    """Rp174.000 is too little for one bank and too much for one wallet: both say so and cannot be chosen."""
    groups = page(view()).groups
    assert [(group.name, [(c.value, c.open, c.note) for c in group.choices]) for group in groups] == [
        ("qris", [("qris:QRIS", True, "")]),
        ("va", [("va:BCA", True, ""), ("va:SAHABAT_SAMPOERNA", False, "Pesanan ini di bawah batas Rp200.000")]),
        ("ewallet", [("ewallet:DANA", False, "Pesanan ini di atas batas Rp100.000")]),
    ]


def test_an_order_may_narrow_its_methods() -> None:
    """A door can freeze which methods and channels an order takes."""
    groups = page(view(payment_rules=PaymentRules(methods=("va:BCA", "qris")))).groups
    assert [c.value for group in groups for c in group.choices] == ["qris:QRIS", "va:BCA"]


def test_the_payers_fee_is_the_channels_own_where_it_has_one() -> None:
    """A channel without a fee is not charged its method's; a fee that the merchant bears costs the payer nothing."""
    fees = {"va": rupiah(4_000), "va:BCA": 0}
    asked = (("va", "BNI"), ("va", "BCA"), ("retail", "ALFAMART"))
    for bearer, on_top in (("payer", [rupiah(4_000), 0, 0]), ("merchant", [0, 0, 0])):
        rules = PaymentRules(None, fees, bearer)
        assert [rules.on_top_sen(method, channel) for method, channel in asked] == on_top
        assert [rules.fee_sen(method, channel) for method, channel in asked] == [rupiah(4_000), 0, 0]


def test_the_payers_fee_counts_towards_a_channels_bounds() -> None:
    """What the payer pays in all must fit: the order alone is within, with the fee on top it is too much, or enough."""
    fees = {"ewallet": rupiah(1), "va:SAHABAT_SAMPOERNA": rupiah(26_000)}
    groups = page(view(payment_rules=PaymentRules(None, fees, "payer"), total_sen=rupiah(100_000))).groups
    opened = {c.value: c.open for group in groups for c in group.choices}
    assert opened == {
        "qris:QRIS": True, "va:BCA": True, "va:SAHABAT_SAMPOERNA": False, "ewallet:DANA": False,
    }  # fmt: skip
    groups = page(view(payment_rules=PaymentRules(None, fees, "payer"))).groups
    assert {c.value: c.open for group in groups for c in group.choices}["va:SAHABAT_SAMPOERNA"] is True


def test_the_panel_tells_how_to_pay() -> None:
    """A running payment shows its number in groups, the amount with the payer's fee, its steps and its own deadline."""
    shown = page(view(payments=(payment(fee_sen=rupiah(4_000)),)))
    assert shown.panel is not None
    assert (shown.panel.heading, " ".join(shown.panel.code_groups), shown.panel.code) == (
        "Bayar dengan Virtual Account BCA",
        "3901 7054 8775 4335",
        "3901705487754335",
    )
    assert (shown.panel.amount, shown.panel.amount_plain, shown.amount) == ("Rp178.000", "178000", "Rp178.000")
    assert shown.panel.steps == ("Buka aplikasi.",)
    # A gateway's own steps stand; ours for a virtual account are told place by place.
    assert shown.panel.places == ()
    assert shown.panel.until is not None
    assert shown.panel.until.seconds == 72_000
    assert shown.groups == ()
    assert [(r.label, r.value) for r in shown.sums][-2:] == [("Biaya layanan", "Rp4.000"), ("Total", "Rp178.000")]


def test_one_deadline_is_told_once() -> None:
    """A payment that lapses with its order does not repeat the order's deadline; an earlier one is told."""
    same = view(payments=(payment(expires_at=NOW + timedelta(seconds=86_365)),))
    shown = page(same)
    assert shown.deadline is not None
    assert shown.panel is not None
    assert shown.panel.until is None


def test_a_qr_is_drawn_with_a_title_and_without_markup_from_outside() -> None:
    """The QR is an inline SVG; its text cannot smuggle markup into the page."""
    told = {"kind": "qr", "qr_text": "<script>alert(1)</script>"}
    panel = page(view(payments=(payment(method="qris", channel="QRIS", instructions=told),))).panel
    assert panel is not None
    assert panel.qr is not None
    assert panel.qr.startswith("<svg ")
    assert "Kode QR untuk pembayaran Rp174.000" in panel.qr
    assert "script" not in panel.qr
    assert panel.heading == "Bayar dengan QRIS"


def test_only_web_addresses_elsewhere_are_followed() -> None:
    """A redirect must be http(s) and must not lead back to a page of this order."""
    for url, shown in [
        ("https://wallet.example/pay/1", "https://wallet.example/pay/1"),
        ("javascript:alert(1)", ""),
        (f"https://shop.example/user/invoice/INV1?t={SECRET}", ""),
        ("https://shop.example/payment/abcdef?lang=id", ""),
    ]:
        told = {"kind": "redirect", "url": url}
        order = view(payments=(payment(method="ewallet", channel="DANA", instructions=told),))
        panel = page(order, here="https://shop.example/payment/abcdef").panel
        assert panel is not None
        assert panel.url == shown


def test_a_gateways_address_may_be_an_app_and_name_our_page() -> None:
    """What a gateway gave is followed to a wallet's app, too, with our page as its way back; never ``javascript:``."""
    app = f"gojek://gopay/merchanttransfer?tref=1&callback_url=https://shop.example/i/{SECRET}"
    page_of_card = "https://app.midtrans.example/snap/v3/redirection/token"
    for url, followed in [(app, app), (page_of_card, page_of_card), ("javascript:alert(1)", ""), ("intent://x", "")]:
        for at_gateway in (True, False):
            told = {"kind": "redirect", "url": url, "at_gateway": at_gateway}
            order = view(payments=(payment(method="ewallet", channel="GOPAY", instructions=told),))
            panel = page(order, here="https://shop.example/i/abcdef").panel
            assert panel is not None
            assert panel.url == (followed if at_gateway or url.startswith("https://") else "")
            assert panel.confirm == (not panel.url)


def test_a_private_page_shows_nothing_of_the_buyer() -> None:
    """The payment link's code can be guessed: amount, merchant and the acts of paying only."""
    order = view(payments=(payment(),))
    shown = present(order, (event("order.placed"),), page_context(private=True, details=DETAILS), NOW, Words("id"))
    assert (shown.number, shown.placed_at, shown.lines, shown.sums, shown.people) == ("", "", (), (), ())
    assert (shown.note, shown.goods.files, shown.timeline) == ("", (), ())
    assert (shown.merchant, shown.amount, shown.panel is not None) == ("Toko Sinar Pagi", "Rp174.000", True)


def test_playing_the_payer_needs_play_money() -> None:
    """The simulator is on sandbox orders and demo merchants only, and offers what the state allows."""
    paying = view(payments=(payment(),))
    ended = view("expired", "expired", (payment("expired"),))
    plays = [page(view()).play, page(paying).play, page(ended).play]
    assert [(p.pay, p.fail, p.late) for p in plays if p is not None] == [
        (True, False, False),
        (True, True, False),
        (False, False, True),
    ]
    assert page(view("completed", "paid", (payment("completed"),))).play is None
    real = view(environment="production", payments=(payment(),))
    assert page(real, simulated=False, environment="production").play is None
    assert page(real, simulated=True, environment="production").play is not None


def test_downloads_appear_once_paid() -> None:
    """A digital product is handed out after payment, never before, and only through web addresses."""
    links = (Link("https://x.example/a.pdf", "PDF"), Link("https://x.example/b"), Link("ftp://x"), Link("javascript:1"))
    details = PageDetails(digital=DigitalProduct("Unduhan", links))
    assert page(view(), details=details).goods.files == ()
    shown = page(view("completed", "paid", (payment("completed"),)), details=details)
    assert [(d.title, d.url) for d in shown.goods.files] == [
        ("PDF", "https://x.example/a.pdf"),
        ("https://x.example/b", "https://x.example/b"),
    ]
    assert shown.goods.title == "Unduhan"


def test_the_timeline_tells_news_in_the_readers_language() -> None:
    """Events become short texts; a payment that ended with its order and events of no interest are left out."""
    order = view("expired", "expired", (payment("expired"),))
    events = [
        event("order.placed", 9),
        event("payment.started", 8, payment="pay_abc", method="va"),
        event("order.expired", 1),
        event("payment.expired", 1, payment="pay_abc"),
        event("webhook.sent", 0),
    ]
    shown = present(order, events, page_context(), NOW, Words("en"))
    assert [(m.text, m.when) for m in shown.timeline] == [
        ("Order placed", "22 Nov, 08:01"),
        ("Payment method chosen: Virtual Account BCA", "22 Nov, 08:02"),
        ("Order expired", "22 Nov, 08:09"),
    ]


def test_looking_through_the_ways_to_pay_is_no_news() -> None:
    """What was chosen and given up for another is left out; the last choice is told, given up or not, and so is one of
    which more is known: a proof, or that it ran out."""
    started, left, proof, out = (
        "payment.started", "payment.cancelled", "payment.proof_received", "payment.expired",
    )  # fmt: skip
    for names, told in (
        ([("a", started), ("a", left), ("b", started), ("b", left), ("c", started)], 1),
        ([("a", started), ("a", left), ("b", started), ("b", left)], 2),
        ([("a", started), ("a", left)], 2),
        ([("a", started), ("a", proof), ("a", left), ("b", started)], 4),
        ([("a", started), ("a", out), ("b", started)], 3),
    ):
        events = [event(name, 20 - at, payment=which) for at, (which, name) in enumerate(names)]
        assert len(present(view(), events, page_context(), NOW, Words("en")).timeline) == told, names


@pytest.mark.parametrize(
    ("told", "texts"),
    [
        (["paid", "unpaid"], ["Payment received", "Payment has not been received after all"]),
        (
            ["paid", "conflict", "unpaid"],
            ["Payment received", "Payment is being checked", "Payment has not been received after all"],
        ),
        (["conflict", "unpaid"], ["Payment is being checked", "Payment has not been received after all"]),
        (["unpaid", "paid", "settled"], ["Payment received"]),
        (
            ["paid", "unpaid", "unpaid", "paid"],
            ["Payment received", "Payment has not been received after all", "Payment received"],
        ),
    ],
)
def test_a_payment_that_counts_no_more_is_told(told: list[str], texts: list[str]) -> None:
    """Beside the sentence that no payment is recorded, the timeline does not end with one that was received. That
    nothing was received is no news before anything was said of a payment."""
    events = [event(f"invoice.{word}", 9 - n) for n, word in enumerate(told)]
    assert [m.text for m in present(view(), events, page_context(), NOW, Words("en")).timeline] == texts


def test_the_version_changes_with_what_is_seen() -> None:
    """The live page asks for a fresh drawing exactly when the order, a payment or its look changed."""
    one = page(view())
    assert one.version == page(view(), "en").version
    others = [view(payments=(payment(),)), view(payments=(payment("failed"),)), view("cancelled", "cancelled")]
    others.append(view(expires_at=NOW - timedelta(seconds=1)))
    assert len({one.version, *(page(other).version for other in others)}) == 5


def test_a_failed_attempt_is_told_while_another_can_be_made() -> None:
    """After a failed payment the page says so and offers the methods again."""
    shown = page(view(payments=(payment("failed"),)), "en")
    assert shown.notice == "The last payment attempt failed. Please choose a payment method again."
    assert shown.groups != ()
    assert page(view(payments=(payment("cancelled"),))).notice == ""


def test_grouping_leaves_words_alone() -> None:
    """Only long numbers are grouped."""
    codes = ("123456789", "1234567", "ALFA-991234567", "")
    assert [grouped(c) for c in codes] == [("1234", "5678", "9"), ("1234567",), ("ALFA-991234567",), ()]


def test_only_the_contact_of_the_order_is_shown() -> None:
    """What is known of the member by now is not shown, not even where the order itself names nobody."""
    member = Member(1, 5, "sandbox", "any", "m5", "Nama Baru", "baru@example.com", "+6281", "", {}, NOW, NOW)
    for contact, people in (
        (OrderContact(), []),
        (OrderContact("Rina", "", "0812 3456"), [("Pemesan", "Rina\n0812 3456")]),
    ):
        order = msgspec.structs.replace(view(contact=contact), member=member)
        assert [(row.label, row.value) for row in page(order).people] == people
