"""Ship with a service of a courier."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk import shipping as fields
from gerai.engine.desk.fields import Name
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import (
    Aggregator,
    CourierCode,
    CourierType,
    MinimumKg,
    ServiceCode,
    ToleranceG,
    rates_in,
    require_service,
)
from gerai.engine.merchants.open import changing, note
from gerai.engine.shipping.quote import DEFAULT_TOLERANCE_G, CourierService
from gerai.kit.bilingual import Bilingual
from gerai.store import locations as sql
from gerai.store.lookup_table import add, values_of


class NewCourier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``courier``: its code, as counters name it (jne, jnt, sicepat, …). ``minimum_kg`` is charged at least; of a
    kilogram begun, ``tolerance_g`` are free: with 300, 1.3 kg are one."""

    courier: Annotated[CourierCode, fields.COURIER]
    courier_name: Annotated[Name, fields.COURIER_NAME]
    code: Annotated[ServiceCode, fields.CODE]
    name: Annotated[Name, fields.NAME]
    courier_type: Annotated[CourierType, fields.TYPE] = "standard"
    aggregator: Annotated[Aggregator, fields.AGGREGATOR] = ""
    pickup: Annotated[bool, fields.PICKUP] = True
    minimum_kg: Annotated[MinimumKg, fields.MINIMUM] = 1
    tolerance_g: Annotated[ToleranceG, fields.TOLERANCE] = DEFAULT_TOLERANCE_G


async def run(within: Within, given: NewCourier) -> Done:
    """It goes nowhere until it has rates. Refuses InputInvalid: the courier has a service of this code already."""
    ids = within.engine.ids
    service_id, fresh_id = ids.next(), ids.next()
    async with changing(within.engine, within.merchant_id) as connection:
        there = (await rates_in(within, connection)).services
        courier_id = next((one.courier_id for one in there.values() if one.courier_code == given.courier), fresh_id)
        service = CourierService(
            service_id, courier_id, given.courier, given.courier_name, given.code, given.name, given.courier_type,
            given.aggregator, given.pickup, given.minimum_kg, given.tolerance_g,
        )  # fmt: skip
        require_service(there, service)
        await add(connection, sql.SERVICES, within.merchant_id, [values_of(service)])
        note(service_id, courier=given.courier, code=given.code)
    return Done(str(service_id))


ACT = Act(
    "couriers.add", "catalogue:write", Bilingual("Tambah layanan kurir", "Add a courier service"), NewCourier, run
)  # fmt: skip
