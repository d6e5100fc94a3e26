"""What sending costs: the shop's rate table."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import END, Id, Limit, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.shipping import Region, districts_of, rates_of
from gerai.engine.shipping.quote import CourierService, Rate, reaching
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import record
from gerai.store.rates import page_of_rates

_Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class RateFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``service``: the id of a courier service, 0 is any. ``destination``: only what applies there, for a district that
    of its regency and province, too."""

    service: Annotated[_Whole, words("Layanan kurir", "Courier service"), refers("couriers")] = 0
    destination: Annotated[Region, words("Berlaku di kode wilayah", "Applies in region", "31.71.05")] = ""
    after: Annotated[
        Annotated[str, Meta(pattern=r"^([0-9]{1,18}_[0-9.]{0,8}_[0-9.]{0,8})?" + END)], words("Sesudah", "After")
    ] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class RateRow(msgspec.Struct, frozen=True):
    """A price per kilogram. ``courier`` and ``service``: their codes; ``aggregator``: who books it, empty: the shop
    itself. ``origin`` and ``destination``: codes of regions, empty is anywhere; of several that apply,
    the origin's own and the most specific destination count."""

    service_id: Annotated[Id, words("Nomor layanan", "Service id")]
    courier: Annotated[str, words("Kurir", "Courier")]
    service: Annotated[str, words("Layanan", "Service")]
    aggregator: Annotated[str, words("Dipesan lewat", "Booked by")]
    origin: Annotated[str, words("Asal", "Origin")]
    origin_name: Annotated[str, words("Nama asal", "Name of the origin")]
    destination: Annotated[str, words("Tujuan", "Destination")]
    destination_name: Annotated[str, words("Nama tujuan", "Name of the destination")]
    per_kg_sen: Annotated[int, words("Per kg", "Per kg")]
    days_min: Annotated[int, words("Paling cepat (hari)", "At least (days)")]
    days_max: Annotated[int, words("Paling lama (hari)", "At most (days)")]
    cod: Annotated[bool, words("Bayar di tempat", "Cash on delivery")]


async def run(within: Within, wanted: RateFilter) -> ViewPage:
    """By service, origin and destination."""
    reach = reaching(wanted.destination) if wanted.destination else None
    async with within.engine.connection() as connection:
        found = await page_of_rates(
            connection, within.merchant_id, _after(wanted), wanted.limit + 1,
            service_id=wanted.service or None, destinations=reach,
        )  # fmt: skip
    services, regions = rates_of(within).services, districts_of(within).regions
    rates = [record(Rate, *row) for row in found]
    shown = [_row(one, services.get(one.service_id), regions) for one in rates[: wanted.limit]]
    last = rates[wanted.limit - 1] if len(rates) > wanted.limit else None
    return ViewPage(shown, "" if last is None else f"{last.service_id}_{last.origin}_{last.destination}")


def _row(rate: Rate, service: CourierService | None, regions: dict[str, str]) -> RateRow:
    called = ("", "", "") if service is None else (service.courier_code, service.code, service.aggregator)
    return RateRow(
        rate.service_id, *called, rate.origin, regions.get(rate.origin, ""), rate.destination,
        regions.get(rate.destination, ""), rate.per_kg_sen, rate.days_min, rate.days_max, rate.cod,
    )  # fmt: skip


def _after(wanted: RateFilter) -> tuple[int, str, str] | None:
    if not wanted.after:
        return None
    service_id, origin, destination = wanted.after.split("_")
    return int(service_id), origin, destination


VIEW = View("rates.list", "catalogue:read", Bilingual("Tarif kirim", "Shipping rates"), RateFilter, RateRow, run)
