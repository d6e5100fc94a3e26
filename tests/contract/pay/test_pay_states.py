"""What the page says of every pair of order state and money state is true, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Final

import msgspec
import pytest
from pay_orders import COD, NOW, page_context, payment, sent, view

from gerai.domain.money import display, rupiah
from gerai.domain.records import OrderView, Payment
from gerai.domain.states import ORDER, SHIPMENT
from gerai.doors.http.language import LANGUAGES, Language
from gerai.doors.http.page_details import NO_DETAILS, PageDetails
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.page_state import page_state_of
from gerai.doors.pay.present import present
from gerai.doors.pay.seller import ShopFacts
from gerai.doors.pay.words import Words
from gerai.kit.contacts import read_contact

TOTAL: Final = rupiah(174_000)
SECOND: Final = 10


@dataclass(frozen=True)
class Money:
    """One way the money of an order may stand: its invoice, its payments and what they come to."""

    name: str
    invoice: str | None
    payments: tuple[Payment, ...] = ()
    paid_sen: int = 0
    kept_sen: int = 0
    returned_sen: int = 0
    waiting_sen: int = 0
    open: bool = False

    @property
    def arrived(self) -> bool:
        return bool(self.paid_sen or self.returned_sen or self.waiting_sen)


IN_PART: Final = payment("completed", refunded_sen=rupiah(50_000))


MONEY: Final = (
    Money("unpaid", "pending", open=True),
    Money("open payment", "pending", (payment(),), open=True),
    Money("two open payments", "pending", (payment(), payment(payment_id=SECOND)), open=True),
    Money("failed payment", "pending", (payment("failed"),), open=True),
    Money("cancelled payment", "pending", (payment("cancelled"),), open=True),
    Money("expired", "expired", (payment("expired"),)),
    Money("cancelled", "cancelled", (payment("cancelled"),)),
    Money("paid", "paid", (payment("completed"),), TOTAL, TOTAL),
    Money("paid with a fee", "paid", (payment("completed", fee_sen=rupiah(4_000)),), rupiah(178_000), TOTAL),
    Money(
        "paid, sibling cancelled", "paid", (payment("cancelled"), payment("completed", payment_id=SECOND)), TOTAL, TOTAL
    ),
    Money("paid twice", "paid", (payment("completed"), payment("late", payment_id=SECOND)), TOTAL, TOTAL, 0, TOTAL),
    Money(
        "paid twice, second returned", "paid",
        (payment("completed"), payment("refunded", payment_id=SECOND, refunded_sen=TOTAL)), TOTAL, TOTAL, TOTAL,
    ),
    Money("refunded in part", "paid", (IN_PART,), TOTAL, rupiah(124_000), rupiah(50_000)),
    Money(
        "refunded in part, paid twice", "paid", (IN_PART, payment("late", payment_id=SECOND)), TOTAL, rupiah(124_000),
        rupiah(50_000), TOTAL,
    ),
    Money("refunded whole", "refunded", (payment("refunded", refunded_sen=TOTAL),), returned_sen=TOTAL),
    Money("late", "expired", (payment("late"),), waiting_sen=TOTAL),
    Money("late while open", "pending", (payment("late"),), waiting_sen=TOTAL),
    Money("late, returned", "expired", (payment("refunded", refunded_sen=TOTAL),), returned_sen=TOTAL),
    Money("nothing owed", None),
)  # fmt: skip
#: The order came to nothing, so that what was paid is to go back.
ENDED: Final = ("failed", "cancelled", "expired", "returned")
#: In each language, every text that says that nothing is owed, and every one that says that something is.
NOTHING: Final = {"id": ("Tidak ada yang perlu",), "en": ("Nothing needs to be paid",)}


def pages(order: OrderView, details: PageDetails = NO_DETAILS) -> dict[Language, PayPage]:
    """The page in each language."""
    return {code: present(order, (), page_context(details=details), NOW, Words(code)) for code in LANGUAGES}


def said(page: PayPage) -> str:
    """Everything that the head of the page says."""
    return " ".join((page.badge, page.headline, page.message, *page.money, page.notice))


def pairs(status: str) -> list[tuple[OrderView, Money]]:
    """An order state with every money state, each funding that can have it, and every state of a parcel, or none."""
    parcels = (None, *(sent(parcel).shipment for parcel in sorted(SHIPMENT.states)))
    return [
        (msgspec.structs.replace(order, shipment=parcel), money)
        for money, funding in product(MONEY, ("invoice", "wallet", "free"))
        if (money.invoice is None) == (funding == "free" and not money.arrived)
        for order in (view(status, money.invoice, money.payments, funding=funding, charged_sen=money.paid_sen),)
        for parcel in parcels
    ]


@pytest.mark.parametrize("status", sorted(ORDER.states))
def test_paying_is_offered_exactly_while_it_is_possible(status: str) -> None:
    """No choice, no instructions, no deadline, no "amount due" and no simulator where nothing can be paid, and all of
    them where it can."""
    for order, money in pairs(status):
        payable = status in ("draft", "pending") and money.open and not money.arrived and order.order.funding != "free"
        for code, page in pages(order).items():
            offers = (
                page.amount_label == Words(code)("amount.due"),
                bool(page.groups or page.panel),
                page.play is not None and page.play.pay,
                page.deadline is not None,
            )
            assert offers == (payable,) * 4, (money.name, order.order.funding)


@pytest.mark.parametrize("status", sorted(ORDER.states))
def test_what_is_said_of_the_money_is_true(status: str) -> None:
    """Nobody who paid reads that nothing is to be paid; what was paid, came back or waits is named with its amount; the
    big figure is what its label says."""
    for order, money in pairs(status):
        figures = {"paid": money.paid_sen, "arrived": money.waiting_sen, "sent_back": money.returned_sen}
        for code, page in pages(order).items():
            words, text, case = Words(code), said(page), (money.name, order.order.funding, code)
            figure = next((key for key in figures if page.amount_label == words(f"amount.{key}")), "")
            if money.arrived:
                assert not any(phrase in text for phrase in NOTHING[code]), case
                assert page.amount == display(figures[figure]), case
                assert not page.struck, case
            else:
                assert (figure, page.amount) == ("", "Rp174.000"), case
                assert words("headline.paid") not in text, case
            if money.waiting_sen:
                assert display(money.waiting_sen) in " ".join(page.money), case
            if money.returned_sen:
                assert (
                    words("money.sent_back", amount=display(money.returned_sen), merchant=page.merchant) in page.money
                ), case
            if money.kept_sen and status in ENDED:
                owed = money.kept_sen if money.returned_sen else money.paid_sen
                assert display(owed) in " ".join(page.money), case
                assert not page.final, case


@pytest.mark.parametrize("status", sorted(ORDER.states))
def test_every_page_has_texts_in_both_languages(status: str) -> None:
    """No page is without badge, headline and message, no placeholder is left, and both languages say as much."""
    for order, money in pairs(status):
        shown = pages(order)
        for page in shown.values():
            assert all((page.badge, page.headline, page.message, page.amount_label)), money.name
            assert "{" not in said(page), money.name
        assert shown["id"].headline != shown["en"].headline, money.name
        assert len(shown["id"].money) == len(shown["en"].money), money.name


@pytest.mark.parametrize(
    ("status", "charged", "returned", "label", "sentence"),
    [
        ("pending", 0, 0, "amount.held", "money.held"),
        ("processing", 0, 0, "amount.held", "money.held"),
        ("completed", 174_000, 0, "amount.charged", None),
        ("partial", 130_000, 44_000, "amount.charged", "money.charged_in_part"),
        ("failed", 0, 174_000, "amount.total", "money.not_charged"),
        ("cancelled", 0, 174_000, "amount.total", "money.not_charged"),
    ],
)
def test_a_reservation_is_told_as_one(
    status: str, charged: int, returned: int, label: str, sentence: str | None
) -> None:
    """Money of a wallet is reserved first: what is charged for is what succeeded, and the rest was never taken."""
    order = view(status, None, funding="hold", charged_sen=rupiah(charged), refunded_sen=rupiah(returned))
    for code, page in pages(order).items():
        words, shown = Words(code), rupiah(charged) or TOTAL
        assert (page.amount_label, page.amount) == (words(label), display(shown))
        moved = [(row.label, row.value) for row in page.sums[-2:] if not row.strong and sentence != "money.held"]
        said_moved = [("order.charged", charged), ("order.released", returned)]
        assert moved[-2:] == [(words(key), display(rupiah(sen))) for key, sen in said_moved if sen], code
        assert page.money == (() if sentence is None else (words(sentence, amount=display(shown)),))
        assert page.groups == ()
        assert page.panel is None


@pytest.mark.parametrize("parcel", sorted(SHIPMENT.states))
def test_cash_is_asked_for_by_the_courier_alone_and_only_once(parcel: str) -> None:
    """An order with cash on delivery says so until it is paid, however far its parcel is; nothing is paid here."""
    under_way = ("confirmed", "processing", "ready")
    for status in (*under_way, "shipped", "returned", "completed", "closed", "cancelled"):
        for money in (m for m in MONEY if m.invoice in ("paid", "refunded", None)):
            order = sent(parcel, status, charged_sen=money.paid_sen, funding="free")
            order = msgspec.structs.replace(order, invoice=view(status, money.invoice).invoice, payments=money.payments)
            for code, page in pages(order, COD).items():
                words, case = Words(code), (status, money.name, code)
                assert (page.groups, page.panel) == ((), None), case
                asks = page.amount_label == words("amount.cod")
                assert not (asks and (money.arrived or status in ENDED)), case
                assert asks or money.arrived or status not in under_way, case
                if money.arrived:
                    assert page.state.name not in ("cod", "shipped_cod", "free"), case
                    assert not any(phrase in said(page) for phrase in NOTHING[code]), case


@pytest.mark.parametrize(
    ("order", "state", "details"),
    [
        (view(), "choose", NO_DETAILS),
        (view("draft"), "choose", NO_DETAILS),
        (view(payments=(payment("cancelled"), payment(payment_id=10))), "pay", NO_DETAILS),
        (view(payments=(payment(expires_at=NOW),)), "choose", NO_DETAILS),
        (view("ready", "paid", (payment("completed"),)), "paid", NO_DETAILS),
        (view("confirmed", "pending", (payment("cancelled"),)), "accepted", NO_DETAILS),
        (sent("handed_over"), "shipped", NO_DETAILS),
        (sent("in_transit"), "shipped", NO_DETAILS),
        (sent("problem"), "stuck", NO_DETAILS),
        (sent("returning"), "returning", NO_DETAILS),
        (sent("returned", "returned"), "returned", NO_DETAILS),
        (sent("returned", "closed"), "returned", NO_DETAILS),
        (sent("delivered", "completed"), "done", NO_DETAILS),
        (view("shipped", None, funding="free"), "shipped_cod", COD),
        (view("shipped", None, funding="free"), "shipped", NO_DETAILS),
        (view("shipped", "refunded", (payment("refunded", refunded_sen=TOTAL),)), "shipped", NO_DETAILS),
        (view("confirmed", "paid", (payment("completed"),), funding="free"), "paid", COD),
        (view("closed", "paid", (payment("completed"),)), "done", NO_DETAILS),
        (view("failed", "paid", (payment("completed"),)), "failed", NO_DETAILS),
        (view("failed", "refunded", (payment("refunded", refunded_sen=TOTAL),)), "refunded", NO_DETAILS),
        (view("expired", "expired", (payment("expired"),)), "expired", NO_DETAILS),
        (view("expired", "expired", (payment("late"),)), "late", NO_DETAILS),
        (view("cancelled", "cancelled", (payment("late"),)), "cancelled", NO_DETAILS),
        (view("cancelled", "paid", (payment("completed"),)), "cancelled", NO_DETAILS),
        (view("processing", None, funding="hold"), "working", NO_DETAILS),
        (view("pending", None, funding="free"), "free", NO_DETAILS),
        (view("pending", None, funding="free"), "cod", COD),
    ],
)
def test_each_state_has_its_page_state(order: OrderView, state: str, details: PageDetails) -> None:
    """What a buyer meets first is the state of the order; money changes it only where it is the news."""
    assert page_state_of(order, details, NOW).name == state


def test_who_paid_a_cancelled_order_reads_what_becomes_of_it() -> None:
    """In words, once: the amount that was paid, who has it, and what to do."""
    shown = pages(view("cancelled", "paid", (payment("completed"),), charged_sen=TOTAL))
    assert (shown["id"].headline, shown["id"].amount_label, shown["id"].amount) == (
        "Pesanan dibatalkan",
        "Sudah dibayar",
        "Rp174.000",
    )
    assert shown["id"].money == (
        "Anda sudah membayar Rp174.000. Uang itu tercatat dan menunggu dikembalikan oleh Toko Sinar Pagi. "
        "Hubungi Toko Sinar Pagi bila belum ada kabar.",
    )
    assert shown["en"].money == (
        "You paid Rp174.000. The money is recorded and waits to be returned by Toko Sinar Pagi. "
        "Contact Toko Sinar Pagi if you hear nothing.",
    )


@pytest.mark.parametrize("status", ["expired", "cancelled", "failed"])
@pytest.mark.parametrize("own", [True, False])
def test_who_has_transferred_already_reads_whom_to_ask(status: str, own: bool) -> None:
    """An order that ended while its payer was sent to the seller's own account: money on its way is not lost, and the
    page names whom to contact, and never says that nothing is to be paid. What is only played needs no such word."""
    invoice = "expired" if status == "expired" else "cancelled"
    paid = payment(invoice, method="bank_transfer", receiving_id=77 if own else None)
    shown = pages(view(status, invoice, (paid,)))
    wanted = {
        "id": "Sudah telanjur transfer? Uang Anda tidak hilang: hubungi Toko Sinar Pagi dengan bukti transfer Anda",
        "en": "Have you transferred the money already? It is not lost: contact Toko Sinar Pagi with your receipt",
    }
    for code, page in shown.items():
        assert [wanted[code] in text for text in page.money] == ([True] if own else [False] * len(page.money))
        assert any(phrase in said(page) for phrase in NOTHING[code]) is (not own and status != "expired")


def test_an_order_past_its_time_is_expired_before_the_sweep() -> None:
    """Nobody may be asked to pay after the deadline, even while the order is still stored as pending."""
    order = view(payments=(payment(expires_at=None),))
    assert order.order.expires_at is not None
    assert page_state_of(order, NO_DETAILS, order.order.expires_at - timedelta(seconds=1)).name == "pay"
    assert page_state_of(order, NO_DETAILS, order.order.expires_at).name == "expired"


def test_an_amount_that_no_method_takes_is_not_asked_for_here() -> None:
    """When every channel is closed by its bounds, the page offers no choice that cannot be made, and says that it is
    the amount: never that the shop takes no payments. That is said where there is no way at all."""
    told = {
        "id": ("Jumlah ini tidak bisa dibayar di sini", "Rp999.999.999.999 tidak bisa dibayar dengan cara bayar"),
        "en": ("This amount cannot be paid here", "Rp999.999.999.999 cannot be paid in any of the ways"),
    }
    for code, huge in pages(view(total_sen=rupiah(999_999_999_999))).items():
        assert (huge.state.name, huge.amount) == ("unfit", "Rp999.999.999.999")
        assert (huge.headline, huge.message[: len(told[code][1])]) == told[code]
        assert huge.message != Words(code)("message.no_method_unreached", merchant=huge.merchant)
        assert (huge.play, huge.deadline, huge.panel) == (None, None, None)
        assert all(group.closed and not choice.open for group in huge.groups for choice in group.choices)
        none = present(view(), (), page_context(offered={}), NOW, Words(code))
        assert (none.state.name, none.groups) == ("no_method", ())


def test_nobody_is_sent_to_a_seller_who_cannot_be_reached() -> None:
    """Where nothing can be paid the page names the seller to contact, and has an invoice that says the same, only if
    the shop named a contact; else it says to ask where the order was placed, and has no invoice to download."""
    reached = ShopFacts(contact=read_contact("0812-3456-7890"))
    huge = rupiah(999_999_999_999)
    for order, context, state in (
        (view(), {"offered": {}}, "no_method"), (view(total_sen=huge), {}, "unfit"),
    ):  # fmt: skip
        for code, phrase in (("id", "Hubungi Toko Sinar Pagi"), ("en", "Contact Toko Sinar Pagi")):
            words = Words("en" if code == "en" else "id")
            for shop, named in ((reached, True), (ShopFacts(), False)):
                shown = present(order, (), page_context(**context, shop=shop, papers=True), NOW, words)
                assert (shown.state.name, phrase in shown.message) == (state, named)
                assert shown.paper == ("invoice" if named else "")
                assert shown.badge != shown.headline
