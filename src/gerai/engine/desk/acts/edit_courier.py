"""Change a courier service."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType

from gerai.engine.desk import shipping as fields
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Name
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import (
    Aggregator,
    CourierType,
    MinimumKg,
    ServiceCode,
    ToleranceG,
    rates_in,
    require_service,
)
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import locations as sql
from gerai.store.lookup_table import change, values_of


class CourierEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; whose service it is stays for ever. Orders keep what they were quoted."""

    courier_name: Annotated[Name | UnsetType, fields.COURIER_NAME] = UNSET
    code: Annotated[ServiceCode | UnsetType, fields.CODE] = UNSET
    name: Annotated[Name | UnsetType, fields.NAME] = UNSET
    courier_type: Annotated[CourierType | UnsetType, fields.TYPE] = UNSET
    aggregator: Annotated[Aggregator | UnsetType, fields.AGGREGATOR] = UNSET
    pickup: Annotated[bool | UnsetType, fields.PICKUP] = UNSET
    minimum_kg: Annotated[MinimumKg | UnsetType, fields.MINIMUM] = UNSET
    tolerance_g: Annotated[ToleranceG | UnsetType, fields.TOLERANCE] = UNSET


async def run(within: Within, given: CourierEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: the courier has a service of this code already."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = (await rates_in(within, connection)).services
        new, changes = edited(found_in(there, "courier service", given.id, given.seen), given)
        require_service(there, new)
        await change(connection, sql.SERVICES, within.merchant_id, values_of(new))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act(
    "couriers.edit", "catalogue:write", Bilingual("Ubah layanan kurir", "Change a courier service"), CourierEdit, run
)  # fmt: skip
