"""Ship with a courier service no more."""

from __future__ import annotations

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import rates_in
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import locations as sql
from gerai.store.lookup_table import remove


async def run(within: Within, given: ById) -> Done:
    """Its rates go with it; orders that are sent with it keep what they were quoted. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        table = await rates_in(within, connection)
        service = found_in(table.services, "courier service", given.id)
        rates = sum(service_id == given.id for service_id, _, _ in table.rates)
        await remove(connection, sql.RATES, within.merchant_id, given.id)
        await remove(connection, sql.SERVICES, within.merchant_id, given.id)
        note(given.id, courier=service.courier_code, code=service.code, rates=rates)
    return Done(str(given.id))


ACT = Act(
    "couriers.remove", "catalogue:write", Bilingual("Hapus layanan kurir", "Remove a courier service"), ById, run
)  # fmt: skip
