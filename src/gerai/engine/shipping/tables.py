"""The snapshots shipping is computed on: districts (the same for every merchant) and the merchant's rate table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from gerai.engine.overlay import replaced, replaced_in_order
from gerai.engine.shipping.places import Gazetteer, Place
from gerai.engine.shipping.quote import CourierService, Rate, RateTable
from gerai.store import locations as sql
from gerai.store.catalogue_changes import Changes
from gerai.store.connection import Connection
from gerai.store.lookup_table import record, rows, rows_named

#: Where changes of the tables behind a rate table are noted.
SERVICES, RATES = sql.SERVICES.name, sql.RATES.name
RATE_SECTIONS = (SERVICES, RATES)


class SharedDistricts:
    """Reads the districts once for all merchants, and again only when the table's content changed."""

    def __init__(self) -> None:
        self._mark: object = None
        self._gazetteer = Gazetteer()

    async def load(self, connection: Connection) -> Gazetteer:
        mark = await sql.content_mark(connection)
        if mark != self._mark:
            found = await rows(connection, sql.LOCATIONS, [sql.EVERYBODY])
            self._gazetteer = Gazetteer.of(record(Place, *row) for row in found[sql.EVERYBODY])
            self._mark = mark
        return self._gazetteer


async def load_rates(connection: Connection, merchant_ids: Sequence[int]) -> dict[int, RateTable]:
    """The merchants' courier services and rates."""
    services = await rows(connection, sql.SERVICES, merchant_ids)
    rates = await rows(connection, sql.RATES, merchant_ids)

    def arranged(i: int) -> RateTable:
        found = [record(CourierService, *row) for row in services[i]]
        return RateTable.of(found, (record(Rate, *row) for row in rates[i]))

    # A table may have a hundred thousand rates: not on the thread that answers everybody.
    return await asyncio.to_thread(lambda: {i: arranged(i) for i in merchant_ids})


async def patched_rates(connection: Connection, merchant_id: int, known: RateTable, changed: Changes) -> RateTable:
    """The table with these changes; the same object when there are none of its own."""
    services, rates = known.services, known.rates
    if found := changed.get(SERVICES):
        ids = [id for id, _ in found]
        rows_of = await rows_named(connection, sql.SERVICES, merchant_id, ("service_id",), [(id,) for id in ids])
        fresh = {row[0]: record(CourierService, *row) for row in rows_of}
        services = replaced_in_order(services, ids, fresh)
    if found := changed.get(RATES):
        names = [(id, origin, destination) for id, rest in found for origin, destination in [rest.split("|")]]
        rows_of = await rows_named(connection, sql.RATES, merchant_id, ("service_id", "origin", "destination"), names)
        rates = replaced(rates, names, {row[:3]: record(Rate, *row) for row in rows_of})
    return known if services is known.services and rates is known.rates else RateTable(services, rates)


_shared = SharedDistricts()


async def load_districts(connection: Connection) -> Gazetteer:
    """The districts, the same object for every merchant."""
    return await _shared.load(connection)
