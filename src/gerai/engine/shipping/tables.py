"""The snapshots shipping is computed on: districts (the same for every merchant) and the merchant's rate table."""

from __future__ import annotations

from collections.abc import Sequence

from gerai.engine.shipping.places import Gazetteer, Place
from gerai.engine.shipping.quote import CourierService, Rate, RateTable
from gerai.store import locations as sql
from gerai.store.connection import Connection
from gerai.store.lookup_table import record, rows


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
    return {
        i: RateTable.of([record(CourierService, *row) for row in services[i]], [record(Rate, *row) for row in rates[i]])
        for i in merchant_ids
    }


_shared = SharedDistricts()


async def load_districts(connection: Connection) -> Gazetteer:
    """The districts, the same object for every merchant."""
    return await _shared.load(connection)
