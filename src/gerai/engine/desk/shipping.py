"""What views and acts of shipping share: the shop's courier services and rates within a change, and where they go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.fields import END, words
from gerai.engine.desk.house import Within
from gerai.engine.shipping.places import Gazetteer
from gerai.engine.shipping.quote import CourierService, RateTable
from gerai.store.connection import Connection

CourierCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*" + END)]
ServiceCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]*" + END)]
CourierType = Literal["standard", "instant", "cashless"]
Aggregator = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9_-]*" + END)]
MinimumKg = Annotated[int, Meta(ge=1, le=10_000)]
ToleranceG = Annotated[int, Meta(ge=0, le=999)]
Region = Annotated[str, Meta(pattern=r"^([0-9]{2}(\.[0-9]{2}){0,2})?" + END)]
Days = Annotated[int, Meta(ge=0, le=365)]
Grams = Annotated[int, Meta(ge=1, le=10_000_000)]

COURIER: Final = words("Kurir", "Courier", "jne")
COURIER_NAME: Final = words("Nama kurir", "Name of the courier", "JNE")
CODE: Final = words("Kode layanan", "Code of the service", "REG")
NAME: Final = words("Nama layanan", "Name of the service", "Reguler")
TYPE: Final = words("Jenis", "Kind")
AGGREGATOR: Final = words("Dipesan lewat (kosong: sendiri)", "Booked by (empty: yourself)")
PICKUP: Final = words("Dijemput", "Picked up")
MINIMUM: Final = words("Paling ringan (kg)", "At least (kg)")
TOLERANCE: Final = words("Toleransi pembulatan (gram)", "Tolerance of rounding (grams)")
ORIGIN: Final = words("Asal: kode kota/kabupaten (kosong: mana pun)", "Origin: code of a regency (empty: any)", "35.78")
DESTINATION: Final = words(
    "Tujuan: kode kecamatan, kota/kabupaten atau provinsi (kosong: mana pun)",
    "Destination: code of a district, regency or province (empty: any)", "31.71.05",
)  # fmt: skip


def rates_of(within: Within) -> RateTable:
    """The shop's services and rates as they are known now; for showing."""
    return within.engine.directory.get(STOREFRONT, within.merchant_id).rates


def districts_of(within: Within) -> Gazetteer:
    """Every district that is known."""
    return within.engine.directory.get(STOREFRONT, within.merchant_id).districts


async def rates_in(within: Within, connection: Connection) -> RateTable:
    """The same as they are in this transaction, a block of ``changing``; for deciding."""
    return (await within.engine.directory.read_in(connection, STOREFRONT, within.merchant_id)).rates


def require_service(services: Mapping[int, CourierService], service: CourierService) -> None:
    """Refuses InputInvalid: the courier has a service of this code that the same one books."""
    for one in services.values():
        if one.service_id != service.service_id and _called(one) == _called(service):
            raise InputInvalid({"code": [f"{one.courier_name} has the service {one.code} already"]})


def _called(service: CourierService) -> tuple[str, str, str]:
    return service.courier_code, service.code.casefold(), service.aggregator


def require_regions(origin: str, destination: str, regions: Mapping[str, str]) -> None:
    """Refuses InputInvalid: an origin that is no regency that is known, a destination that is no region. Of both, empty
    is anywhere."""
    faults: dict[str, list[str]] = {}
    for name, code, parts in (("origin", origin, (2,)), ("destination", destination, (1, 2, 3))):
        if not code:
            continue
        if code not in regions:
            faults[name] = [f"no region has the code {code}"]
        elif code.count(".") + 1 not in parts:
            kind = ("a province", "a regency", "a district")[code.count(".")]
            faults[name] = [f"{code} is {kind}, not a regency"]
    if faults:
        raise InputInvalid(faults)
