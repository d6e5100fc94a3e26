"""The questions about what a shop sells first: what kind of thing it is, and what that kind needs to be sold."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from gerai.engine.desk.first_questions import Answers, FirstQuestion
from gerai.engine.desk.own_sales import own_sales
from gerai.kit.bilingual import Bilingual

#: What a first thing is: sent in a parcel; a file; licence codes; something digital that the seller sends; a service.
GOODS, FILE, CODES, HAND, SERVICE = "goods", "file", "codes", "hand", "service"
KINDS: Final = {
    GOODS: Bilingual("Barang yang dikirim", "Goods that are sent"),
    FILE: Bilingual("File digital (e-book, template, …)", "A digital file (e-book, template, …)"),
    CODES: Bilingual("Kode lisensi atau voucer", "Licence codes or vouchers"),
    HAND: Bilingual("Produk digital yang saya kirim sendiri", "Something digital that I send myself"),
    SERVICE: Bilingual("Jasa atau top-up yang saya kerjakan", "A service or top-up that I do"),
}
#: That no district is known on this server, among the answers.
NO_PLACES: Final = "no_places"
_NAMES: Final = {
    GOODS: "Barang pertama", FILE: "Berkas pertama", CODES: "Voucer pertama", HAND: "Produk pertama",
    SERVICE: "Layanan pertama",
}  # fmt: skip


def _of(*kinds: str) -> Callable[[Answers], bool]:
    return lambda answers: answers["sell"] in kinds


def _elsewhere(answers: Answers) -> bool:
    return answers["sell"] == GOODS and NO_PLACES in answers


def price_of(kind: str) -> str:
    """What the question for the price is called: of what a counter sells of itself it is another one."""
    return f"{kind}_price" if kind in own_sales() else "price"


@cache
def sell_questions() -> tuple[FirstQuestion, ...]:
    """All of them, of every kind."""
    own = own_sales()
    choices = KINDS | {name: one.title for name, one in own.items()}
    return (
        FirstQuestion("sell", Bilingual("Jual apa dulu", "What first"), HAND, default=lambda _: HAND, choices=choices),
        FirstQuestion("item", Bilingual("Namanya", "Its name"), "E-book Resep",
                      default=lambda a: _NAMES[a["sell"]], needed=_of(*KINDS)),
        FirstQuestion("price", Bilingual("Harganya (rupiah)", "Its price (rupiah)"), "50000", "amount",
                      default=lambda _: "50000", needed=_of(*KINDS)),
        *(FirstQuestion(price_of(name), one.price, one.example, "amount",
                        default=lambda _, one=one: one.example, needed=_of(name)) for name, one in own.items()),
        FirstQuestion("file", Bilingual("Berkasnya", "The file"), "", "file", needed=_of(FILE), optional=True),
        FirstQuestion("link", Bilingual("Atau tautannya (https)", "Or its link (https)"),
                      "https://example.com/resep.pdf", needed=_of(FILE), optional=True),
        FirstQuestion("codes", Bilingual("Kodenya, satu per baris", "The codes, one in each line"), "ABCD-1234", "long",
                      needed=_of(CODES)),
        FirstQuestion("weight", Bilingual("Berat (gram)", "Weight (grams)"), "500", "number", default=lambda _: "500",
                      needed=_of(GOODS)),
        FirstQuestion("stock", Bilingual("Stok", "Stock"), "10", "number", default=lambda _: "10", needed=_of(GOODS)),
        FirstQuestion("from", Bilingual("Dikirim dari kecamatan", "Sent from the district (kecamatan)"), "Wonokromo",
                      needed=_of(GOODS)),
        FirstQuestion("city", Bilingual("Kota atau kabupaten", "City or regency"), "Kota Surabaya", needed=_elsewhere),
        FirstQuestion("province", Bilingual("Provinsi", "Province"), "Jawa Timur", needed=_elsewhere),
        FirstQuestion("region", Bilingual("Kode wilayah: 6 angka pertama NIK orang sana",
                                          "Region code: first 6 digits of the NIK of somebody from there"),
                      "357805", needed=_elsewhere),
        FirstQuestion("address", Bilingual("Alamat pengirim", "Address of the sender"), "Jl. Melati 7",
                      needed=_of(GOODS)),
        FirstQuestion("postal", Bilingual("Kode pos", "Postal code"), "60241", needed=_of(GOODS)),
        FirstQuestion("courier", Bilingual("Kurir", "Courier"), "JNE", default=lambda _: "JNE", needed=_of(GOODS)),
        FirstQuestion("shipping", Bilingual("Ongkos kirim per kg (rupiah)", "Shipping per kilogram (rupiah)"), "15000",
                      "amount", default=lambda _: "15000", needed=_of(GOODS)),
    )  # fmt: skip
