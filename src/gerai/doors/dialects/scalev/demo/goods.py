"""What the demo shop sells, where it is, and what sending it costs."""

from __future__ import annotations

import uuid
from typing import Any, Final

from gerai.domain.money import rupiah
from gerai.doors.dialects.scalev.demo.districts import DISTRICTS
from gerai.engine.catalogue.extend import CatalogueAdditions
from gerai.engine.catalogue.products import Bundle, BundlePart, PriceOption, Product, Store, Variant
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.shipping.nearest import Warehouse
from gerai.engine.shipping.quote import CourierService, Rate
from gerai.kit.ids import token

STORE, OTHER_STORE = 2709, 2710
EBOOK, COURSE, SHIRT, MUG = 501, 502, 503, 504
EBOOK_V, COURSE_V, SHIRT_M, SHIRT_L, MUG_V = 8417, 8418, 8419, 8420, 8421
EBOOKS, STARTER = 301, 302
EBOOKS_OPTION, EBOOKS_PROMO, STARTER_OPTION = 401, 402, 403
SURABAYA, JAKARTA = 77, 78

_METHODS: Final = (
    "invoice", "va", "qris", "card", "bank_transfer", "cod", "alfamart", "ovo", "dana", "shopeepay", "linkaja", "gopay",
)  # fmt: skip
_BANKS: Final = ("BCA", "BNI", "BRI", "MANDIRI", "PERMATA", "BSI", "CIMB", "SAHABAT_SAMPOERNA")

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


def _courier_services() -> list[CourierService]:
    """The couriers' services."""
    return [
        CourierService(id, courier, code, name, service, title, aggregator=by, pickup=by != "", minimum_kg=least)
        for id, courier, code, name, service, title, by, least in _SERVICES
    ]


def _rates() -> list[Rate]:
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


def _variant(
    id: int, product: Product, name: str, sku: str, rupiah_each: int, grams: int, options: tuple[str, ...] = ()
) -> Variant:
    """Resellers pay 90 %, it costs 60 %; what has a weight is counted."""
    return Variant(
        id, product.product_id, _unique("variant"), uuid.uuid4(), name, sku,
        rupiah(rupiah_each), rupiah(rupiah_each * 9 // 10), rupiah(rupiah_each * 6 // 10), grams, grams > 0, True,
        options, (), {}, product.item_type,
    )  # fmt: skip


def _product(id: int, name: str, item_type: str, options: tuple[str, ...] = ()) -> Product:
    return Product(id, uuid.uuid4(), name, name, item_type, True, options, (), ())


def _stores() -> list[Store]:
    return [
        Store(
            STORE, _unique("store"), uuid.uuid4(), "Toko Contoh", "", "", False, True, True, _METHODS, _BANKS,
            StoreSettings(unique_code_max=500),
        ),
        Store(
            OTHER_STORE, _unique("store"), uuid.uuid4(), "Toko Kedua", "", "https://toko.example.com", True, True, True,
            ("invoice", "va_bca", "qris"), (), StoreSettings(digital_completion="manual"),
        ),
    ]  # fmt: skip


def _variants(products: dict[int, Product]) -> list[Variant]:
    return [
        _variant(EBOOK_V, products[EBOOK], "E-book Jualan Online", "EB-1", 75_000, 0),
        _variant(COURSE_V, products[COURSE], "Kelas Foto Produk", "KL-1", 150_000, 0),
        _variant(SHIRT_M, products[SHIRT], "Kaos Polos - M", "KP-M", 150_000, 250, ("M",)),
        _variant(SHIRT_L, products[SHIRT], "Kaos Polos - L", "KP-L", 150_000, 270, ("L",)),
        _variant(MUG_V, products[MUG], "Mug Enamel", "MG-1", 60_000, 400),
    ]


def _options() -> list[PriceOption]:
    return [
        PriceOption(id, bundle, _unique("bpo"), name, name.lower().replace(" ", "-"), rupiah(price), True)
        for id, bundle, name, price in (
            (EBOOKS_OPTION, EBOOKS, "Paket Belajar", 199_000),
            (EBOOKS_PROMO, EBOOKS, "Paket Belajar Promo", 179_000),
            (STARTER_OPTION, STARTER, "Paket Pemula", 320_000),
        )
    ]


def _warehouse(id: int, name: str, *facts: Any) -> Warehouse:
    """``facts``: contact, phone, street, location, postal code."""
    return Warehouse(id, _unique("warehouse"), name, *facts)


def goods() -> CatalogueAdditions:
    """Everything in the demo's storefront. The shirts are in Surabaya, plenty of M and five of L; mugs are in both
    warehouses."""
    products = [
        _product(EBOOK, "E-book Jualan Online", "digital"),
        _product(COURSE, "Kelas Foto Produk", "course"),
        _product(SHIRT, "Kaos Polos", "physical", ("Ukuran",)),
        _product(MUG, "Mug Enamel", "physical"),
    ]
    learn = (BundlePart(601, EBOOK_V, 1), BundlePart(602, COURSE_V, 1))
    begin = (BundlePart(603, SHIRT_M, 2), BundlePart(604, EBOOK_V, 1))
    return CatalogueAdditions(
        stores=_stores(),
        products=products,
        variants=_variants({product.product_id: product for product in products}),
        bundles=[
            Bundle(EBOOKS, "Paket Belajar", "Paket Belajar", "", False, 0, (), learn),
            Bundle(STARTER, "Paket Pemula", "Paket Pemula", "", False, 150, (), begin),
        ],
        options=_options(),
        warehouses=[
            _warehouse(SURABAYA, "Gudang Surabaya", "Sari", "6231555001", "Jl. Raya Wonokromo 1", 6, "60241"),
            _warehouse(JAKARTA, "Gudang Jakarta", "Budi", "6221555002", "Jl. Cempaka Putih 2", 9089, "10510"),
        ],
        store_products=[(STORE, EBOOK), (STORE, COURSE), (STORE, SHIRT), (STORE, MUG), (OTHER_STORE, EBOOK)],
        store_options=[(STORE, EBOOKS_OPTION), (STORE, EBOOKS_PROMO), (STORE, STARTER_OPTION)],
        stock=[(SHIRT_M, SURABAYA, 100_000), (SHIRT_L, SURABAYA, 5), (MUG_V, SURABAYA, 40), (MUG_V, JAKARTA, 3)],
        districts=DISTRICTS,
        courier_services=_courier_services(),
        rates=_rates(),
    )
