"""What must be true of the books, as a seller reads it: a name for each invariant, and what it states."""

from __future__ import annotations

from typing import Final

from gerai.engine.check import INVARIANTS
from gerai.kit.bilingual import Bilingual

#: By the invariant: its name in both languages, and in Bahasa Indonesia what it states.
_WORDS: Final = {
    "transfers_balance": (
        Bilingual("Mutasi seimbang", "Transfers balance"),
        "Setiap mutasi mengambil lebih dari nol dari satu akun dan memberikannya ke akun lain milik toko dan "
        "lingkungan yang sama, sehingga jumlah semua mutasi nol",
    ),
    "holds_resolved_once": (
        Bilingual("Saldo tertahan diselesaikan sekali", "Holds are resolved once"),
        "Setiap penahanan saldo diselesaikan paling banyak sekali, antara akunnya sendiri, tidak lebih dari yang "
        "ditahan",
    ),
    "wallet_not_below_zero": (
        Bilingual("Saldo tidak di bawah nol", "No wallet below nothing"),
        "Tidak ada saldo anggota yang tersedia kurang dari nol",
    ),
    "held_is_open_holds": (
        Bilingual("Saldo tertahan sesuai", "What is held is open"),
        "Yang tertahan di sebuah saldo adalah jumlah penahanannya yang masih terbuka",
    ),
    "totals_recomputed": (
        Bilingual("Jumlah akun sesuai mutasi", "Totals agree with transfers"),
        "Jumlah akun yang tersimpan sama dengan yang dihitung ulang dari mutasi",
    ),
    "payments_booked": (
        Bilingual("Pembayaran terbuku", "Payments are booked"),
        "Setiap pembayaran sesuai dengan mutasi yang membukukan atau mengembalikannya",
    ),
    "suspense_is_late": (
        Bilingual("Uang yang menunggu keputusan", "Money that waits"),
        "Yang menunggu di akun tunda adalah uang pembayaran dan isi saldo yang datang terlambat atau berbeda jumlah, "
        "masing-masing utuh, dan tidak ada yang lain",
    ),
    "refunds_owed": (
        Bilingual("Utang pengembalian", "Refunds that are owed"),
        "Utang kepada pembayar adalah jumlah pengembalian yang belum dikirim, per pembayaran dan per isi saldo; yang "
        "sudah dikirim keluar lewat pengembalian yang selesai, sekali, dan tidak pernah lebih dari yang dikembalikan",
    ),
    "arrivals_paid": (
        Bilingual("Uang masuk membayar yang tepat", "Money that came is booked once"),
        "Uang yang masuk ke rekening penjual dan sudah dibukukan membayar satu pembayaran atau isi saldo yang meminta "
        "tepat jumlah itu, dan tidak ada uang lain yang dibukukan untuknya",
    ),
    "fees_booked": (
        Bilingual("Biaya terbuku", "Fees are booked"),
        "Dari setiap pembayaran yang masuk, potongan cara bayarnya ada di akun biaya, juga yang dibayar pembeli di "
        "atasnya dan selisih kode uniknya; dari yang lain tidak ada",
    ),
    "deposits_credited": (
        Bilingual("Isi saldo terbuku", "Top-ups are credited"),
        "Setiap isi saldo yang berhasil masuk ke saldonya lewat tepat satu mutasi sebesar jumlahnya; yang lain tidak "
        "punya, dan setiap mutasi seperti itu punya isi saldonya",
    ),
    "deposits_matched": (
        Bilingual("Kode unik isi saldo terbuku", "Matching amounts of top-ups"),
        "Yang diminta dari pembayar isi saldo yang berhasil di atas jumlah dan biayanya ada di akun biaya, lewat tepat "
        "satu mutasi; yang lain tidak punya, dan setiap mutasi seperti itu punya isi saldonya",
    ),
    "deposits_returned": (
        Bilingual("Isi saldo yang dikembalikan", "Top-ups that went back"),
        "Yang kembali ke pembayar sebuah isi saldo adalah semua yang masuk untuknya, sekali, dan dari isi saldo lain "
        "tidak ada; jumlah lain dari yang diminta menunggu, atau sudah kembali",
    ),
    "payouts_hold": (
        Bilingual("Isi pencairan sesuai", "Payouts add up"),
        "Setiap pencairan terdiri dari pembayaran, isi saldo dan pengembalian yang menyebutnya, semua dari gateway-nya "
        "sendiri: jumlahnya seperti yang disebut, dan masing-masing paling banyak ada di satu pencairan",
    ),
    "payouts_booked": (
        Bilingual("Pencairan terbuku", "Payouts are booked"),
        "Setiap pencairan memindahkan jumlahnya dari akun gateway ke akun bank lewat tepat satu mutasi, dan selisih "
        "potongannya lewat tepat satu; setiap mutasi seperti itu punya pencairannya",
    ),
    "bank_is_payouts": (
        Bilingual("Akun bank sesuai pencairan", "The bank has what was paid out"),
        "Akun bank berisi yang dicairkan gateway, dikurangi yang dikirim kembali oleh orang yang mengambil "
        "pengembaliannya, dan tidak ada yang lain",
    ),
    "paid_invoice_has_payment": (
        Bilingual("Tagihan lunas punya pembayaran", "Paid invoices have a payment"),
        "Setiap tagihan lunas punya tepat satu pembayaran selesai sebesar jumlahnya, dan tagihan lain tidak punya",
    ),
    "event_per_state": (
        Bilingual("Riwayat pesanan utuh", "Orders have their history"),
        "Setiap pesanan punya kejadian untuk setiap keadaan yang dilaluinya, dalam satu rangkaian utuh sampai "
        "keadaannya sekarang",
    ),
    "stock_reserved": (
        Bilingual("Stok yang dijanjikan sesuai", "Reserved stock agrees"),
        "Stok yang dipesan adalah yang dijanjikan kepada pesanan terbuka, tidak pernah lebih dari yang ada",
    ),
    "refunds_within_captured": (
        Bilingual("Pengembalian tidak berlebih", "Refunds within what was paid"),
        "Pengembalian sebuah pesanan dan sebuah pembayaran tidak pernah lebih dari yang diterima",
    ),
    "invoice_is_payable": (
        Bilingual("Tagihan sesuai pesanan", "Invoices agree with orders"),
        "Tagihan meminta total pesanannya; total yang dibulatkan adalah rupiah utuh, kurang dari satu rupiah bedanya",
    ),
    "order_money": (
        Bilingual("Uang pesanan sesuai mutasi", "Orders' money agrees"),
        "Yang diambil dan dikembalikan untuk sebuah pesanan sesuai dengan mutasinya",
    ),
    "held_orders": (
        Bilingual("Pesanan bersaldo tertahan", "Held orders"),
        "Pesanan bersaldo tertahan yang sudah final diambil dan dikembalikan seluruh totalnya, dan penahanannya "
        "selesai; yang masih terbuka belum keduanya",
    ),
    "shipped_has_shipment": (
        Bilingual("Pesanan terkirim punya paket", "Shipped orders have a parcel"),
        "Setiap pesanan yang dikirim, atau kembali, punya paket",
    ),
    "shipment_follows_order": (
        Bilingual("Paket sesuai pesanannya", "Parcels follow their orders"),
        "Setiap paket milik sebuah pesanan dan keadaannya sesuai: di luar selama pesanan dikirim, sampai atau kembali "
        "bila pesanan selesai atau dikembalikan, tidak pernah dalam perjalanan sebelumnya atau setelah dibatalkan",
    ),
    "open_payment_open_order": (
        Bilingual("Tidak ada pembayaran terbuka sesudahnya", "No open payment afterwards"),
        "Tidak ada pembayaran yang terbuka bila pesanannya sudah berakhir atau lunas",
    ),
}
_STATED: Final = {one.name: one.description for one in INVARIANTS}


def name_of(invariant: str) -> Bilingual:
    """What it is called; one that an earlier version had, by its own name."""
    known = _WORDS.get(invariant)
    return Bilingual(invariant, invariant) if known is None else known[0]


def stated_by(invariant: str) -> Bilingual:
    """What must be true; empty of one that an earlier version had."""
    known, stated = _WORDS.get(invariant), _STATED.get(invariant, "")
    return Bilingual(stated if known is None else known[1], stated)
