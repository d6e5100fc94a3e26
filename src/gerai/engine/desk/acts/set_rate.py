"""Set what a kilogram costs from one place to another."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk import shipping as fields
from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import Id, PriceSen, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import Days, Region, districts_of, rates_in, require_regions
from gerai.engine.merchants.open import changing, note
from gerai.engine.shipping.quote import Rate
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import values_of
from gerai.store.rates import put_rates


class NewRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of several rates that apply to a parcel, the origin's own and the most specific destination count."""

    service_id: Annotated[Id, words("Layanan kurir", "Courier service", 7), refers("couriers")]
    origin: Annotated[Region, fields.ORIGIN] = ""
    destination: Annotated[Region, fields.DESTINATION] = ""
    per_kg_sen: Annotated[PriceSen, words("Per kg", "Per kg", 10_000_00)]
    days_min: Annotated[Days, words("Paling cepat (hari)", "At least (days)", 1)] = 1
    days_max: Annotated[Days, words("Paling lama (hari)", "At most (days)", 3)] = 3
    cod: Annotated[bool, words("Bayar di tempat", "Cash on delivery")] = False


async def run(within: Within, given: NewRate) -> Done:
    """Instead of the rate there was from there to there, if there was one. Orders keep what they were quoted. Refuses
    NotFound (no such service), and InputInvalid: a region that nobody knows, or more days at least than at most."""
    require_regions(given.origin, given.destination, districts_of(within).regions)
    if given.days_max < given.days_min:
        raise InputInvalid({"days_max": [f"less than {given.days_min}, which is the least"]})
    new = Rate(
        given.service_id, given.origin, given.destination, given.per_kg_sen, given.days_min, given.days_max, given.cod
    )
    async with changing(within.engine, within.merchant_id) as connection:
        table = await rates_in(within, connection)
        found_in(table.services, "courier service", given.service_id)
        before = table.rates.get((new.service_id, new.origin, new.destination))
        await put_rates(connection, within.merchant_id, [values_of(new)])
        place = {"origin": new.origin, "destination": new.destination}
        note(given.service_id, **place, per_kg_sen=[None if before is None else before.per_kg_sen, new.per_kg_sen])
    return Done(str(given.service_id))


ACT = Act("rates.set", "catalogue:write", Bilingual("Tetapkan tarif", "Set a rate"), NewRate, run)
