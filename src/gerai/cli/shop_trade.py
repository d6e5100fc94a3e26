"""What a shop's files hold that the desk has no act for: accounts of the seller's own, districts, couriers and their
rates. Each is an act of the same kind, over the engine's operation, and is written down like the others."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import acting_now
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.count_stock import run as count_stock
from gerai.engine.desk.fields import END, Code, Count, Id, Name, PriceSen, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import note
from gerai.engine.merchants.receiving import open_account, read_account
from gerai.engine.shipping.places import Place
from gerai.engine.shipping.quote import DEFAULT_TOLERANCE_G, CourierService, Rate
from gerai.kit.bilingual import Bilingual

_Said = Annotated[str, Meta(max_length=512)]
_DistrictCode = Annotated[str, Meta(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}" + END)]
_RegencyCode = Annotated[str, Meta(pattern=r"^([0-9]{2}\.[0-9]{2})?" + END)]
_RegionCode = Annotated[str, Meta(pattern=r"^([0-9]{2}(\.[0-9]{2}){0,2})?" + END)]
_PostalCodes = Annotated[tuple[Annotated[str, Meta(pattern=r"^[0-9]{5}" + END)], ...], Meta(max_length=200)]
_Kilograms = Annotated[int, Meta(ge=1, le=1000)]
_Grams = Annotated[int, Meta(ge=0, le=999)]
_Days = Annotated[int, Meta(ge=0, le=365)]


class OwnAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where real money comes in: ``bank``, ``number`` and ``holder`` of a bank account, ``code`` (and ``mode``) of a
    QRIS code. ``mine``: what was understood is the seller's own;
    without it the refusal says what that is."""

    method: Annotated[Literal["bank_transfer", "qris"], words("Metode", "Method", "bank_transfer")]
    bank: Annotated[_Said, words("Bank", "Bank", "BCA")] = ""
    number: Annotated[_Said, words("Nomor rekening", "Account number", "1234567890")] = ""
    holder: Annotated[_Said, words("Atas nama", "Holder", "Budi Santoso")] = ""
    code: Annotated[_Said, words("Teks kode QRIS", "Text of the QRIS code")] = ""
    mode: Annotated[_Said, words("Cara menampilkan QRIS", "How the QRIS code is shown", "with_amount")] = ""
    mine: Annotated[bool, words("Ini milik saya", "It is mine", True)] = False


class NewDistrict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A district (kecamatan), for every shop of the installation. ``id``: as buyers' programs name it."""

    id: Annotated[Id, words("Nomor wilayah", "District id", 6)]
    code: Annotated[_DistrictCode, words("Kode wilayah", "Region code", "35.78.05")]
    district: Annotated[Name, words("Kecamatan", "District", "Wonokromo")]
    city: Annotated[Name, words("Kota atau kabupaten", "City or regency", "Kota Surabaya")]
    province: Annotated[Name, words("Provinsi", "Province", "Jawa Timur")]
    postal_codes: Annotated[_PostalCodes, words("Kode pos", "Postal codes", ("60241",))] = ()


class NewCourierService(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service that parcels are sent by; the shop books it."""

    courier: Annotated[Code, words("Kode kurir", "Code of the courier", "jne")]
    courier_name: Annotated[Name, words("Nama kurir", "Name of the courier", "JNE")]
    code: Annotated[Code, words("Kode layanan", "Code of the service", "REG")]
    name: Annotated[Name, words("Nama layanan", "Name of the service", "Reguler")]
    pickup: Annotated[bool, words("Dijemput", "Picked up")] = False
    minimum_kg: Annotated[_Kilograms, words("Berat paling kecil (kg)", "Least weight (kg)", 1)] = 1
    tolerance_g: Annotated[_Grams, words("Toleransi (gram)", "Tolerance (grams)", 300)] = DEFAULT_TOLERANCE_G


class CourierRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a courier's service asks for a kilogram. ``origin``: a regency's code, empty: from anywhere;
    ``destination``: a district's, regency's or province's, empty: to anywhere."""

    service_id: Annotated[Id, words("Nomor layanan kurir", "Id of the courier's service")]
    per_kg_sen: Annotated[PriceSen, words("Harga per kg", "Price of a kilogram", 10_000_00)]
    origin: Annotated[_RegencyCode, words("Kode asal", "From", "35.78")] = ""
    destination: Annotated[_RegionCode, words("Kode tujuan", "To", "31")] = ""
    days_min: Annotated[_Days, words("Paling cepat (hari)", "Days at least", 1)] = 1
    days_max: Annotated[_Days, words("Paling lama (hari)", "Days at most", 3)] = 3
    cod: Annotated[bool, words("Bisa COD", "Cash on delivery")] = False


class OpeningStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many there are at the beginning, and at how few it is time for more."""

    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    warehouse_id: Annotated[Id, words("Nomor gudang", "Id of the warehouse")]
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]
    low_at: Annotated[Count | None, words("Tanda menipis", "Low-stock mark", 5)] = None


async def _open_account(within: Within, given: OwnAccount) -> Done:
    said = {n: v for n, v in msgspec.structs.asdict(given).items() if n not in ("method", "mine") and v}
    method = within.house.payment_methods[given.method]
    if not given.mine:
        understood = "; ".join(f"{name}: {value}" for name, value in read_account(method, said).shown)
        raise InputInvalid({"mine": [f"is this yours? {understood}"]})
    act = acting_now()
    note("account", method=given.method)
    by = "" if act is None else act.actor.label
    made = await open_account(within.engine, within.merchant_id, method, said, by)
    return Done(str(made.receiving_id), details={"channel": made.channel})


async def _add_district(within: Within, given: NewDistrict) -> Done:
    known = within.engine.directory.get(STOREFRONT, within.merchant_id).districts.by_id
    if (other := known.get(given.id)) is not None:
        raise InputInvalid({"id": [f"{given.id} is {other.display} ({other.code})"]})
    place = Place(given.id, given.code, given.district, given.city, given.province, postal_codes=given.postal_codes)
    note(given.id, code=given.code, name=place.display)
    await extend_catalogue(within.engine, within.merchant_id, CatalogueAdditions(districts=[place]))
    return Done(str(given.id))


async def _add_courier(within: Within, given: NewCourierService) -> Done:
    known = within.engine.directory.get(STOREFRONT, within.merchant_id).rates.services.values()
    same = {one.courier_code: one.courier_id for one in known}
    ids = within.engine.ids
    service = CourierService(
        ids.next(), same.get(given.courier) or ids.next(), given.courier, given.courier_name, given.code,
        given.name, pickup=given.pickup, minimum_kg=given.minimum_kg, tolerance_g=given.tolerance_g,
    )  # fmt: skip
    note(service.service_id, courier=given.courier, code=given.code)
    await extend_catalogue(within.engine, within.merchant_id, CatalogueAdditions(courier_services=[service]))
    return Done(str(service.service_id))


async def _add_rate(within: Within, given: CourierRate) -> Done:
    if given.days_min > given.days_max:
        raise InputInvalid({"days_max": [f"less than {given.days_min}, which is the least"]})
    rate = Rate(
        given.service_id, given.origin, given.destination, given.per_kg_sen, given.days_min, given.days_max, given.cod
    )
    note(given.service_id, origin=given.origin, destination=given.destination, per_kg_sen=given.per_kg_sen)
    await extend_catalogue(within.engine, within.merchant_id, CatalogueAdditions(rates=[rate]))
    return Done(str(given.service_id))


async def _open_stock(within: Within, given: OpeningStock) -> Done:
    """The count; the mark is an act of its own."""
    return await count_stock(
        within, StockCount(variant_id=given.variant_id, warehouse_id=given.warehouse_id, on_hand=given.on_hand)
    )


ACCOUNT: Final = Act(
    "accounts.add", "settings:write", Bilingual("Tambah rekening sendiri", "Add an account"), OwnAccount, _open_account
)
DISTRICT: Final = Act(
    "districts.add", "catalogue:write", Bilingual("Tambah wilayah", "Add a district"), NewDistrict, _add_district
)
COURIER: Final = Act(
    "couriers.add", "catalogue:write", Bilingual("Tambah layanan kurir", "Add a courier's service"),
    NewCourierService, _add_courier,
)  # fmt: skip
RATE: Final = Act("rates.set", "catalogue:write", Bilingual("Tetapkan tarif", "Set a rate"), CourierRate, _add_rate)
STOCK: Final = Act(
    "stock.count", "catalogue:write", Bilingual("Hitung stok", "Count stock"), OpeningStock, _open_stock, reasoned=True
)
