"""What stands on an order's invoice or receipt, in every state it can be in. Orders by hand; set as the server does."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from pay_orders import COD, DETAILS, NOW, event, payment, sent, view
from pay_papers import SHOP, composed, printed_text
from pay_pictures import QR, TYPED, transfer

from gerai.domain.money import rupiah
from gerai.domain.records import OrderContact, OrderView
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.model import SumRow
from gerai.doors.pay.paper.compose import file_name, source_of
from gerai.doors.pay.seller import NO_SHOP

WHO = OrderContact("Rina Wulandari", "rina@example.com", "+628123456789")
PAID_AT = NOW - timedelta(minutes=1)


def paid(status: str = "completed", back: int = 0, **changes: Any) -> Any:
    """A payment that came a minute ago; ``back`` rupiah of it were given back."""
    return payment(status, completed_at=PAID_AT, refunded_sen=rupiah(back), **changes)


async def test_an_invoice_says_what_is_owed_how_and_until_when() -> None:
    """Shop, buyer, lines with quantity, price and total, shipping, discount, the amount due, the number to pay to and
    until when, in Jakarta time."""
    text = await printed_text(view(payments=(payment(),), contact=WHO), details=DETAILS)
    for part in (
        "Toko Sinar Pagi Jl. Pegangsaan Timur 56, Jakarta Pusat 10310 0812-3456-7890",
        "Tagihan Belum dibayar Nomor pesanan SC-0042",
        "Tanggal pesanan 22 November 2026, 08.07 WIB",
        "Bayar sebelum 23 November 2026, 08.09 WIB",
        "Pemesan Rina Wulandari rina@example.com +628123456789",
        "Dikirim ke Jl. Pegangsaan 28",
        "Yang harus dibayar Rp174.000",
        "Barang Jumlah Harga Total Kopi Gayo 250 g 2 Rp65.000 Rp130.000 Panduan Seduh 1 Rp29.000 Rp29.000",
        "Subtotal Rp159.000 Ongkos kirim (JNE REG) Rp20.000 Bundel −Rp5.000 Total Rp174.000",
        "Bayar dengan Virtual Account BCA Nomor pembayaran 3901 7054 8775 4335 Jumlah tepat Rp174.000",
        "Berlaku sampai 23 November 2026, 04.10 WIB",
        "Langkah pembayaran 1. Buka aplikasi.",
        "Catatan Bungkus kado.",
        "Pengaduan konsumen: pengaduan@toko.example",
        "Dibuat 22 November 2026, 08.10 WIB oleh Toko Sinar Pagi dengan Gerai. Bukan faktur pajak.",
        "Mode uji coba. Tidak ada uang sungguhan yang berpindah.",
    ):
        assert part in text, part
    for other in ("Bukti pembayaran", "Referensi", "Halaman 1", "gerai.test", "kQ9f"):
        assert other not in text


async def test_a_receipt_says_what_was_paid_when_and_by_what() -> None:
    """Method, reference of the bank or else of the payment, the moment, and a fee that the payer bore."""
    bore = paid(fee_sen=rupiah(4_000), reference="TRX-889")
    text = await printed_text(
        view("completed", "paid", (bore,), contact=WHO, environment="production"),
        "en",
        details=DETAILS,
        simulated=False,
    )
    for part in (
        "Receipt Paid Order number SC-0042 Order date 22 November 2026, 08:07 WIB",
        "Paid at 22 November 2026, 08:09 WIB Order status Completed",
        "Paid Rp178.000",
        "Service fee Rp4.000 Total Rp178.000",
        "Payments Time Payment method Reference Amount",
        "22 November 2026, 08:09 WIB Virtual Account BCA TRX-889 Rp178.000",
        "Made 22 November 2026, 08:10 WIB by Toko Sinar Pagi with Gerai. Not a tax invoice.",
    ):
        assert part in text, part
    for other in ("Sandbox", "Refunds", "Pay before", "3901"):
        assert other not in text
    order = view("completed", "paid", (paid(),))
    assert "Virtual Account BCA pay_abc Rp174.000" in await printed_text(order, "en")
    for typed, printed in (("BRI 20261122", "BRI 20261122"), ("", "pay_abc"), ("0123456789abcdef" * 4, "pay_abc")):
        seen = event("payment.confirmed", 1, payment="pay_abc", by="sari", reference=typed)
        assert f"Virtual Account BCA {printed} Rp174.000" in await printed_text(order, "en", events=[seen])


async def test_a_part_that_went_back_is_on_the_receipt() -> None:
    """Each refund with its moment, its way and its reference; what was withdrawn is none; what remains is said."""
    events = [
        event("payment.refunded", 5, payment="pay_abc", amount_sen=rupiah(30_000), task=5, to="payer"),
        event("payment.refunded", 4, payment="pay_abc", amount_sen=rupiah(9_000), task=6, to="payer"),
        event("refund.withdrawn", 4, payment="pay_abc", amount_sen=rupiah(9_000), task=6),
        event("refund.sent", 2, payment="pay_abc", amount_sen=rupiah(30_000), task=5, reference="TRF-777"),
        event("payment.refunded", 1, payment="pay_abc", amount_sen=rupiah(20_000), to="wallet"),
    ]
    order = view("completed", "paid", (paid(back=50_000),), refunded_sen=rupiah(50_000))
    text = await printed_text(order, events=events)
    for part in (
        "Bukti pembayaran Dikembalikan sebagian",
        "Sudah dibayar Rp174.000 Dikembalikan −Rp50.000 Sisa Rp124.000",
        "Rp50.000 sudah dikembalikan kepada Anda.",
        "Total Rp174.000 Dikembalikan −Rp50.000",
        "Pengembalian dana Waktu Tujuan Referensi Jumlah 22 November 2026, 08.08 WIB Sudah dikirim TRF-777 −Rp30.000 "
        "22 November 2026, 08.09 WIB Ke saldo −Rp20.000",
    ):
        assert part in text, part
    assert "Rp9.000" not in text


@pytest.mark.parametrize(
    ("facts", "status", "way"),
    [
        ({"task": 5}, "Sedang dikembalikan", "Sedang dikirim oleh penjual"),
        ({"task": 5, "sent_by": "gateway"}, "Sedang dikembalikan", "Sedang dikirim lewat cara bayar semula"),
        ({}, "Dikembalikan", "Dikirim sendiri oleh penjual"),
        ({"to": "wallet"}, "Dikembalikan", "Ke saldo"),
    ],
)
async def test_all_that_went_back_is_on_the_receipt(facts: dict[str, Any], status: str, way: str) -> None:
    """A refunded order keeps its receipt, which says what went back and by which way, or that it is on its way."""
    back = event("payment.refunded", 1, payment="pay_abc", amount_sen=rupiah(174_000), **{"to": "payer"} | facts)
    order = view("failed", "refunded", (paid("refunded", 174_000),), refunded_sen=rupiah(174_000))
    text = await printed_text(order, events=[back])
    assert f"Bukti pembayaran {status} Nomor pesanan" in text
    assert f"{way} −Rp174.000" in text
    assert "Virtual Account BCA pay_abc Rp174.000" in text
    assert "Lunas" not in text


async def test_money_that_came_late_has_a_receipt() -> None:
    """What arrived too late is acknowledged, with what becomes of it, and is not called settled."""
    text = await printed_text(view("expired", "expired", (paid("late"),), expires_at=NOW - timedelta(hours=1)))
    for part in (
        "Bukti pembayaran Dibayar terlambat",
        "Uang yang sudah tiba Rp174.000",
        "Rp174.000 dari Anda tercatat dan aman.",
        "Virtual Account BCA pay_abc Rp174.000",
    ):
        assert part in text, part
    assert "Lunas" not in text


async def test_money_of_another_amount_has_a_receipt_of_what_came() -> None:
    """The paper is of the amount that came, says what had been asked for, and does not call the order settled."""
    short = paid("late", amount_sen=rupiah(150_000), failure={"asked_sen": str(rupiah(174_000))})
    text = await printed_text(view(payments=(short,)))
    for part in (
        "Bukti pembayaran Jumlah berbeda",
        "Uang yang sudah tiba Rp150.000",
        "Rp150.000 dari Anda tercatat dan aman, tetapi yang diminta Rp174.000.",
        "Virtual Account BCA pay_abc Rp150.000",
    ):
        assert part in text, part
    assert "Lunas" not in text


async def test_a_second_payment_does_not_hide_that_the_first_settled_it() -> None:
    """Paid twice: the order is settled, both payments are listed, and the extra is said to wait."""
    second = paid("late", public_id="pay_two", payment_id=10)
    text = await printed_text(view("completed", "paid", (paid(), second)))
    assert "Bukti pembayaran Lunas" in text
    assert "pay_abc Rp174.000" in text
    assert "pay_two Rp174.000" in text
    assert "Kelebihan Rp174.000 tercatat dan aman" in text


async def test_a_cancelled_order_that_was_paid_has_a_receipt() -> None:
    """Money that waits to be returned is acknowledged, with the seller's reason."""
    ended = event("order.cancelled", 1, status="cancelled", was="confirmed", by="sari", reason="Stok habis")
    text = await printed_text(view("cancelled", "paid", (paid(),)), events=[ended])
    assert "Status pesanan Dibatalkan" in text
    assert "Alasan dari penjual: Stok habis" in text
    assert "Anda sudah membayar Rp174.000. Uang itu tercatat dan menunggu dikembalikan" in text


def test_there_is_no_paper_of_what_ended_unpaid_or_costs_nothing() -> None:
    """Expired, also before the sweep, cancelled and failed without money, gone on with unrecorded, free: no paper, so
    that nobody pays by one; nor has a short link one, nor a server without the program."""
    for order in (
        view("expired", "expired", (payment("expired"),)),
        view(payments=(payment(),), expires_at=NOW - timedelta(seconds=1)),
        view("cancelled", "cancelled", (payment("cancelled"),)),
        view("failed", "cancelled"),
        view("confirmed", None),
        view("confirmed", None, funding="free"),
        view("processing", None, funding="hold"),
        view("failed", None, funding="hold"),
    ):
        assert composed(order) is None
    for context in ({"private": True}, {"papers": False}):
        assert composed(view(payments=(payment(),)), **context) is None
        assert composed(view("completed", "paid", (paid(),)), **context) is None


async def test_cash_is_owed_until_the_courier_took_it() -> None:
    """An order paid at the door has an invoice in cash while it is under way, and none once it was delivered."""
    order = view("confirmed", None, funding="free")
    text = await printed_text(order, details=COD)
    assert "Tagihan Bayar di tempat (COD)" in text
    assert "Dibayar saat barang diterima Rp174.000" in text
    assert "Siapkan Rp174.000 tunai untuk kurir." in text
    assert "Bayar sebelum" not in text
    on_its_way = msgspec.structs.replace(sent("in_transit", funding="free"), payments=(), invoice=None)
    assert composed(on_its_way, details=COD) is not None
    assert composed(view("completed", None, funding="free"), details=COD) is None


async def test_a_charged_reservation_has_a_receipt() -> None:
    """What a wallet was charged, when the order ended; what was released went nowhere."""
    order = view("partial", None, funding="hold", charged_sen=rupiah(100_000), refunded_sen=rupiah(74_000))
    ended = event("order.partial", 2, status="partial", was="processing")
    text = await printed_text(order, events=[ended])
    assert "Dibebankan ke saldo Rp100.000" in text
    assert "Dibebankan Rp100.000 Kembali ke saldo Rp74.000" in text
    assert "Pembayaran Waktu Cara bayar Referensi Jumlah 22 November 2026, 08.08 WIB Saldo Rp100.000" in text


@pytest.mark.parametrize(
    ("order", "context", "parts"),
    [
        (view(), {}, ("Cara bayar Cara bayar dipilih di halaman pesanan Anda.",)),
        (view(), {"offered": {}}, ("Hubungi Toko Sinar Pagi untuk membayar, dan jangan transfer",)),
        (view(payments=(payment(**QR),)), {}, ("Bayar dengan QRIS Jumlah tepat Rp174.000",)),
        (
            view(payments=(payment(**TYPED),)),
            {},
            ("Atas nama TOKO NMID ID1", "ketik jumlah tepat di atas di aplikasi Anda"),
        ),
        (
            view(payments=(payment(method="ewallet", channel="DANA", instructions={"kind": "redirect"}),)),
            {},
            ("Lanjutkan pembayaran di halaman pesanan Anda.",),
        ),
        (
            view(payments=(transfer(),), environment="production"),
            {"environment": "production", "simulated": False},
            ("Nomor rekening 1234 5678 90 Atas nama Budi Santoso", "Toko Sinar Pagi memeriksa rekeningnya sendiri"),
        ),
    ],
)
async def test_every_way_to_pay_is_told(order: OrderView, context: dict[str, Any], parts: tuple[str, ...]) -> None:
    """A number, a QR, an account of the seller's own; where there is none yet, where it is chosen or whom to ask."""
    text = await printed_text(order, **context)
    for part in (*parts, "Tagihan Belum dibayar", "Rp174.000"):
        assert part in text, part


def test_a_proof_that_waits_is_said() -> None:
    """Who showed a transfer is not asked as if nothing had happened."""
    events = [event("payment.proof_received", 1, payment="pay_abc")]
    for language, status in (("id", "Menunggu diperiksa"), ("en", "Waiting to be checked")):
        paper = composed(view(payments=(transfer(),), environment="production"), language, events, simulated=False)
        assert paper is not None
        assert (paper.status, paper.play) == (status, "")


def test_what_a_shop_does_not_say_is_left_out() -> None:
    """A shop without address, contact and complaint contact has a paper all the same."""
    paper = composed(view(), shop=NO_SHOP, merchant_name="")
    assert paper is not None
    assert (paper.shop.name, paper.shop.address, paper.shop.contact, paper.shop.complaint) == ("Toko", "", "", "")


def test_a_file_is_named_safely() -> None:
    """ASCII letters, digits and hyphens, whatever the number of the order holds, and never without an end."""
    for number, expected in (
        ("SC-0042", "tagihan-SC-0042.pdf"),
        ('x"; filename=y\r\nz/../é', "tagihan-x-filename-y-z.pdf"),
        ("订单", "tagihan.pdf"),
        ("N" * 300, f"tagihan-{'N' * 60}.pdf"),
    ):
        paper = composed(view(number=number))
        assert paper is not None
        assert file_name(paper) == expected


@pytest.mark.parametrize(("language", "state"), list(product(LANGUAGES, ("pending", "completed"))))
def test_one_paper_is_the_same_bytes(language: str, state: str) -> None:
    """What is asked for twice within a minute is the same paper; another amount or minute is another one."""
    order = view(payments=(payment(),)) if state == "pending" else view("completed", "paid", (paid(),))
    papers = [composed(order, language), composed(order, language)]
    assert papers[0] is not None
    assert papers[1] is not None
    assert source_of(papers[0]) == source_of(papers[1])
    other = msgspec.structs.replace(papers[0], facts=(SumRow("a", "b"),))
    assert source_of(other) != source_of(papers[0])
    assert papers[0].shop.address == SHOP.address
