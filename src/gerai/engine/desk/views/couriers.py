"""The services of couriers that the shop ships with."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import msgspec

from gerai.engine.desk import shipping as fields
from gerai.engine.desk.fields import Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.shipping import rates_of
from gerai.kit.bilingual import Bilingual


class CourierFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all are shown."""


class CourierRow(msgspec.Struct, frozen=True):
    """A service. ``minimum_kg`` is charged at least; of a kilogram begun, ``tolerance_g`` are free. ``rates``: how many
    it has; without one it goes nowhere."""

    id: Annotated[Id, words("Nomor", "Id")]
    courier: Annotated[str, fields.COURIER]
    courier_name: Annotated[str, fields.COURIER_NAME]
    code: Annotated[str, fields.CODE]
    name: Annotated[str, fields.NAME]
    courier_type: Annotated[str, fields.TYPE]
    aggregator: Annotated[str, fields.AGGREGATOR]
    pickup: Annotated[bool, fields.PICKUP]
    minimum_kg: Annotated[int, fields.MINIMUM]
    tolerance_g: Annotated[int, fields.TOLERANCE]
    rates: Annotated[int, words("Tarif", "Rates")]
    seen: Seen


async def run(within: Within, wanted: CourierFilter) -> ViewPage:
    """By id."""
    table = rates_of(within)
    many = Counter(service_id for service_id, _, _ in table.rates)
    return ViewPage(
        [
            CourierRow(
                one.service_id, one.courier_code, one.courier_name, one.code, one.name, one.courier_type,
                one.aggregator, one.pickup, one.minimum_kg, one.tolerance_g, many[one.service_id], seen_of(one),
            )
            for one in table.services.values()
        ]
    )  # fmt: skip


VIEW = View(
    "couriers.list", "catalogue:read", Bilingual("Layanan kurir", "Courier services"), CourierFilter, CourierRow, run
)
