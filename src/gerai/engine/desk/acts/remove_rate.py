"""Take a rate out of the table."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import NotFound
from gerai.engine.desk import shipping as fields
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import Region
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import locations as sql
from gerai.store.lookup_table import remove


class RateNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rate by its service, origin and destination, as ``rates.list`` shows them."""

    service_id: Annotated[Id, words("Layanan kurir", "Courier service", 7), refers("couriers")]
    origin: Annotated[Region, fields.ORIGIN] = ""
    destination: Annotated[Region, fields.DESTINATION] = ""


async def run(within: Within, given: RateNamed) -> Done:
    """A wider rate applies there from now on, if there is one. Refuses NotFound."""
    key = (given.service_id, given.origin, given.destination)
    async with changing(within.engine, within.merchant_id) as connection:
        if not await remove(connection, sql.RATES, within.merchant_id, *key):
            raise NotFound("rate", f"{given.origin or 'anywhere'} to {given.destination or 'anywhere'}")
        note(given.service_id, origin=given.origin, destination=given.destination)
    return Done(str(given.service_id))


ACT = Act("rates.remove", "catalogue:write", Bilingual("Hapus tarif", "Remove a rate"), RateNamed, run)
