"""What a buyer pays for a parcel."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.shipping import Grams, districts_of, rates_of
from gerai.engine.shipping.nearest import Warehouse
from gerai.kit.bilingual import Bilingual

_Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class QuoteFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``to``: the id of a district, as ``locations.list`` shows it; 0: nothing is asked. ``warehouse``: an id, 0: from
    each of them."""

    to: Annotated[_Whole, words("Ke wilayah (nomor)", "To district (id)", 6)] = 0
    grams: Annotated[Grams, words("Berat (gram)", "Weight (grams)", 1000)] = 1000
    warehouse: Annotated[_Whole, words("Dari gudang (nomor)", "From warehouse (id)")] = 0


class QuoteRow(msgspec.Struct, frozen=True):
    """What a service asks. ``kg``: charged kilograms; ``cod``: it takes the money for the shop."""

    service_id: Annotated[Id, words("Nomor layanan", "Service id")]
    service: Annotated[str, words("Layanan", "Service")]
    warehouse_id: Annotated[Id, words("Nomor gudang", "Warehouse")]
    warehouse: Annotated[str, words("Dari gudang", "From warehouse")]
    destination: Annotated[str, words("Tujuan", "Destination")]
    kg: Annotated[int, words("Dihitung (kg)", "Charged (kg)")]
    per_kg_sen: Annotated[int, words("Per kg", "Per kg")]
    cost_sen: Annotated[int, words("Ongkos kirim", "Cost")]
    days: Annotated[str, words("Lama (hari)", "Days")]
    cod: Annotated[bool, words("Bayar di tempat", "Cash on delivery")]


async def run(within: Within, wanted: QuoteFilter) -> ViewPage:
    """By warehouse, the cheapest first. Refuses InputInvalid: a district or warehouse that there is not."""
    if not wanted.to:
        return ViewPage([])
    districts, table = districts_of(within), rates_of(within)
    destination = districts.by_id.get(wanted.to)
    if destination is None:
        raise InputInvalid({"to": [f"{wanted.to} is no district that is known here"]})
    rows: list[QuoteRow] = []
    for house in _warehouses(within, wanted.warehouse):
        origin = districts.by_id.get(house.location_id)
        if origin is None:
            continue
        for quote in table.quotes(origin.code, destination.code, wanted.grams):
            rate, service = quote.rate, quote.service
            days = f"{rate.days_min}-{rate.days_max}" if rate.days_min != rate.days_max else str(rate.days_min)
            rows.append(
                QuoteRow(
                    service.service_id, f"{service.courier_name} {service.code}", house.warehouse_id, house.name,
                    destination.display, quote.kg, rate.per_kg_sen, quote.cost_sen, days, rate.cod,
                )
            )  # fmt: skip
    return ViewPage(rows)


def _warehouses(within: Within, warehouse_id: int) -> list[Warehouse]:
    known = catalogue_of(within).warehouses
    if not warehouse_id:
        return [*known.values()]
    if warehouse_id not in known:
        raise InputInvalid({"warehouse": [f"there is no warehouse {warehouse_id}"]})
    return [known[warehouse_id]]


VIEW = View(
    "shipping.quote", "catalogue:read", Bilingual("Hitung ongkir", "Shipping quote"), QuoteFilter, QuoteRow, run
)
