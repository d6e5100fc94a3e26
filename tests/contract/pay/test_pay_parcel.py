"""The parcel on the page: card, number, steps, and its way in the timeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pay_orders import COD, NOW, SECRET, event, page_context, sent, view

from gerai.domain.records import OrderView
from gerai.domain.states import SHIPMENT
from gerai.doors.http.page_details import NO_DETAILS, PageDetails, ShippingDetails
from gerai.doors.pay import draw
from gerai.doors.pay.address import Address
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.page_state import page_state_of
from gerai.doors.pay.present import present, version
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry

ORDER_AT = {
    "planned": "confirmed", "booked": "ready", "delivered": "completed", "returned": "returned",
    "cancelled": "cancelled",
}  # fmt: skip


def page(order: OrderView, *events: EventEntry, language: str = "id", **changes: Any) -> PayPage:
    """The page of ``order`` at NOW."""
    words = Words("en" if language == "en" else "id")
    return present(order, events, page_context(**changes), NOW, words)


def said(name: str, words: str, minutes_ago: int, description: str = "", **facts: Any) -> EventEntry:
    """A report that arrived just now about something a while ago."""
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return event(f"shipment.{name}", 0, words=words, description=description, source="manual", happened_at=at, **facts)


@pytest.mark.parametrize(
    ("status", "states", "steps"),
    [
        ("planned", ["now", "ahead", "ahead", "ahead"], "Disiapkan Dikirim Di jalan Diterima"),
        ("booked", ["now", "ahead", "ahead", "ahead"], "Disiapkan Dikirim Di jalan Diterima"),
        ("handed_over", ["done", "now", "ahead", "ahead"], "Disiapkan Dikirim Di jalan Diterima"),
        ("in_transit", ["done", "done", "now", "ahead"], "Disiapkan Dikirim Di jalan Diterima"),
        ("problem", ["done", "done", "now", "ahead"], "Disiapkan Dikirim Di jalan Diterima"),
        ("delivered", ["done"] * 4, "Disiapkan Dikirim Di jalan Diterima"),
        ("returning", ["done", "done", "now", "ahead"], "Disiapkan Dikirim Berbalik Kembali"),
        ("returned", ["done"] * 4, "Disiapkan Dikirim Berbalik Kembali"),
    ],
)
def test_the_card_shows_how_far_it_has_come(status: str, states: list[str], steps: str) -> None:
    """Each state has its text and its place on the way there, or back."""
    shown = page(sent(status, ORDER_AT.get(status, "shipped"))).parcel
    assert shown is not None
    assert [step.state for step in shown.steps] == states
    assert " ".join(step.text for step in shown.steps) == steps
    assert (shown.courier, shown.receipt, shown.url) == ("JNE REG", "JX123", "")
    assert shown.state == Words("id")(f"parcel.state.{status}")


def test_every_state_can_be_drawn() -> None:
    """A state added to the table must not break the page, in either language."""
    for status in sorted(SHIPMENT.states):
        for language in ("id", "en"):
            shown = page(sent(status, ORDER_AT.get(status, "shipped")), language=language).parcel
            assert (shown is None) == (status == "cancelled")


def test_the_card_waits_until_the_parcel_is_somebodys_business() -> None:
    """Not while the order waits for its money, not once it ended without a parcel, never on a private page."""
    parcel = sent("planned").shipment
    for order in (view(), view("expired", "expired"), view("cancelled", "cancelled")):
        assert page(msgspec.structs.replace(order, shipment=parcel)).parcel is None
    assert page(sent("in_transit"), private=True).parcel is None
    assert page(view("shipped", "paid")).parcel is None


def test_the_service_is_named_as_it_was_sold() -> None:
    """The order's own title for it wins over the codes."""
    shown = page(sent("booked", "confirmed"), details=PageDetails(shipping=ShippingDetails("JNE Reguler"))).parcel
    assert shown is not None
    assert shown.courier == "JNE Reguler"


def test_a_tracking_page_is_a_link_and_nothing_else_is() -> None:
    """Only http and https are followed; any other text is a number to copy."""
    for receipt, expected in (
        ("https://track.example/JX1", ("", "https://track.example/JX1")),
        ("javascript:alert(1)", ("javascript:alert(1)", "")),
        ("", ("", "")),
    ):
        shown = page(sent("in_transit", receipt=receipt)).parcel
        assert shown is not None
        assert (shown.receipt, shown.url) == expected


def test_the_newest_report_is_told() -> None:
    """The newest by the reporter's clock, in its own words; a report that says nothing beyond its state adds none."""
    reports = [
        said("in_transit", "ON TRANSIT", 60, "Gudang Surabaya", status="in_transit", was="planned"),
        said("noted", "SORTING", 90),
        said("noted", "HOLD", 30),
        said("noted", "DELAY", 30),
    ]
    shown = page(sent("in_transit"), *reports).parcel
    assert shown is not None
    assert (shown.latest, shown.latest_at) == ("DELAY", "22 Nov, 07.40")
    shown = page(sent("in_transit"), *reports[:2]).parcel
    assert shown is not None
    assert shown.latest == "Gudang Surabaya"
    shown = page(sent("in_transit"), said("in_transit", "x", 5, status="in_transit", was="booked")).parcel
    assert shown is not None
    assert shown.latest == ""


def test_the_way_stands_in_the_timeline() -> None:
    """Number and reports at their own times, in the reader's language; what the order tells already is told once."""
    events = [
        event("order.placed", 99),
        event("shipment.planned", 99, status="planned"),
        event("shipment.booked", 80, status="booked", was="planned", receipt="JX123"),
        said("handed_over", "PICKUP", 60, "Dijemput", status="handed_over", was="booked"),
        event("order.shipped", 0, status="shipped", was="confirmed"),
        said("noted", "SORTING", 70),
        event("shipment.amended", 50, receipt="JX124"),
        event("shipment.amended", 40, aggregator="ninja"),
        said("delivered", "POD", -500, "Diterima Budi", status="delivered", was="handed_over"),
        event("order.completed", 0, status="completed", was="shipped"),
    ]
    shown = page(sent("delivered", "completed"), *events, language="en").timeline
    assert [(m.text, m.detail, m.when, m.tone) for m in shown] == [
        ("Order placed", "", "22 Nov, 06:31", "calm"),
        ("Tracking number", "JX123", "22 Nov, 06:50", "calm"),
        ("SORTING", "", "22 Nov, 07:00", "calm"),
        ("Handed to the courier", "Dijemput", "22 Nov, 07:10", "calm"),
        ("Tracking number", "JX124", "22 Nov, 07:20", "calm"),
        ("Delivered", "Diterima Budi", "22 Nov, 08:10", "good"),
        ("Order completed", "", "22 Nov, 08:10", "good"),
    ]


def test_a_parcel_that_went_along_is_told_by_its_order() -> None:
    """Marked as shipped by hand: one line, not two."""
    events = [
        event("order.shipped", 5, status="shipped", was="ready"),
        event("shipment.handed_over", 5, status="handed_over", was="booked", source="order"),
    ]
    assert [m.text for m in page(sent("handed_over"), *events).timeline] == ["Pesanan dikirim"]


def test_the_live_page_follows_the_parcel() -> None:
    """A new state or anything else said of the parcel is another version of the page."""
    orders = [sent("handed_over"), sent("in_transit"), view("shipped", "paid")]
    parcel = orders[0].shipment
    assert parcel is not None
    later = msgspec.structs.replace(parcel, updated_at=NOW + timedelta(seconds=1))
    orders.append(msgspec.structs.replace(orders[0], shipment=later))
    assert len({version(order, page_state_of(order, NO_DETAILS, NOW)) for order in orders}) == 4


def test_what_couriers_write_stays_text() -> None:
    """Number, words and descriptions come from outside."""
    nasty = "<script>alert(1)</script>"
    order = sent("in_transit", receipt=nasty)
    shown = page(order, said("noted", nasty, 5, nasty))
    html = draw.pay_page(shown, Words("id"), Address(("i", SECRET)))
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


@pytest.mark.parametrize(
    ("order", "details", "label"),
    [
        (sent("in_transit"), NO_DETAILS, "Sudah dibayar"),
        (sent("problem"), NO_DETAILS, "Sudah dibayar"),
        (view("shipped", None, funding="free"), COD, "Dibayar saat barang diterima"),
        (view("shipped", None, funding="free"), NO_DETAILS, "Total pesanan"),
    ],
)
def test_nobody_is_told_that_he_has_paid_who_has_not(order: OrderView, details: PageDetails, label: str) -> None:
    """The big figure says what it is, also on the way."""
    assert page(order, details=details).amount_label == label


def test_nothing_is_claimed_of_a_courier_that_nobody_reported() -> None:
    """An order that a person completed takes its parcel along in the books; the page claims no arrival and no steps. A
    number to follow, and what was reported before, stay."""
    along = event("shipment.delivered", status="delivered", was="planned", source="order")
    assert page(sent("delivered", "completed", receipt=""), along).parcel is None
    shown = page(sent("delivered", "completed"), along).parcel
    assert shown is not None
    assert (shown.receipt, shown.state, shown.steps) == ("JX123", "", ())
    noted = said("noted", "SORTING", 5)
    shown = page(sent("delivered", "completed", receipt=""), noted, along).parcel
    assert shown is not None
    assert (shown.latest, shown.state, shown.steps) == ("SORTING", "", ())
    for language in ("id", "en"):
        made = page(sent("delivered", "completed"), along, language=language)
        html = draw.pay_page(made, Words("en" if language == "en" else "id"), Address(("i", SECRET)))
        assert 'class="track"' not in html
        assert "parcel-state" not in html
    reported = said("delivered", "POD", 5, status="delivered", was="in_transit")
    shown = page(sent("delivered", "completed"), reported).parcel
    assert shown is not None
    assert shown.state == "Sudah diterima"


def test_no_arrival_is_estimated_once_it_is_over() -> None:
    """While it is on its way the estimate stands below the address; no ended order has one."""
    details = PageDetails(shipping=ShippingDetails("JNE REG", 0, "2–3 hari", "Jl. Pegangsaan 28"))
    for order, expected in (
        (sent("in_transit"), True), (sent("planned", "confirmed"), True), (sent("delivered", "completed"), False),
        (sent("returned", "returned"), False), (view("cancelled", "cancelled"), False),
        (view("expired", "expired"), False), (view("failed", "paid"), False),
    ):  # fmt: skip
        rows = " ".join(row.value for row in page(order, details=details).people)
        assert ("Perkiraan tiba: 2–3 hari" in rows) == expected, order.order.status
        assert "Jl. Pegangsaan 28" in rows


@pytest.mark.parametrize(
    ("etd", "indonesian", "english"),
    [
        ("2-3 hari", "2-3 hari", "2-3 days"),
        ("2–3 Hari", "2–3 hari", "2–3 days"),
        ("1 hari", "1 hari", "1 day"),
        ("1-2 hari", "1-2 hari", "1-2 days"),
        ("6 - 8 jam", "6 - 8 jam", "6 - 8 hours"),
        ("1 jam", "1 jam", "1 hour"),
        ("Besok pagi", "Besok pagi", "Besok pagi"),
        ("3 hari kerja", "3 hari kerja", "3 hari kerja"),
    ],
)
def test_an_estimate_is_in_the_pages_language(etd: str, indonesian: str, english: str) -> None:
    """The counters word an estimate in Indonesian days or hours, which the page translates; any other wording is the
    courier's own and is shown as it came."""
    details = PageDetails(shipping=ShippingDetails("JNE REG", 0, etd, "Jl. Pegangsaan 28"))
    for language, text, span in (("id", "Perkiraan tiba", indonesian), ("en", "Estimated arrival", english)):
        people = page(view(), language=language, details=details).people
        assert people[-1].value.splitlines()[-1] == f"{text}: {span}"
