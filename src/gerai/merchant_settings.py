"""The settings of a merchant: name, type, default and help together.

What is general stands here; a dialect declares its own in a struct of the same kind (``Dialect.merchant_settings``).
They live in the merchant's row. Writing one that does not fit raises at once (``checked``); whoever reads a
row that was edited by hand gets the default of what cannot be read, and a list of it (``read``).
``gerai merchants reference`` prints ``docs/reference/merchant-settings.md``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from gerai.kit.bilingual import Bilingual
from gerai.kit.colours import colour_fault
from gerai.kit.contacts import contact_fault, line_fault, web_fault
from gerai.kit.declare import either, methods_and_channels, says
from gerai.kit.declared import MerchantSettingsDeclared

OtherAmountRule = Literal["hold", "accept_over", "wallet"]
LatePaymentRule = Literal["accept", "wallet", "refund", "hold"]
SurchargeRule = Literal["refuse", "allow"]
MatchingRule = Literal["add", "none"]

_BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
_FixedRupiah = Annotated[int, Meta(ge=0, le=1_000_000_000)]
#: ``va``, or one channel of it: ``va:BCA``.
_MethodOrChannel = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9_]+)?$", max_length=64)]
_CONTACT: Final = either("0812-3456-7890", "https://wa.me/…", "toko@example.com", "https://…")


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``percent_bp``: 150 is 1.5 %. ``fixed_rupiah``: whole rupiah."""

    percent_bp: _BasisPoints = 0
    fixed_rupiah: _FixedRupiah = 0


class MerchantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Those that no dialect declares for itself, as they are in force."""

    late_payment: Annotated[
        LatePaymentRule,
        says(
            Bilingual(
                "Apa yang terjadi dengan pembayaran terlambat: diterima, masuk saldo anggota, dikembalikan, atau "
                "menunggu keputusan orang.",
                "What becomes of a late payment: accept it, credit the wallet, give it back, or let a person decide.",
            ),
            either("accept", "wallet", "refund", "hold"),
        ),
    ] = "accept"
    other_amount: Annotated[
        OtherAmountRule,
        says(
            Bilingual(
                "Apa yang terjadi dengan uang yang jumlahnya lain dari yang diminta lewat gateway: menunggu keputusan "
                "orang, diterima bila lebih, atau masuk saldo anggota.",
                "What becomes of money of another amount than a gateway was asked for: let a person decide, accept "
                "what is too much, or credit the wallet.",
            ),
            either("hold", "accept_over", "wallet"),
        ),
    ] = "hold"
    payment_fees: Annotated[
        dict[_MethodOrChannel, FeeRule],
        says(
            Bilingual(
                "Yang dipotong sebuah cara bayar, per cara atau per salurannya (yang lebih didahulukan); tetap untuk "
                "pesanan yang sudah ada.",
                "What a payment method keeps, by method or one of its channels, which wins; frozen with each order.",
            ),
            '`{"va": {"fixed_rupiah": 4000}, "va:BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 70}}`',
            methods_and_channels,
        ),
    ] = {}
    matching_amount: Annotated[
        MatchingRule,
        says(
            Bilingual(
                "Apakah transfer ke rekening bank sendiri meminta sampai Rp999 di atas harganya, supaya tidak ada dua "
                "pembeli yang mengirim jumlah yang sama; selisihnya milik Anda.",
                "Whether a transfer to a bank account of your own asks for up to Rp999 more than the price, so that no "
                "two payers send the same amount; the difference is yours.",
            ),
            either("add", "none"),
        ),
    ] = "add"
    qris_surcharge: Annotated[
        SurchargeRule,
        says(
            Bilingual(
                "Apakah biaya boleh ditambahkan pada pembayaran QRIS sungguhan. Bank Indonesia melarangnya bagi "
                "penjual (PBI 23/6/2021): `allow` adalah tanggung jawab Anda sendiri.",
                "Whether a fee may be put on top of real QRIS payments. Bank Indonesia forbids sellers to "
                "(PBI 23/6/2021): `allow` is your own responsibility.",
            ),
            either("refuse", "allow"),
        ),
    ] = "refuse"
    shop_address: Annotated[
        str,
        says(
            Bilingual(
                "Alamat toko, ditampilkan di halaman pesanan dan PDF.",
                "Where the shop is, shown on order pages and PDFs.",
            ),
            "`Jl. Melati 1, Jakarta`",
            fault=line_fault,
        ),
    ] = ""
    shop_url: Annotated[
        str,
        says(
            Bilingual(
                "Alamat web tempat pembeli berbelanja; halaman pesanan kembali ke sana.",
                "Where buyers shop; order pages lead back there.",
            ),
            "`https://toko.example`",
            fault=web_fault,
        ),
    ] = ""
    shop_host: Annotated[
        str,
        Meta(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$", max_length=253),
        says(
            Bilingual(
                "Nama host yang permintaannya tanpa kunci adalah untuk toko ini, bila tokonya lebih dari satu.",
                "The host name whose requests without a key are this shop's, where there are several.",
            ),
            "`toko.example`",
        ),
    ] = ""
    shop_colour: Annotated[
        str,
        says(
            Bilingual("Warna tombol dan tautan di halaman pesanan.", "The colour of buttons and links on order pages."),
            "`#0b6b53`",
            fault=colour_fault,
        ),
    ] = ""
    shop_contact: Annotated[
        str,
        says(
            Bilingual(
                "Cara pembeli menghubungi penjual, di halaman pesanan dan PDF.",
                "How buyers reach the seller, on order pages and PDFs.",
            ),
            _CONTACT,
            fault=contact_fault,
        ),
    ] = ""
    complaint_contact: Annotated[
        str,
        says(
            Bilingual(
                "Ke mana pembeli mengadu; PP 80/2019 mewajibkannya bagi penjual daring.",
                "Where buyers complain; PP 80/2019 asks online sellers for it.",
            ),
            _CONTACT,
            fault=contact_fault,
        ),
    ] = ""
    first_steps: Annotated[
        Literal["shown", "hidden"],
        says(
            Bilingual("Apakah Beranda menuntun langkah awal.", "Whether Beranda leads through the first steps."),
            Bilingual("`shown` atau `hidden`", "`shown` or `hidden`"),
        ),
    ] = "shown"


#: What is left where no dialect is.
GENERAL: Final = MerchantSettingsDeclared(MerchantSettings)
