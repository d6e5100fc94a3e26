"""What stands on the demo shop's shelves, where it is, and what sending it costs: plain rows for the storefront."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from gerai.domain.money import rupiah
from gerai.engine.shipping.quote import CourierService, Rate
from gerai.kit.ids import token
from gerai.store import storefront

STORE, OTHER_STORE = 2709, 2710
EBOOK, COURSE, SHIRT, MUG = 501, 502, 503, 504
EBOOK_V, COURSE_V, SHIRT_M, SHIRT_L, MUG_V = 8417, 8418, 8419, 8420, 8421
EBOOKS, STARTER = 301, 302
EBOOKS_OPTION, EBOOKS_PROMO, STARTER_OPTION = 401, 402, 403
SURABAYA, JAKARTA = 77, 78

_METHODS: Final = [
    "invoice", "va", "qris", "card", "bank_transfer", "cod", "alfamart", "ovo", "dana", "shopeepay", "linkaja", "gopay",
]  # fmt: skip
_BANKS: Final = ["BCA", "BNI", "BRI", "MANDIRI", "PERMATA", "BSI", "CIMB", "SAHABAT_SAMPOERNA"]

#: id, courier id, courier, its name, service, its name, aggregator, minimum kg.
_SERVICES: Final = (
    (1, 1, "jne", "JNE", "REG", "Reguler", "lincah", 1),
    (2, 1, "jne", "JNE", "OKE", "Ongkos Kirim Ekonomis", "lincah", 1),
    (3, 1, "jne", "JNE", "YES", "Yakin Esok Sampai", "lincah", 1),
    (4, 1, "jne", "JNE", "JTR", "Trucking", "lincah", 10),
    (5, 2, "jnt", "J&T Express", "EZ", "EZ", "mengantar", 1),
    (6, 3, "sicepat", "SiCepat", "REG", "Reguler", "lincah", 1),
    (7, 4, "anteraja", "AnterAja", "REG", "Reguler", "mengantar", 1),
    (8, 5, "pos", "Pos Indonesia", "REG", "Reguler", "", 1),
)
#: Rupiah per kg of service 1 by origin and destination, its days, and where it takes cash. Service 1 from Surabaya to
#: Jakarta is the Rp20.000 of the contract's example.
_ZONES: Final = (
    ("35.78", "31", 20_000, 2, 3, True),
    ("35.78", "35.78", 8_000, 1, 2, True),
    ("35.78", "35", 12_000, 1, 2, True),
    ("35.78", "33", 16_000, 2, 3, True),
    ("35.78", "51", 18_000, 2, 3, True),
    ("35.78", "91", 82_000, 5, 9, False),
    ("35.78", "", 34_000, 3, 6, False),
    ("31.71", "31", 10_000, 1, 2, True),
    ("31.71", "32", 11_000, 1, 2, True),
    ("31.71", "35", 20_000, 2, 3, True),
    ("31.71", "91", 88_000, 5, 9, False),
    ("31.71", "", 30_000, 3, 6, False),
)
#: What the other services ask, in percent of service 1, and how many days they are slower.
_AGAINST_FIRST: Final = {
    1: (100, 0),
    2: (85, 2),
    3: (180, -1),
    4: (40, 4),
    5: (95, 0),
    6: (90, 0),
    7: (90, 1),
    8: (80, 2),
}


def services() -> list[CourierService]:
    """The couriers' services."""
    return [
        CourierService(id, courier, code, name, service, title, aggregator=by, pickup=by != "", minimum_kg=least)
        for id, courier, code, name, service, title, by, least in _SERVICES
    ]


def rates() -> list[Rate]:
    """The rate table: whole hundreds of rupiah per kilogram."""
    found: list[Rate] = []
    for service_id, (percent, slower) in _AGAINST_FIRST.items():
        for origin, destination, price, least, most, cod in _ZONES:
            per_kg = price * percent // 10_000 * 100
            days = max(1, least + slower), max(1, most + slower)
            found.append(Rate(service_id, origin, destination, rupiah(per_kg), *days, cod and service_id in (1, 5, 6)))
    return found


def _unique(kind: str) -> str:
    return f"{kind}_{token(18)}"


def _variant(id: int, product: int, name: str, sku: str, price: int, grams: int, option: str = "") -> list[Any]:
    """A row of ``storefront.VARIANTS``: resellers pay 90 %, it costs 60 %; what has a weight is counted."""
    money = [rupiah(price), rupiah(price * 9 // 10), rupiah(price * 6 // 10)]
    options = [option] if option else []
    return [
        id, product, _unique("variant"), uuid.uuid4(), name, sku, *money, grams, grams > 0, True, options, [], {},
    ]  # fmt: skip


def _product(id: int, name: str, item_type: str, options: Iterable[str] = ()) -> list[Any]:
    return [id, uuid.uuid4(), name, name, item_type, True, list(options), [], []]


def _warehouse(id: int, name: str, *facts: Any) -> list[Any]:
    """``facts``: contact, phone, street, location, postal code."""
    return [id, _unique("warehouse"), name, *facts]


def product_rows() -> dict[Any, list[list[Any]]]:
    """Every row of the storefront by its table, parents first."""
    store = [
        STORE, _unique("store"), uuid.uuid4(), "Toko Contoh", "", "", False, True, True, _METHODS, _BANKS,
        {"unique_code_max": 500},
    ]  # fmt: skip
    other = [
        OTHER_STORE, _unique("store"), uuid.uuid4(), "Toko Kedua", "", "https://toko.example.com", True, True, True,
        ["invoice", "va_bca", "qris"], [], {"digital_completion": "manual"},
    ]  # fmt: skip
    return {
        storefront.STORES: [store, other],
        storefront.PRODUCTS: [
            _product(EBOOK, "E-book Jualan Online", "digital"),
            _product(COURSE, "Kelas Foto Produk", "course"),
            _product(SHIRT, "Kaos Polos", "physical", ["Ukuran"]),
            _product(MUG, "Mug Enamel", "physical"),
        ],
        storefront.VARIANTS: [
            _variant(EBOOK_V, EBOOK, "E-book Jualan Online", "EB-1", 75_000, 0),
            _variant(COURSE_V, COURSE, "Kelas Foto Produk", "KL-1", 150_000, 0),
            _variant(SHIRT_M, SHIRT, "Kaos Polos - M", "KP-M", 150_000, 250, "M"),
            _variant(SHIRT_L, SHIRT, "Kaos Polos - L", "KP-L", 150_000, 270, "L"),
            _variant(MUG_V, MUG, "Mug Enamel", "MG-1", 60_000, 400),
        ],
        storefront.BUNDLES: [
            [EBOOKS, "Paket Belajar", "Paket Belajar", "", False, 0, []],
            [STARTER, "Paket Pemula", "Paket Pemula", "", False, 150, []],
        ],
        storefront.PARTS: [
            [601, EBOOKS, EBOOK_V, 1],
            [602, EBOOKS, COURSE_V, 1],
            [603, STARTER, SHIRT_M, 2],
            [604, STARTER, EBOOK_V, 1],
        ],
        storefront.OPTIONS: [
            [EBOOKS_OPTION, EBOOKS, _unique("bpo"), "Paket Belajar", "paket-belajar", rupiah(199_000), True],
            [EBOOKS_PROMO, EBOOKS, _unique("bpo"), "Paket Belajar Promo", "paket-belajar-promo", rupiah(179_000), True],
            [STARTER_OPTION, STARTER, _unique("bpo"), "Paket Pemula", "paket-pemula", rupiah(320_000), True],
        ],
        storefront.WAREHOUSES: [
            _warehouse(SURABAYA, "Gudang Surabaya", "Sari", "6231555001", "Jl. Raya Wonokromo 1", 6, "60241"),
            _warehouse(JAKARTA, "Gudang Jakarta", "Budi", "6221555002", "Jl. Cempaka Putih 2", 9089, "10510"),
        ],
        storefront.ON_SHELF: [[STORE, EBOOK], [STORE, COURSE], [STORE, SHIRT], [STORE, MUG], [OTHER_STORE, EBOOK]],
        storefront.ON_OFFER: [[STORE, EBOOKS_OPTION], [STORE, EBOOKS_PROMO], [STORE, STARTER_OPTION]],
    }
